"""Plain images and edits: what is sent."""

from __future__ import annotations

from typing import Any

import pytest

from .rows import Sent, parametrize

EDIT = "qwen_image_edit_2511_fp8_lightning"
FULL = "qwen_image_edit_2511_fp8"

PLAIN = [
    Sent("x", {"modelID": "z_image_turbo_bf16", "positivePrompt": "x", "negativePrompt": "", "stylePrompt": "",
               "sizePreset": "custom", "width": 512, "height": 512, "steps": None, "loras": None,
               "loraStrengths": None, "currentControlNetsJob": None, "hasContextImage1": False},
         {"numberOfImages": 1, "tokenType": "spark", "disableSafety": False, "network": "fast"},
         why="the safety filter is on, unlike the original's"),
    Sent("-m flux2_dev_fp8 x", {"modelID": "flux2_dev_fp8", "guidanceScale": 1, "steps": None},
         why="a plain image has guidance 1 whatever its model"),
    Sent("-m chroma-v.46-flash_fp8 --steps 8 --guidance 2 x", {"steps": 8, "guidanceScale": 2}),
    Sent("-n 16 x", project={"numberOfImages": 16}),
    Sent("-w 257 -h 511 x", {"width": 257, "height": 511}, why="no multiple is asked for"),
    Sent("--sampler euler --scheduler beta x", {"comfySampler": "euler", "comfyScheduler": "beta"}),
    Sent("--format jpg x", project={"outputFormat": "jpg"}),
    Sent("-o cat.jpg x", project={"outputFormat": "jpg"}),
    Sent("-o cat.jpeg x", project={"outputFormat": "jpg"}),
    Sent("-o cat.png x", project={"outputFormat": "png"}),
    Sent("-o cat.jpg --format png x", project={"outputFormat": "png"}),
    Sent("--loras a,b --lora-strengths 1,0.5 x", {"loras": ["a", "b"], "loraStrengths": [1, 0.5]},
         why="the original drops them here"),
    Sent("--lora a x", {"loras": ["a"], "loraStrengths": None}),
]  # fmt: skip

EDITS = [
    Sent("-c photo.jpg x", {"modelID": EDIT, "steps": 4, "guidanceScale": 3.5, "width": 512, "height": 512,
                            "hasContextImage1": True, "hasContextImage2": False},
         {"numberOfImages": 1, "disableSafety": False}, why="512x512 whatever the image's size"),
    Sent(f"-c a.png -m {FULL} x", {"modelID": FULL, "steps": 20, "guidanceScale": 7.5}),
    Sent("-c a.png -m flux2_dev_fp8 x", {"steps": 20, "guidanceScale": 7.5}),
    Sent("-c a.png --steps 6 --guidance 1.25 x", {"steps": 6, "guidanceScale": 1.25}),
    Sent("-c a.png -c b.png -c c.png x", {"hasContextImage3": True, "hasContextImage4": False}),
    Sent("-c a.png -c a.png x", {"hasContextImage2": True}, why="the same one twice counts twice"),
    Sent("-m flux2_dev_fp8 -c a.png -c b.png -c c.png -c d.png -c photo.jpg -c style.png x",
         {"hasContextImage6": True, "hasContextImage7": False}),
    Sent("-c a.png -w 1024 -h 1280 x", {"width": 1024, "height": 1280}),
    Sent("-c a.png --sampler euler --scheduler simple --format jpg x",
         {"comfySampler": "euler", "comfyScheduler": "simple"}, {"outputFormat": "jpg"}),
    Sent("-c a.png --loras a,b x", {"loras": ["a", "b"], "loraStrengths": None}),
    Sent("-c a.png --lora a --lora-strength 0.5 x", {"loras": ["a"], "loraStrengths": [0.5]}),
    Sent("-c a.png -n 2 x", project={"numberOfImages": 2}),
    Sent("-c a.png -s 9 x", {"seed": 9}),
]  # fmt: skip


@parametrize([*PLAIN, *EDITS])
def test_an_image_is_asked_for(stage: Any, row: Sent) -> None:
    stage.send(row)


def test_guidance_of_the_default_model_is_one(stage: Any) -> None:
    """Left out, it is the model's own, and that is 1 too."""
    stage.send(Sent("x"))
    assert stage.frames[0].get("guidanceScale", 1) == 1


def test_context_images_arrive_as_they_are_and_in_order(stage: Any) -> None:
    stage.succeed("-c a.png -c photo.jpg x")
    for slot, name in (("contextImage1", "a.png"), ("contextImage2", "photo.jpg")):
        assert stage.uploads[slot].read_bytes() == (stage.folder / name).read_bytes()


UNREADABLE = [
    ("-c none.png x", "none.png"), ("-c a.png -c gone/none.png x", "gone/none.png"),
    ("--photobooth --ref none.png x", "none.png"), ("--multi-angle -c none.png x", "none.png"),
    ("--video --ref none.png x", "none.png"), ("--video --ref ref.png --ref-end none.png x", "none.png"),
    ("--video --ref face.jpg --ref-audio none.wav x", "none.wav"),
    ("--video --ref face.jpg --ref-video none.mp4 x", "none.mp4"),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "path"), UNREADABLE)
def test_a_file_that_is_not_there_is_named(stage: Any, argv: str, path: str) -> None:
    found = stage.fail(argv)
    assert (found["error"], found["errorCode"]) == (f"Failed to read media file: {path}", "MISSING_FILE")
    assert found["errorDetails"]["path"] == path
    assert found["errorDetails"]["cause"]
    assert found["hint"] == "Check the path or use a URL."
    assert stage.projects == []


@pytest.mark.parametrize("argv", ["-c {} x", "--photobooth --ref {} x", "--video --ref {} x", "--multi-angle -c {} x"])
def test_a_url_that_has_no_file_is_told(stage: Any, argv: str) -> None:
    """The address is this machine's: it may be refused as such, before it is asked for."""
    url = f"{stage.devnet.rest_url}/none.png"
    found = stage.fail(argv.format(url))
    assert found["errorCode"] in {"FETCH_FAILED", "URL_REFUSED"}
    assert found["errorDetails"]["url"] == url
    if found["errorCode"] == "FETCH_FAILED":
        assert found["error"] == "Failed to fetch media (404 Not Found)"
        assert (found["errorDetails"]["status"], found["errorDetails"]["statusText"]) == (404, "Not Found")
    assert stage.projects == []


@pytest.mark.parametrize("argv", ["-c HTTP://127.0.0.1/a.png x", "-c ftp://127.0.0.1/a.png x", "-c file:///a.png x"])
def test_what_is_no_url_is_a_file(stage: Any, argv: str) -> None:
    """Only http:// and https:// in lower case are addresses; another scheme may be refused as one."""
    found = stage.fail(argv)
    assert found["errorCode"] in {"MISSING_FILE", "URL_REFUSED", "FETCH_FAILED"}
    assert stage.projects == []
