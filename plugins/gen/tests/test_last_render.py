"""The file of the last render: when it is written, what stands in it, and what ``--last-image`` makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .materials import provide
from .rows import Sent, in_order

EDIT = "qwen_image_edit_2511_fp8_lightning"
ALWAYS = ["timestamp", "type", "prompt", "model", "width", "height", "seed", "seedStrategy", "seeds", "projectId",
          "urls", "localPath", "tokenType"]  # fmt: skip

WRITTEN = [
    ("x", {"type": "image", "prompt": "x", "width": 512, "localPath": None, "seedStrategy": "prompt-hash"}, []),
    ("-s 5 --format jpg --sampler euler --scheduler beta --lora a --lora-strength 1 x",
     {"seed": 5, "seedStrategy": None, "outputFormat": "jpg", "sampler": "euler", "scheduler": "beta", "loras": ["a"],
      "loraStrengths": [1]}, ["outputFormat", "sampler", "scheduler", "loras", "loraStrengths"]),
    ("-c a.png -c b.png x", {"type": "image", "model": EDIT, "contextImages": ["a.png", "b.png"]}, ["contextImages"]),
    ("--photobooth --ref face.jpg x", {"type": "image", "width": 1024, "photobooth": True, "refImage": "face.jpg"},
     ["photobooth", "refImage"]),
    ("--video --frames 17 --no-auto-resize-assets -w 480 -h 480 x",
     {"type": "video", "workflow": "t2v", "fps": 16, "duration": 1.0625, "frames": 17,
      "autoResizeVideoAssets": False}, ["workflow", "fps", "duration", "frames", "autoResizeVideoAssets"]),
    ("--video --ref ref.png --ref-end end.png --duration 1 -w 480 -h 480 x",
     {"type": "video", "workflow": "i2v", "duration": 1, "refImage": "ref.png", "refImageEnd": "end.png"},
     ["workflow", "fps", "duration", "refImage", "refImageEnd"]),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "fields", "more"), WRITTEN)
def test_a_success_is_kept(stage: Any, argv: str, fields: dict[str, Any], more: list[str]) -> None:
    found = stage.succeed(argv)
    kept = stage.last_render
    assert in_order([*ALWAYS, *more], kept), list(kept)
    assert {name: kept[name] for name in fields} == fields
    assert {name: kept[name] for name in ("seeds", "urls", "model")} == {
        name: found[name] for name in ("seeds", "urls", "model")
    }
    text = stage.home.last_render.read_text("utf-8")
    assert text.rstrip("\n") == json.dumps(kept, indent=2, ensure_ascii=False), "indented by two"
    assert kept["projectId"]


def test_a_sweep_is_kept(stage: Any) -> None:
    stage.succeed("--multi-angle -c subject.jpg -o out x")
    kept = stage.last_render
    wanted = ["timestamp", "type", "model", "width", "height", "count", "tokenType", "seed", "seedStrategy",
              "outputFormat", "sampler", "scheduler", "loras", "loraStrengths", "angles", "localPath"]  # fmt: skip
    assert set(wanted) <= set(kept), set(wanted) - set(kept)
    assert kept["type"] == "multi-angle"
    assert len(kept["urls"]) == 1, "so that --last-image finds it"
    assert kept["localPath"] == str(stage.folder / "out" / "front.jpg")


def test_the_path_is_absolute(stage: Any) -> None:
    stage.succeed(["-o", "cat.png", "x"])
    assert stage.last_render["localPath"] == str(stage.folder / "cat.png")


@pytest.mark.parametrize("argv", ["--version", "--balance", "--video --estimate-video-cost", "--help", "-n 0 x"])
def test_nothing_else_is_kept(stage: Any, argv: str) -> None:
    stage.call(argv)
    assert not stage.home.last_render.exists()


@pytest.mark.parametrize("fault", ["insufficient_funds", "job_error"])
def test_a_failure_leaves_what_was_kept(stage: Any, fault: str) -> None:
    stage.keep_last_render({"seed": 7})
    stage.devnet.faults.add(fault, times=None)
    stage.fail(["-o", "cat.png", "x"])
    assert stage.last_render == {"seed": 7}


def test_the_next_success_takes_its_place(stage: Any) -> None:
    stage.succeed(["x"])
    stage.succeed(["y"])
    assert stage.last_render["prompt"] == "y"


# The last image.


@pytest.fixture
def made(stage: Any) -> str:
    """Name an image that is kept as the last render."""
    provide(stage.folder, ["512x512.png"])
    path = str(stage.folder / "512x512.png")
    stage.keep_last_render({"type": "image", "localPath": path, "urls": ["https://example.org/lost.png"]})
    return path


USED = [
    ("--last-image x", {"modelID": EDIT, "hasContextImage1": True, "hasContextImage2": False}),
    ("-c a.png --last-image x", {"modelID": EDIT, "hasContextImage2": True, "hasContextImage3": False}),
    ("--last-image -c a.png x", {"modelID": EDIT, "hasContextImage2": True}),
    ("--last-image --video x", {"modelID": "wan_v2.2-14b-fp8_i2v_lightx2v", "hasReferenceImage": True}),
    ("--last-image --video --workflow i2v x", {"hasReferenceImage": True}),
    ("--last-image --video --ref-audio speech.wav x",
     {"modelID": "wan_v2.2-14b-fp8_s2v_lightx2v", "hasReferenceImage": True, "hasReferenceAudio": True}),
    ("--last-image --photobooth x", {"modelID": "coreml-sogniXLturbo_alpha1_ad"}),
    ("--last-image --multi-angle x", {"modelID": EDIT, "hasContextImage1": True}),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "frame"), USED)
def test_the_last_image_goes_where_the_mode_needs_one(stage: Any, made: str, argv: str, frame: dict[str, Any]) -> None:
    stage.send(Sent(argv, frame))


def test_the_last_image_stands_behind_those_that_are_named(stage: Any, made: str) -> None:
    assert stage.succeed("--last-image -c a.png x")["contextImages"] == ["a.png", made]


def test_a_reference_that_is_named_is_taken_instead(stage: Any, made: str) -> None:
    found = stage.succeed("--last-image --photobooth --ref face.jpg -w 512 -h 512 x")
    assert found["refImage"] == "face.jpg"


def test_text_to_video_has_no_use_for_it_and_says_so(stage: Any, made: str) -> None:
    said = "Warning: --last-image ignored for text-to-video workflow."
    stage.send(Sent("--last-image --video --workflow t2v x", {"hasReferenceImage": None}, lines=(said,)))
    assert said not in stage.call("-q --last-image --video --workflow t2v x").stderr


def test_a_file_that_is_gone_is_looked_for_at_its_url(stage: Any) -> None:
    """The address is this machine's, so that it may be refused; what counts is that it is asked for."""
    stage.succeed(["x"])
    url = stage.last_render["urls"][0]
    stage.keep_last_render({"type": "image", "localPath": str(stage.folder / "gone.png"), "urls": [url]})
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(["--last-image", "y"])
    assert stage.projects or url.split("?")[0] in json.dumps(found)


@pytest.mark.parametrize("argv", ["--last-image x", "--last-image --photobooth x", "--last-image --video x"])
def test_without_a_last_image_it_is_said(stage: Any, argv: str) -> None:
    """Silence is the original's. An error and a warning are both allowed."""
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(argv)
    told = [found["error"], *[line for line in stage.lines if line.startswith("Warning:")]]
    assert any("No previous render found" in text for text in told), told


@pytest.mark.parametrize("kept", ["{", "[]", "null", '"x"', '{"localPath": 5, "urls": {}}', "\x00"])
def test_a_last_render_that_is_broken_is_no_crash(stage: Any, kept: str) -> None:
    stage.keep_last_render(kept)
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(["--last-image", "x"])
    assert found["error"] != "Debit Error: Insufficient funds" or [
        line for line in stage.lines if line.startswith("Warning:")
    ]
    assert "Traceback" not in stage.called.stderr


def test_it_is_found_from_another_folder(stage: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stage.succeed(["-o", "cat.png", "x"])
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    stage.send(Sent("--last-image y", {"hasContextImage1": True}))
