"""What people see: stdout of every mode, the lines of progress, and silence."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .conftest import POOR
from .rows import in_order

WAN = "wan_v2.2-14b-fp8_"
EDIT = "qwen_image_edit_2511_fp8_lightning"
OPEN = ("Connecting to Sogni...", "Connected.")

PROGRESS: list[tuple[str, list[str]]] = [
    ("-s 5 x", [*OPEN, "Generating with z_image_turbo_bf16...", "Using seed: 5", "Image 1/1 completed"]),
    ("'a cat wearing a hat'",
     ["Using prompt-hash seed: 342357531", *OPEN, "Generating with z_image_turbo_bf16...", "Using seed: 342357531",
      "Image 1/1 completed"]),
    ("-n 3 -s 5 x", [*OPEN, "Image 1/3 completed", "Image 2/3 completed", "Image 3/3 completed"]),
    ("-s 5 -o cat.png x", [*OPEN, "Image 1/1 completed", "Saved to {}/cat.png"]),
    ("-s 5 -c a.png -c b.png x",
     [*OPEN, f"Editing with {EDIT}...", "Context images: 2", "Using seed: 5", "Image 1/1 completed"]),
    ("-s 5 --photobooth --ref face.jpg x",
     [*OPEN, "Photobooth with coreml-sogniXLturbo_alpha1_ad...", "Using seed: 5", "Image 1/1 completed"]),
    ("-s 5 --video --duration 1 -w 480 -h 480 x",
     [*OPEN, f"Generating video (t2v) with {WAN}t2v_lightx2v...", "Video 1/1 completed"]),
    ("-s 5 --video --ref ref.png --ref-end end.png --duration 1 -w 480 -h 480 x",
     [*OPEN, f"Generating video (i2v) with {WAN}i2v_lightx2v...", "Reference image: ref.png", "End frame: end.png",
      "Video 1/1 completed"]),
    ("--video --ref face.jpg --ref-audio speech.wav --duration 1 -w 480 -h 480 -o o.mp4 x",
     [*OPEN, f"Generating video (s2v) with {WAN}s2v_lightx2v...", "Reference image: face.jpg",
      "Reference audio: speech.wav", "Video 1/1 completed", "Saved to {}/o.mp4"]),
    ("--video --ref face.jpg --ref-video motion.mp4 --duration 1 -w 480 -h 480 x",
     [f"Generating video (animate-move) with {WAN}animate-move_lightx2v...", "Reference image: face.jpg",
      "Reference video: motion.mp4", "Video 1/1 completed"]),
    ("--video --duration 1 -w 500 -h 512 x",
     ["Auto-adjusted video dimensions from 500x512 to 496x512 to meet video requirements.", *OPEN,
      "Video 1/1 completed"]),
    ("--multi-angle -c subject.jpg --azimuth back x", [*OPEN, "Image 1/1 (back) completed"]),
    ("--multi-angle -c subject.jpg -c a.png x", ["Warning: --multi-angle uses the first context image only.", *OPEN]),
    ("--angles-360 -c subject.jpg --azimuth back x",
     ["Warning: --azimuth ignored for --angles-360.", *OPEN]),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "lines"), PROGRESS)
def test_progress_is_told_on_stderr(stage: Any, argv: str, lines: list[str]) -> None:
    """A path that is told may be as it was given or absolute."""
    called = stage.call(argv)
    assert called.exit_code == 0, called
    told = [line.replace(f"Saved to {stage.folder}/", "Saved to ") for line in stage.lines]
    assert in_order([line.replace("{}/", "") for line in lines], told), called.stderr


@pytest.mark.parametrize("argv", [argv for argv, _ in PROGRESS[3::2]])
def test_quiet_tells_nothing(stage: Any, argv: str) -> None:
    called = stage.call(f"-q {argv}")
    assert (called.exit_code, called.stderr) == (0, "")


def test_progress_does_not_mix_with_json(stage: Any) -> None:
    stage.succeed("-s 5 x")
    assert in_order([*OPEN, "Using seed: 5", "Image 1/1 completed"], stage.lines)
    stage.succeed("-q -s 5 x")
    assert stage.lines == []


@pytest.mark.parametrize("argv", ["--angles-360 -c subject.jpg x"])
def test_progress_of_a_sweep_names_all_sides(stage: Any, argv: str) -> None:
    stage.call(argv)
    sides = {found[1] for line in stage.lines if (found := re.fullmatch(r"Image \d/\d \((\S+)\) completed", line))}
    assert len(sides) == 8


URLS = [
    ("x", 1), ("-n 3 x", 3), ("-o cat.png x", 1), ("-n 2 -o cat.png x", 2), ("-c a.png x", 1),
    ("--photobooth --ref face.jpg -w 512 -h 512 x", 1), ("--video --duration 1 -w 480 -h 480 x", 1),
    ("--video --duration 1 -w 480 -h 480 -o o.mp4 x", 1),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "count"), URLS)
def test_stdout_is_a_url_a_line(stage: Any, argv: str, count: int) -> None:
    called = stage.call(argv)
    assert called.exit_code == 0
    lines = called.stdout.splitlines()
    assert len(lines) == count
    assert all(line.startswith(f"{stage.devnet.rest_url}/files/") for line in lines), "also where files were saved"


def test_an_angle_names_its_url(stage: Any) -> None:
    called = stage.call("--multi-angle -c subject.jpg --azimuth left x")
    assert re.fullmatch(r"left: http://\S+\n", called.stdout)
    called = stage.call("--multi-angle -c subject.jpg -n 2 x")
    assert re.fullmatch(r"front#1: http://\S+\nfront#2: http://\S+\n", called.stdout)
    called = stage.call("--angles-360 -c subject.jpg -q x")
    assert [line.split(": http")[0] for line in called.stdout.splitlines()] == [
        "front", "front-right", "right", "back-right", "back", "back-left", "left", "front-left",
    ]  # fmt: skip


def test_balances_have_two_decimals(stage: Any) -> None:
    assert stage.call("--balance", account=POOR).stdout == "SPARK: 0.00\nSOGNI: 0.00\n"
    assert "seed" not in stage.called.stderr
    assert re.fullmatch(r"SPARK: \d+\.\d\d\nSOGNI: \d+\.\d\d\n", stage.call("--balances").stdout)


def test_an_estimate_is_a_line(stage: Any) -> None:
    called = stage.call("--video --estimate-video-cost")
    assert called.exit_code == 0
    found = re.fullmatch(r"Estimated cost: (\{.*\})\n", called.stdout)
    assert found, called.stdout
    assert isinstance(json.loads(found[1]), dict)


@pytest.mark.parametrize(("argv", "hint"), [("--bogus x", True), ("-n 0 x", False), ("x --timeout", False)])
def test_a_failure_is_text_on_stderr(stage: Any, argv: str, hint: bool) -> None:
    called = stage.call(argv)
    assert (called.exit_code, called.stdout) == (1, "")
    assert stage.lines[0].startswith("Error: ")
    if hint:
        assert stage.lines[1] == "Hint: Use --help to see supported options."


def test_a_failure_of_the_run_is_text_on_stderr(stage: Any) -> None:
    stage.devnet.faults.add("insufficient_funds")
    called = stage.call("-q x")
    assert (called.exit_code, called.stdout) == (1, "")
    assert stage.lines[0] == "Error: Debit Error: Insufficient funds"
    assert stage.lines[1].startswith("Hint: ") and "https://app.sogni.ai/" in stage.lines[1]
