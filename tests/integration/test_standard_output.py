"""``-o -``: the bytes go to standard output, or the call is refused before it pays."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.settings import Paths
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.process import installed
from sogni_core.testing.pytest_plugin import Program


@pytest.fixture
def sogni(sogni_home: Paths, devnet: Devnet, folder: Path) -> Any:
    """Run ``sogni`` in a process of its own; standard output is bytes, or goes to a file."""

    def call(*argv: str, stdout: Any = subprocess.PIPE) -> subprocess.CompletedProcess[bytes]:
        environ = {**os.environ, **devnet.environ}
        line = [installed("sogni"), *argv]
        return subprocess.run(line, stdout=stdout, stderr=subprocess.PIPE, env=environ, check=False)

    return call


@pytest.mark.parametrize(
    ("argv", "head"), [((), b"\x89PNG"), (("--format", "jpg"), b"\xff\xd8"), (("-q",), b"\x89PNG")]
)
def test_the_bytes_of_an_output_are_written(
    sogni: Any, folder: Path, sogni_home: Paths, argv: tuple[str, ...], head: bytes
) -> None:
    done = sogni("image", "a cat", "-o", "-", *argv)
    assert (done.returncode, done.stdout[: len(head)]) == (0, head), done.stderr
    assert list(folder.iterdir()) == []
    assert list((sogni_home.state / "stdout").iterdir()) == []
    assert b"Saved to" not in done.stderr


def test_a_log_is_appended_to(sogni: Any, folder: Path) -> None:
    (folder / "log").write_bytes(b"a line\n")
    with (folder / "log").open("ab") as stream:
        assert sogni("image", "a cat", "-o", "-", stdout=stream).returncode == 0
    assert (folder / "log").read_bytes().startswith(b"a line\n\x89PNG")


def test_what_cannot_be_written_is_kept(sogni: Any) -> None:
    with Path("/dev/full").open("wb") as stream:
        done = sogni("image", "a cat", "-o", "-", stdout=stream)
    assert done.returncode == 2
    kept = done.stderr.decode().partition("The output is kept: ")[2].split()[0]
    assert Path(kept).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("argv", "part"),
    [
        (("--json",), "cannot be combined with --json"),
        (("-n", "2"), "--output - needs exactly one output; this call saves 2."),
        (("-n", "2", "--dry-run"), "--output - needs exactly one output; this call saves 2."),
    ],
)
def test_anything_but_one_output_is_refused(
    sogni_cli: Program, sogni_network: MemoryNetwork, folder: Path, sogni_home: Paths, argv: tuple[str, ...], part: str
) -> None:
    called = sogni_cli("image", "a cat", "-o", "-", *argv, network=sogni_network)
    assert called.exit_code == 2
    assert part in called.stdout + called.stderr
    assert not sogni_network.projects
    stdout = sogni_home.state / "stdout"
    assert not stdout.exists() or list(stdout.iterdir()) == []
