"""Every output is saved: to a name that is made from the run, or to a path with fields."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core.files import FIELDS, refusal, relative_name, wrong_pattern
from sogni_core.settings import Paths
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import Program


@pytest.fixture
def image(sogni_cli: Program, sogni_network: MemoryNetwork, folder: Path) -> Any:
    def call(*argv: str, **environ: str) -> Any:
        return sogni_cli("image", "--json", *argv, network=sogni_network, environ=environ)

    return call


def today() -> str:
    return f"{datetime.now().astimezone():%Y-%m-%d}"


def test_an_output_without_a_path_is_saved_in_the_folder_for_pictures(image: Any, sogni_home: Paths) -> None:
    found = image("a cat, wearing a hat!", "-n", "2", "-s", "7").json
    pictures = sogni_home.home / "Pictures" / "sogni"
    expected = [str(pictures / f"{today()}-image-a-cat-wearing-a-hat-7-{index}.png") for index in (1, 2)]
    assert found["localPaths"] == expected
    assert all(Path(path).read_bytes().startswith(b"\x89PNG") for path in expected)
    assert len(found["urls"]) == 2
    again = image("a cat, wearing a hat!", "-n", "2", "-s", "7").json
    assert len({*again["localPaths"], *expected}) == 4, "names are never used twice"


def test_settings_choose_folder_and_names(image: Any, folder: Path) -> None:
    environ = {
        "SOGNI_OUTPUT_DIR": str(folder / "out"),
        "SOGNI_OUTPUT_PATTERN": "{mode}/{width}x{height}/{prompt}.{ext}",
    }
    found = image("猫 ../../etc/passwd \\..\\x", "-w", "512", "-h", "512", **environ).json
    assert found["localPaths"] == [str(folder / "out" / "image" / "512x512" / "猫-.-.-etc-passwd-.-x.png")]
    plan = image("a cat", "--dry-run", **environ).json
    assert plan["projects"][0]["files"] == [str(folder / "out" / "image" / "512x512" / "a-cat.png")]


@pytest.mark.parametrize("argv", [(("--no-save",), {}), ((), {"SOGNI_SAVE": "false"})])
def test_only_urls_may_be_wanted(image: Any, sogni_home: Paths, argv: Any) -> None:
    found = image("a cat", *argv[0], **argv[1]).json
    assert (found["localPaths"], found["localPath"], len(found["urls"])) == ([], None, 1)
    assert not (sogni_home.home / "Pictures").exists()


@pytest.mark.parametrize("pattern", ["{sead}.{ext}", "../{seed}.png", "/tmp/{seed}.png", "{seed}/", "a/../../b"])
def test_a_pattern_that_cannot_be_used_stops_a_run(image: Any, sogni_network: MemoryNetwork, pattern: str) -> None:
    called = image("a cat", SOGNI_OUTPUT_PATTERN=pattern)
    assert (called.exit_code, called.json["errorCode"]) == (3, "INVALID_CONFIG")
    assert not sogni_network.projects


def test_a_path_may_have_fields(image: Any, folder: Path) -> None:
    found = image("a cat", "-s", "7", "-o", "{date}/{seed}-{prompt}.{ext}", "--format", "jpg").json
    assert found["localPaths"] == [str(folder / today() / "7-a-cat.jpg")]
    two = image("a cat", "-s", "7", "-n", "2", "-o", "{index}_{seed}.png").json
    assert two["localPaths"] == [str(folder / "1_7.png"), str(folder / "2_7.png")]
    again = image("a cat", "-s", "7", "-n", "2", "-o", "{index}_{seed}.png").json
    assert again["errorCode"] == "OUTPUT_EXISTS"


def test_an_unknown_field_is_named_with_those_that_exist(image: Any, sogni_network: MemoryNetwork) -> None:
    found = image("a cat", "-o", "{sead}.png").json
    assert found["error"] == "--output has the unknown field {sead}."
    assert found["hint"] == f"Available: {', '.join(f'{{{name}}}' for name in FIELDS)}."
    assert (found["field"], len(sogni_network.projects)) == ("output", 0)


def test_a_prompt_with_braces_is_no_pattern(image: Any, folder: Path) -> None:
    found = image("{seed} {index}", "-s", "7", "-o", "{prompt}.png").json
    assert found["localPaths"] == [str(folder / "seed-index.png")]


def test_sogni_gen_saves_only_what_it_is_told_to(
    sogni_gen: Program, sogni_network: MemoryNetwork, sogni_home: Paths, folder: Path
) -> None:
    found = sogni_gen("--json", "a cat", network=sogni_network).json
    assert (found["localPath"], len(found["urls"])) == (None, 1)
    assert not (sogni_home.home / "Pictures").exists()
    chosen = sogni_gen("--json", "a cat", network=sogni_network, environ={"SOGNI_SAVE": "true"}).json
    assert Path(chosen["localPath"]).is_file()


@given(prompt=st.text(max_size=400), model=st.text(max_size=50))
def test_every_name_can_be_stored_everywhere(prompt: str, model: str) -> None:
    pattern = "{model}/{date}-{prompt}.{ext}"
    name = relative_name(pattern, {"model": model, "prompt": prompt, "date": "2026-01-01", "ext": "png"})
    assert wrong_pattern(pattern) is None
    assert not name.is_absolute()
    assert len(name.parts) == 2
    assert ".." not in name.parts
    assert refusal(PureWindowsPath(name)) is None
    assert all(len(part.encode()) <= 255 - 20 for part in name.parts)


@given(name=st.text(max_size=400))
def test_a_name_that_is_only_a_value_can_be_stored_too(name: str) -> None:
    made = relative_name("{prompt}", {"prompt": name})
    assert refusal(PureWindowsPath(made)) is None
    assert len(made.parts) == 1


def test_the_page_lists_every_field() -> None:
    from tools.repository import ROOT

    page = (ROOT / "docs/how-to/save-files.md").read_text("utf-8")
    assert all(f"| `{{{name}}}` | {meaning} |" in page for name, meaning in FIELDS.items())
