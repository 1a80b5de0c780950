"""The repository: requirements agree, and nothing of one machine or one package registry is committed."""

from __future__ import annotations

import re
import subprocess

import pytest

from tools.repository import ROOT, pyproject, requirement_name

REGISTRY = re.compile(rb"(?:py" rb"pi\.org|pythonho" rb"sted\.org|--(?:extra-)?index-" rb"url\b)", re.IGNORECASE)
MACHINE = re.compile(rb"(?:^|[\s\"'(=`])(?:/home/|/Users/|/root/|/work/)[\w.-]", re.MULTILINE)


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.fail("the repository's own tests need a git checkout")
    return [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def requirements() -> list[str]:
    return [line.strip() for line in (ROOT / "requirements-dev.txt").read_text("utf-8").splitlines() if line.strip()]


def test_pip_and_uv_install_the_same_tools() -> None:
    for_pip = [line for line in requirements() if not line.startswith(("-", "#"))]
    assert pyproject(ROOT)["dependency-groups"]["dev"] == for_pip


def test_every_distribution_of_the_repository_is_installed_for_work() -> None:
    editable = {line.removeprefix("-e ").strip() for line in requirements() if line.startswith("-e ")}
    found = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/*/pyproject.toml")}
    assert editable == {".", *found}


def test_everything_that_is_required_is_pinned() -> None:
    pinned = {
        requirement_name(line)
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    }
    wanted: set[str] = set(pyproject(ROOT)["dependency-groups"]["dev"])
    for file in (ROOT / "pyproject.toml", *ROOT.glob("*/*/pyproject.toml")):
        wanted |= set(pyproject(file.parent)["project"]["dependencies"])
    names = {requirement_name(requirement) for requirement in wanted}
    assert {name for name in names if not name.startswith("sogni-")} <= pinned


def test_no_registry_and_no_machine_is_named() -> None:
    found = []
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" in content[:1024]:
            continue
        for pattern in (REGISTRY, MACHINE):
            found += [f"{name}: {match.group().decode()}" for match in pattern.finditer(content)]
    assert found == []


def test_no_lock_file_is_committed() -> None:
    assert "uv.lock" not in tracked()
