"""The shell on a Supernet that runs on this machine."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sogni_devnet.server import Devnet
from sogni_shell import shell

from sogni_core.settings import Paths


def typed(lines: str, devnet: Devnet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Type lines into the shell; return what it said."""
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    for name, value in devnet.environ.items():
        monkeypatch.setenv(name, value)
    shell.main()
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_line_is_a_run(
    devnet: Devnet,
    sogni_home: Paths,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = typed('modes\nimage prompt="a cat" output=cat.png steps=10\n', devnet, monkeypatch, capsys)
    assert any(line.startswith("image: ") for line in said)
    assert said[-1] == str(folder / "cat.png")
    assert (folder / "cat.png").read_bytes().startswith(b"\x89PNG")


def test_a_plan_submits_nothing(
    devnet: Devnet, sogni_home: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("plan image prompt=x count=3\n", devnet, monkeypatch, capsys) == ["image: 3 x z_image_turbo_bf16"]
    assert devnet.job_requests == []


def test_errors_are_told_in_the_shell_s_words(
    devnet: Devnet, sogni_home: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "image prompt=x lora_strengths=1\nimage x\nimage 'x\nplan\nimge prompt=x\n"
    said = typed(lines, devnet, monkeypatch, capsys)
    assert [line for line in said if line.startswith("error: ")] == [
        "error: lora_strengths= requires loras=.",
        "error: 'x' is not FIELD=VALUE.",
        "error: Cannot read this line: No closing quotation.",
        "error: Cannot read this line: not enough values to unpack (expected at least 1, got 0).",
        "error: Unknown command 'imge'.",
    ]
    assert devnet.job_requests == []
