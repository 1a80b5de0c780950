"""A prompt from standard input or a file, and one that only looks like that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import ProcessFactory, Program


@pytest.fixture
def image(sogni_cli: Program, sogni_network: MemoryNetwork, folder: Path) -> Any:
    def call(*argv: str, stdin: str = "") -> Any:
        return sogni_cli("image", "--json", *argv, network=sogni_network, stdin=stdin)

    return call


def test_a_prompt_is_read_from_standard_input(image: Any, sogni_network: MemoryNetwork) -> None:
    called = image("-", stdin="a cat\nwearing a hät\n")
    assert called.json["prompt"] == "a cat\nwearing a hät"


def test_texts_are_read_from_files(image: Any, folder: Path) -> None:
    (folder / "prompt.txt").write_bytes("\ufeffa cat\r\n".encode())
    called = image("@prompt.txt", "--negative-prompt", "-", stdin="dogs")
    assert (called.json["prompt"], called.json["negativePrompt"]) == ("a cat", "dogs")


@pytest.mark.parametrize("text", ["-", "@prompt.txt", "@home", "-o"])
def test_after_two_dashes_a_text_is_taken_as_it_is(image: Any, text: str) -> None:
    assert image("--", text).json["prompt"] == text


@pytest.mark.parametrize("text", ["cats @home", "a - b", "@"])
def test_other_texts_are_what_they_are(image: Any, text: str) -> None:
    assert image(text).json["prompt"] == text


@pytest.mark.parametrize(
    ("argv", "stdin", "code", "part"),
    [
        (("@nothing.txt",), "", "MISSING_FILE", "nothing.txt: it does not exist."),
        (("@.",), "", "MISSING_FILE", "it is not a file."),
        (("@bytes",), "", "INVALID_ARGUMENT", "is not text in UTF-8."),
        (("@nul",), "", "INVALID_ARGUMENT", "it contains a NUL character."),
        (("-",), "x" * 70_000, "INVALID_ARGUMENT", "Standard input is too long for PROMPT: at most 65536 bytes."),
        (("-", "--style-prompt", "-"), "x", "INVALID_ARGUMENT", "Only one option can read standard input."),
        (("-",), "\n", "INVALID_ARGUMENT", "PROMPT"),
    ],
)
def test_what_cannot_be_a_prompt_is_refused_before_it_is_paid(
    image: Any, sogni_network: MemoryNetwork, folder: Path, argv: tuple[str, ...], stdin: str, code: str, part: str
) -> None:
    (folder / "bytes").write_bytes(b"\xff\xfe\x00")
    (folder / "nul").write_bytes(b"a\0b")
    found = image(*argv, stdin=stdin).json
    assert (found["errorCode"], part in found["error"]) == (code, True), found
    assert found["field"] in ("prompt", "style_prompt")
    assert not sogni_network.projects


def test_in_python_and_for_sogni_gen_a_text_is_what_it_is(
    sogni_gen: Program, sogni_network: MemoryNetwork, folder: Path
) -> None:
    called = sogni_gen("--json", "@home", network=sogni_network)
    assert called.json["prompt"] == "@home"


def test_a_pipe_of_a_shell_is_read(sogni_process: ProcessFactory, folder: Path) -> None:
    process = sogni_process("image", "-", "--network", "devnet", "--dry-run", "--json", stdin="a cat\n")
    assert process.json["projects"][0]["prompt"] == "a cat"
