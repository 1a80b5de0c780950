"""The mode on a Supernet that runs on this machine: what is asked for, what is refused, what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sogni_multiangle.plugin
from PIL import Image
from sogni_multiangle.angles import AZIMUTHS

from sogni_core.testing import check_plugin

Run = Callable[..., Any]

SUBJECT = ("-c", "subject.jpg", "studio portrait, same person")


def frames(devnet: Any) -> list[dict[str, Any]]:
    return [request["keyFrames"][0] for request in devnet.job_requests]


def test_keeps_the_contract_of_plugins() -> None:
    check_plugin(sogni_multiangle.plugin)


def test_one_angle(run: Run, devnet: Any) -> None:
    called = run(*SUBJECT, "--azimuth", "front-right", "-o", "portrait.jpg", "--json")
    assert called.exit_code == 0, called
    (frame,) = frames(devnet)
    prompt = "<sks> front-right quarter view eye-level shot medium shot studio portrait, same person"
    wanted = {
        "modelID": "qwen_image_edit_2511_fp8_lightning", "positivePrompt": prompt, "steps": 4, "guidanceScale": 1,
        "comfySampler": "euler", "comfyScheduler": "simple", "loras": ["multiple_angles"], "loraStrengths": [0.9],
        "width": 512, "height": 512, "hasContextImage1": True, "hasContextImage2": False, "seed": 3836364664,
    }  # fmt: skip
    assert {name: frame.get(name) for name in wanted} == wanted
    assert devnet.job_requests[0]["outputFormat"] == "jpg"
    found = called.json
    assert (found["type"], found["seed"], found["count"]) == ("multi-angle", 3836364664, 1)
    assert (found["loras"], found["loraStrengths"]) == (["multiple_angles"], [0.9])
    assert (found["outputFormat"], found["sampler"], found["scheduler"]) == ("jpg", "euler", "simple")
    assert (found["videoPath"], found["videoModel"]) == (None, None)
    (angle,) = found["angles"]
    saved = str(Path("portrait-front-right.jpg").absolute())
    assert angle == {
        "azimuth": "front-right", "elevation": "eye-level", "distance": "medium", "prompt": prompt,
        "urls": found["urls"], "seeds": [3836364664], "localPaths": [saved],
    }  # fmt: skip
    assert (found["localPath"], len(found["urls"])) == (saved, 1)


def test_text_names_the_angle_of_each_file(run: Run) -> None:
    assert run(*SUBJECT, "--azimuth", "back", "-o", "out").stdout == f"back: {Path('out/back.jpg').absolute()}\n"
    called = run(*SUBJECT, "-n", "2", "-o", "out")
    assert called.stdout == "".join(f"front#{n}: {Path(f'out/front-{n}.jpg').absolute()}\n" for n in (1, 2))
    saved = run(*SUBJECT).stdout
    assert saved.startswith("front: ") and "Pictures/sogni" in saved
    assert run(*SUBJECT, "--no-save").stdout.startswith("front: http://127.0.0.1")


def test_a_sweep_shows_all_sides_with_one_seed(run: Run, devnet: Any) -> None:
    found = run(*SUBJECT, "--angles-360", "--elevation", "low angle", "--distance", "WIDE", "-o", "all", "--json").json
    assert [angle["azimuth"] for angle in found["angles"]] == list(AZIMUTHS)
    assert [Path(path).name for path in found["localPaths"]] == [f"{azimuth}.jpg" for azimuth in AZIMUTHS]
    assert found["type"] == "multi-angle-360"
    assert len({frame["seed"] for frame in frames(devnet)}) == 1
    assert {frame["positivePrompt"] for frame in frames(devnet)} == {
        f"<sks> {words} low-angle shot wide shot studio portrait, same person" for words in AZIMUTHS.values()
    }
    for path in found["localPaths"]:
        with Image.open(path) as image:
            assert (image.size, image.format) == ((512, 512), "JPEG")


def test_the_last_render_of_a_sweep_can_be_edited(run: Run, sogni_cli: Any, devnet: Any) -> None:
    assert run(*SUBJECT, "--angles-360", "-o", "all").exit_code == 0
    found = run("--last-image", "--azimuth", "left", "--json").json
    assert found["contextImages"] == [str(Path("all/front.jpg").absolute())]
    assert found["angles"][0]["prompt"] == "<sks> left side view eye-level shot medium shot"


@pytest.mark.parametrize("devnet", [{"image_slots": 8, "seconds_per_image": 0.3}], indirect=True)
@pytest.mark.parametrize(("at_once", "most"), [("1", 1), ("3", 3), ("8", 8)])
def test_no_more_at_once_than_the_setting_allows(run: Run, devnet: Any, at_once: str, most: int) -> None:
    assert run(*SUBJECT, "--angles-360", SOGNI_MULTIANGLE__AT_ONCE=at_once).exit_code == 0
    spans = [(project.created, project.updated) for project in devnet.projects]
    assert len(spans) == 8
    assert max(sum(begun <= at < ended for begun, ended in spans) for at, _ in spans) == most


def test_several_of_each_angle(run: Run) -> None:
    found = run(*SUBJECT, "--angles-360", "-n", "2", "-o", "x.png", "--json").json
    names = [f"x-{azimuth}-{place}.png" for azimuth in AZIMUTHS for place in (1, 2)]
    assert [Path(path).name for path in found["localPaths"]] == names
    assert all(len(angle["localPaths"]) == 2 for angle in found["angles"])
    assert found["outputFormat"] == "png", "the name says it"


def test_a_format_that_the_name_says_moves_no_seed(run: Run) -> None:
    argv = (*SUBJECT, "--azimuth", "front-right", "--dry-run", "--json")
    assert run(*argv, "-o", "x.png").json["seed"] == 3836364664
    assert run(*argv, "-o", "out").json["seed"] == 3836364664
    assert run(*argv, "--output-format", "png").json["seed"] != 3836364664


def test_the_description_stands_in_place_of_the_prompt(run: Run, devnet: Any) -> None:
    assert run("-c", "subject.jpg", "a prompt", "--angle-description", "a red car").exit_code == 0
    assert frames(devnet)[0]["positivePrompt"].endswith("medium shot a red car")


def test_model_defaults_and_the_edit_model_count(run: Run, devnet: Any) -> None:
    settings = {
        "SOGNI_IMAGE__EDIT_MODEL": "qwen_image_edit_2511_fp8",
        "SOGNI_MODEL_DEFAULTS": json.dumps({"qwen_image_edit_2511_fp8": {"guidance": 3}}),
    }
    assert run(*SUBJECT, **settings).exit_code == 0
    frame = frames(devnet)[0]
    assert (frame["modelID"], frame["steps"], frame["guidanceScale"]) == ("qwen_image_edit_2511_fp8", 20, 3)
    assert run(*SUBJECT, "-m", "qwen_image_edit_2511_fp8", "--steps", "30").exit_code == 0
    frame = frames(devnet)[1]
    assert (frame["steps"], frame["guidanceScale"]) == (30, 4)


def test_an_image_is_sent_upright(run: Run, devnet: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (640, 480), "teal").save("turned.jpg", exif=exif)
    assert run("-c", "turned.jpg", "x").exit_code == 0
    (upload,) = [file for file in devnet.files if file.slot == "contextImage1"]
    with Image.open(upload.path) as sent:
        assert sent.size == (480, 640)


@pytest.mark.parametrize(
    ("argv", "text", "details"),
    [
        (("x",), "--context is required: an image of the subject.", None),
        (
            (*SUBJECT, "--azimuth", "front right"),
            'Unknown --azimuth "front right".',
            {"field": "azimuth", "value": "front right", "allowed": list(AZIMUTHS)},
        ),
        (
            (*SUBJECT, "--elevation", "HIGH"),
            'Unknown --elevation "HIGH".',
            {"field": "elevation", "value": "HIGH", "allowed": ["low-angle", "eye-level", "elevated", "high-angle"]},
        ),
        ((*SUBJECT, "--distance", ""), 'Unknown --distance "".', None),
        (
            (*SUBJECT, "-m", "z_image_turbo_bf16"),
            "--model must be a Qwen Image Edit 2511 model.",
            {"model": "z_image_turbo_bf16"},
        ),
        (
            (*SUBJECT, "--lora-strengths", "0.5,0.6"),
            "--lora-strength requires --lora.",
            None,
        ),
        (
            (*SUBJECT, "--loras", "x,y", "--lora-strength", "0.5"),
            "--lora-strength needs one value for each of --lora: 3, not 2.",
            {"loras": 3, "loraStrengths": 2},
        ),
        (
            ("-c", "subject.jpg", "-c", "subject.jpg", "-c", "subject.jpg", "-c", "subject.jpg", "x"),
            "The model qwen_image_edit_2511_fp8_lightning accepts at most 3 context images, not 4.",
            {"model": "qwen_image_edit_2511_fp8_lightning", "maxImages": 3, "provided": 4},
        ),
        ((*SUBJECT, "--angles-360-video", "t.mp4"), "--angles-360-video requires --angles-360.", None),
        (
            (*SUBJECT, "--angles-360", "--angles-360-video", "t.mp4", "-n", "2"),
            "--angles-360-video requires --count 1.",
            {"count": 2},
        ),
        ((*SUBJECT, "--angles-360", "--frames", "80"), "--frames requires --angles-360-video.", None),
        ((*SUBJECT, "--angles-360", "--duration", "8"), "--duration requires --angles-360-video.", None),
        ((*SUBJECT, "--angles-360", "--duration", "1.5"), "--duration must be an integer.", None),
    ],
)  # fmt: skip
def test_what_is_refused_before_anything_is_sent(
    run: Run, devnet: Any, argv: tuple[str, ...], text: str, details: dict[str, Any] | None
) -> None:
    called = run(*argv, "--json")
    assert called.exit_code == 2, called
    assert called.json["error"] == text
    if details is not None:
        assert called.json["errorDetails"].items() >= details.items()
    assert devnet.job_requests == []


def test_all_problems_are_told(run: Run) -> None:
    argv = (
        "--lora-strengths",
        "1,2",
        "--azimuth",
        "up",
        "-m",
        "flux2_dev_fp8",
        "--angles-360-video",
        "t.mp4",
        "-n",
        "2",
    )
    problems = run(*argv, "--json").json["problems"]
    assert [problem["error"] for problem in problems] == [
        "--lora-strength requires --lora.",
        "--angles-360-video requires --angles-360.",
        "--angles-360-video requires --count 1.",
        "--context is required: an image of the subject.",
        'Unknown --azimuth "up".',
        "--model must be a Qwen Image Edit 2511 model.",
        "Several values of --lora-strength require --lora.",
    ]


def test_a_sweep_ignores_an_azimuth_and_more_images_and_says_so(run: Run) -> None:
    found = run(*SUBJECT, "-c", "subject.jpg", "--angles-360", "--azimuth", "up", "--dry-run", "--json").json
    assert found["warnings"] == [
        "Only the first --context image is used.",
        "--azimuth is ignored: --angles-360 shows all sides.",
    ]
    assert len(found["projects"]) == 8
    assert all(list(project["assets"]) == ["contextImage1"] for project in found["projects"])


def test_a_plan_writes_nothing(run: Run, folder: Path) -> None:
    plan = run(*SUBJECT, "--angles-360", "-o", "all/side.png", "--dry-run", "--json").json
    files = [Path(file).name for project in plan["projects"] for file in project["files"]]
    assert files == [f"side-{azimuth}.png" for azimuth in AZIMUTHS]
    assert [path.name for path in folder.iterdir()] == ["subject.jpg"]


@pytest.mark.parametrize("output", ["here", "here/x.jpg"])
def test_a_place_that_cannot_be_written_is_said_before_anything_is_sent(run: Run, devnet: Any, output: str) -> None:
    Path("here").write_text("a file")
    called = run(*SUBJECT, "-o", output, "--json")
    assert (called.exit_code, called.json["errorCode"]) == (2, "OUTPUT_NOT_WRITABLE")
    assert devnet.job_requests == []


def test_help_lists_the_words(run: Run) -> None:
    shown = " ".join(run("--help").stdout.split())
    assert "low-angle|eye-level|elevated|high-angle" in shown
    assert "[default: front]" in shown


def test_openclaws_keys_feed_the_settings() -> None:
    (settings,) = sogni_multiangle.plugin.sogni_settings()
    assert settings.openclaw == {"defaultImageTimeoutSec": "timeout", "defaultDurationSec": "duration"}
