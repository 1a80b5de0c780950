"""The JSON objects of success and of failure: every field, in the original's order."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import pytest

from .conftest import POOR
from .rows import in_order, part_of

EDIT = "qwen_image_edit_2511_fp8_lightning"
ALWAYS = ["success", "type", "prompt", "model", "width", "height", "seed", "seedStrategy", "seeds", "urls", "localPath",
          "tokenType"]  # fmt: skip
ASKED = ["outputFormat", "sampler", "scheduler", "loras", "loraStrengths"]
CLIP = ["workflow", "fps", "duration"]
SIZED = ["effectiveWidth", "effectiveHeight"]
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

SUCCESSES: list[tuple[str, list[str], dict[str, Any]]] = [
    ("x", [], {"type": "image", "prompt": "x", "model": "z_image_turbo_bf16", "width": 512, "height": 512,
               "seedStrategy": "prompt-hash", "localPath": None, "tokenType": "spark"}),
    ("-n 2 -s 5 -w 256 -h 320 --token sogni x", [],
     {"width": 256, "height": 320, "seed": 5, "seedStrategy": None, "tokenType": "sogni"}),
    ("--format jpeg --sampler euler --scheduler beta --loras a,b --lora-strengths 1,0.5 x", ASKED,
     {"outputFormat": "jpg", "sampler": "euler", "scheduler": "beta", "loras": ["a", "b"], "loraStrengths": [1, 0.5]}),
    ("--lora a x", ["loras"], {"loras": ["a"]}),
    ("-c a.png -c b.png --format png --lora a x", ["outputFormat", "loras", "contextImages"],
     {"type": "image", "model": EDIT, "contextImages": ["a.png", "b.png"], "outputFormat": "png"}),
    ("--photobooth --ref face.jpg -w 512 -h 512 x", ["photobooth", "refImage", "controlNet"],
     {"type": "image", "photobooth": True, "refImage": "face.jpg",
      "controlNet": {"name": "instantid", "strength": 0.8, "guidanceEnd": 0.3}}),
    ("--photobooth --ref face.jpg -w 512 -h 512 --cn-strength 0.5 --cn-guidance-end 0.4 --sampler euler x",
     ["sampler", "photobooth", "refImage", "controlNet"],
     {"sampler": "euler", "controlNet": {"name": "instantid", "strength": 0.5, "guidanceEnd": 0.4}}),
    ("--video --duration 1 -w 480 -h 480 x", [*CLIP, "strictSize", *SIZED],
     {"type": "video", "workflow": "t2v", "fps": 16, "duration": 1, "strictSize": False, "effectiveWidth": 480,
      "effectiveHeight": 480}),
    ("--video --frames 17 --no-auto-resize-assets --format mp4 -w 480 -h 480 x",
     ["outputFormat", *CLIP, "frames", "strictSize", "autoResizeVideoAssets"],
     {"outputFormat": "mp4", "duration": 1.0625, "frames": 17, "autoResizeVideoAssets": False}),
    ("--video --ref ref.png --ref-end end.png --duration 1 -w 480 -h 480 --strict-size x",
     [*CLIP, "strictSize", "refImage", "refImageEnd", *SIZED, "effectiveFromReference"],
     {"workflow": "i2v", "strictSize": True, "refImage": "ref.png", "refImageEnd": "end.png",
      "effectiveFromReference": {"width": 512, "height": 512}, "effectiveWidth": 480}),
    ("--video --ref 640x480.png --duration 1 x",
     [*CLIP, "refImage", *SIZED, "effectiveFromReference", "adjustedVideoDims"],
     {"width": 640, "height": 512, "effectiveWidth": 640, "effectiveHeight": 480,
      "effectiveFromReference": {"width": 640, "height": 480},
      "adjustedVideoDims": {
          "reason": "i2v-ref-div16", "referenceType": "refImage", "requested": {"width": 512, "height": 512},
          "adjusted": {"width": 640, "height": 512}, "resizedFrom": {"width": 512, "height": 384},
          "resizedTo": {"width": 640, "height": 480}}}),
    ("--video --ref face.jpg --ref-audio speech.wav --duration 1 -w 480 -h 480 x",
     [*CLIP, "refImage", "refAudio", *SIZED], {"workflow": "s2v", "refImage": "face.jpg", "refAudio": "speech.wav"}),
    ("--video --ref face.jpg --ref-video motion.mp4 --duration 1 -w 480 -h 480 x",
     [*CLIP, "refImage", "refVideo", *SIZED], {"workflow": "animate-move", "refVideo": "motion.mp4"}),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "more", "fields"), SUCCESSES)
def test_a_success(stage: Any, argv: str, more: list[str], fields: dict[str, Any]) -> None:
    found = stage.succeed(argv)
    assert in_order([*ALWAYS, *more], found), list(found)
    part_of(fields, found)
    count = stage.projects[0]["numberOfImages"]
    assert (len(found["urls"]), len(found["seeds"])) == (count, count)
    assert all(url.startswith(stage.devnet.rest_url) for url in found["urls"])
    assert found["seeds"][0] == found["seed"] == stage.frames[0]["seed"]
    unasked = {"outputFormat", "sampler", "scheduler", "loras", "loraStrengths", "contextImages", "photobooth",
               "workflow", "frames", "autoResizeVideoAssets", "refAudio", "refVideo"} - set(more)  # fmt: skip
    assert {name: found[name] for name in unasked - set(fields) if found.get(name) is not None} == {}


ANGLES = ["success", "type", "model", "width", "height", "count", "tokenType", "seed", "seedStrategy", "outputFormat",
          "sampler", "scheduler", "loras", "loraStrengths", "videoPath", "videoModel", "angles"]  # fmt: skip


def test_one_angle(stage: Any) -> None:
    found = stage.succeed("--multi-angle -c subject.jpg -n 2 --azimuth back x")
    assert in_order(ANGLES, found), list(found)
    part_of({"type": "multi-angle", "model": EDIT, "width": 512, "height": 512, "count": 2, "outputFormat": "jpg",
             "sampler": "euler", "scheduler": "simple", "loras": ["multiple_angles"], "loraStrengths": [0.9],
             "videoPath": None, "videoModel": None}, found)  # fmt: skip
    assert found["videoPath"] is None and "videoPath" in found
    (angle,) = found["angles"]
    assert in_order(["azimuth", "elevation", "distance", "prompt", "urls", "seeds"], angle)
    part_of({"azimuth": "back", "elevation": "eye-level", "distance": "medium",
             "prompt": "<sks> back view eye-level shot medium shot x"}, angle)  # fmt: skip
    assert (len(angle["urls"]), len(angle["seeds"])) == (2, 2)


def test_all_angles(stage: Any) -> None:
    found = stage.succeed("--angles-360 -c subject.jpg x")
    assert in_order(ANGLES, found), list(found)
    assert found["type"] == "multi-angle-360"
    assert [angle["azimuth"] for angle in found["angles"]] == [
        "front", "front-right", "right", "back-right", "back", "back-left", "left", "front-left",
    ]  # fmt: skip


@pytest.mark.parametrize(("argv", "token"), [("--balance", "spark"), ("--balance --token sogni", "sogni")])
def test_the_balance(stage: Any, argv: str, token: str) -> None:
    found = stage.succeed(argv)
    assert in_order(["success", "type", "spark", "sogni", "tokenType", "timestamp"], found)
    assert (found["type"], found["tokenType"]) == ("balance", token)
    assert found["spark"] > 1e6 and found["sogni"] > 1e6
    assert STAMP.fullmatch(found["timestamp"])
    assert not [line for line in stage.lines if "seed" in line]


ESTIMATES: list[tuple[str, dict[str, Any]]] = [
    ("--video --estimate-video-cost", {"model": "wan_v2.2-14b-fp8_t2v_lightx2v", "width": 512, "height": 512, "fps": 16,
                                       "frames": None, "duration": 5, "steps": 4, "tokenType": "spark", "count": 1}),
    ("--video --estimate-video-cost x --frames 33 -n 2 --token sogni",
     {"frames": 33, "duration": 2, "count": 2, "tokenType": "sogni"}),
    ("--video --estimate-video-cost --frames 17 --fps 32", {"frames": 17, "duration": 1, "fps": 32}),
    ("--video --estimate-video-cost --frames 89", {"frames": 89, "duration": 6}),
    ("--video --estimate-video-cost --duration 3 --steps 6 -w 1920 -h 1080",
     {"duration": 3, "steps": 6, "width": 1536, "height": 864}),
    ("--video --estimate-video-cost -m wan_v2.2-14b-fp8_i2v --ref ref.png", {"steps": 20}),
    ("--video --estimate-video-cost --ref 1170x1200.png",
     {"model": "wan_v2.2-14b-fp8_i2v_lightx2v", "width": 608, "height": 624}),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "fields"), ESTIMATES)
def test_an_estimate(stage: Any, argv: str, fields: dict[str, Any]) -> None:
    found = stage.succeed(argv)
    names = ["success", "type", "model", "width", "height", "fps", "frames", "duration", "steps", "tokenType", "count",
             "estimate"]  # fmt: skip
    assert in_order(names, found), list(found)
    assert found["type"] == "video-cost"
    part_of(fields, found)
    told = found["estimate"]
    assert isinstance(told, dict) and {"token", "spark", "sogni", "usd"} & set(told)
    assert stage.projects == []
    assert not [line for line in stage.lines if "seed" in line]


def test_an_estimate_of_two_clips_is_their_sum(stage: Any) -> None:
    one = stage.succeed("--video --estimate-video-cost --ref ref.png")["estimate"]
    two = stage.succeed("--video --estimate-video-cost --ref ref.png --looping -o loop.mp4")["estimate"]
    assert {name: float(figure) for name, figure in two.items()} == {
        name: 2 * float(figure) for name, figure in one.items()
    }


def test_an_estimate_needs_no_funds(stage: Any) -> None:
    assert stage.succeed("--video --estimate-video-cost", account=POOR)["type"] == "video-cost"


@pytest.mark.parametrize("argv", ["--balance", "--video --estimate-video-cost"])
def test_what_is_odd_about_the_settings_is_in_the_object(stage: Any, argv: str) -> None:
    assert "warnings" not in stage.succeed(argv)
    (said,) = stage.succeed(argv, environ={"OPENCLAW_PLUGIN_CONFIG": "{defaultFpss: 24}"})["warnings"]
    assert said.startswith("defaultFpss (environment OPENCLAW_PLUGIN_CONFIG) is not a known setting")


ERROR = ["success", "error", "prompt", "errorCode", "timestamp", "node", "cwd"]

ERRORS: list[tuple[str, str | None, list[str]]] = [
    ("-n 0 x", None, ["errorDetails"]),
    ("x -n 0", "x", ["errorDetails"]),
    ("x --bogus", "x", ["hint"]),
    ("--bogus x", None, ["hint"]),
    ("x -n 0 y", "x", ["errorDetails"]),
    ("--token-type gold x", "x", ["errorDetails"]),
    ("--lora-strength 1 x", "x", []),
    ("--photobooth", None, []),
    ("-c a.png -m m x", "x", ["errorDetails", "hint"]),
    ("--video --workflow v2v 'a dog'", "a dog", ["errorDetails"]),
]


@pytest.mark.parametrize(("argv", "prompt", "more"), ERRORS)
def test_an_error_of_the_checks(stage: Any, argv: str, prompt: str | None, more: list[str]) -> None:
    found = stage.fail(argv)
    assert in_order([name for name in ERROR if name != "node"], found), list(found)
    wanted = ["errorCode", *(name for name in ("errorDetails", "hint") if name in more), "timestamp", "node", "cwd"]
    assert in_order(wanted, found), list(found)
    assert "prompt" in found and found["prompt"] == prompt
    assert STAMP.fullmatch(found["timestamp"])
    assert found["cwd"] == str(stage.folder)
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in found["node"], "the runtime's version"
    assert "openclaw" not in found


@pytest.mark.parametrize("argv", ["-n 0 x --json", "-n 0 --json x", "-o --json -n 0 x", "-n 0 -- x --json"])
def test_json_counts_wherever_it_stands_while_checking(stage: Any, argv: str) -> None:
    called = stage.call(argv)
    assert called.exit_code == 1
    assert (stage.json["success"], stage.json["error"]) == (False, "-n must be >= 1.")


CONTEXT = ["video", "workflow", "model", "width", "height", "strictSize", "count", "tokenType", "fps", "duration",
           "frames", "autoResizeVideoAssets", "refImage", "refImageEnd", "refAudio", "refVideo", "effectiveWidth",
           "effectiveHeight", "adjustedVideoDims"]  # fmt: skip

CONTEXTS: list[tuple[str, dict[str, Any]]] = [
    ("x", {"video": False, "model": "z_image_turbo_bf16", "width": 512, "height": 512, "count": 1,
           "tokenType": "spark"}),
    ("-n 2 --token sogni -c a.png x", {"video": False, "model": EDIT, "count": 2, "tokenType": "sogni"}),
    ("--photobooth --ref face.jpg x", {"video": False, "width": 1024, "refImage": None}),
    ("--multi-angle -c subject.jpg x", {"video": False, "model": EDIT}),
    ("--video --duration 2 x", {"video": True, "workflow": "t2v", "strictSize": False, "fps": 16, "duration": 2,
                                "effectiveWidth": 512, "effectiveHeight": 512}),
    ("--video --frames 33 --ref ref.png --ref-end end.png --strict-size --auto-resize-assets x",
     {"video": True, "workflow": "i2v", "strictSize": True, "frames": 33, "autoResizeVideoAssets": True,
      "refImage": "ref.png", "refImageEnd": "end.png"}),
    ("--video --ref face.jpg --ref-audio speech.wav x", {"workflow": "s2v", "refAudio": "speech.wav"}),
    ("--video --ref 1920x1080.png x",
     {"width": 1024, "height": 576, "effectiveWidth": 1024, "effectiveHeight": 576, "adjustedVideoDims": {
         "reason": "i2v-ref-div16", "referenceType": "refImage", "requested": {"width": 512, "height": 512},
         "adjusted": {"width": 1024, "height": 576}, "resizedFrom": {"width": 512, "height": 288},
         "resizedTo": {"width": 1024, "height": 576}}}),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "fields"), CONTEXTS)
def test_an_error_of_the_run(stage: Any, argv: str, fields: dict[str, Any]) -> None:
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(argv)
    assert in_order([*ERROR, "context"], found), list(found)
    assert (found["prompt"], found["error"]) == ("x", "Debit Error: Insufficient funds")
    assert in_order(CONTEXT, found["context"]), list(found["context"])
    part_of(fields, found["context"])
    if not fields.get("video", True):
        named = {"video", "model", "width", "height", "count", "tokenType"}
        assert {name for name in CONTEXT if found["context"][name] is not None} == named


@pytest.mark.parametrize("argv", ["x", "-n 3 x", "-q x", "--video --duration 1 -w 480 -h 480 x", "--balance", "-V"])
def test_an_object_is_one_line_and_ends_it(stage: Any, argv: str) -> None:
    found = stage.succeed(argv)
    assert json.loads(stage.called.stdout) == found
    assert not stage.called.stdout.startswith(" ")


def test_other_letters_come_through(stage: Any) -> None:
    assert stage.succeed(["café 🐱 \u2028 日本"])["prompt"] == "café 🐱 \u2028 日本"
