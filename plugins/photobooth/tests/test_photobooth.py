"""The mode on a Supernet that runs on this machine: what is asked for, what is refused, what comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sogni_photobooth.plugin
from PIL import Image

from sogni_core.errors import InputError
from sogni_core.testing import check_plugin
from sogni_core.testing.pytest_plugin import AppFactory

Run = Callable[..., Any]


def photograph(path: Path, size: tuple[int, int] = (480, 640), orientation: int | None = None) -> Path:
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    image = Image.new("RGB", size, "bisque")
    image.paste("saddlebrown", (0, 0, size[0], size[1] // 4))
    image.save(path, exif=exif)
    return path


@pytest.fixture
def face(tmp_path: Path) -> Path:
    return photograph(tmp_path / "face.jpg")


@pytest.fixture
def run(sogni_cli: Any, devnet: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(*argv: Any, **environ: str) -> Any:
        return sogni_cli(
            "photobooth", *argv, "-q", plugins=["photobooth", "devnet"], environ={**devnet.environ, **environ}
        )

    return call


def frame(devnet: Any) -> dict[str, Any]:
    found: dict[str, Any] = devnet.job_requests[-1]["keyFrames"][0]
    return found


def test_keeps_the_contract_of_plugins() -> None:
    check_plugin(sogni_photobooth.plugin)


def test_asks_for_a_portrait_of_the_face(run: Run, devnet: Any, face: Path) -> None:
    called = run("--ref", face, "80s fashion portrait", "-o", "portrait.png", "--json")
    assert called.exit_code == 0, called
    sent = frame(devnet)
    wanted = {
        "modelID": "coreml-sogniXLturbo_alpha1_ad", "positivePrompt": "80s fashion portrait", "steps": 7,
        "guidanceScale": 2, "scheduler": "dpmpp_sde", "timeStepSpacing": "karras", "width": 1024, "height": 1024,
        "sizePreset": "custom",
    }  # fmt: skip
    assert {name: sent[name] for name in wanted} == wanted
    assert sent["currentControlNetsJob"] == [
        {
            "name": "instantid", "cnImageState": "original", "hasImage": True, "controlStrength": 0.8,
            "controlMode": 0, "controlGuidanceStart": 0, "controlGuidanceEnd": 0.3,
        }
    ]  # fmt: skip
    (upload,) = [file for file in devnet.files if file.slot == "cnImage"]
    assert upload.path.read_bytes() == face.read_bytes(), "what stands upright is sent as it is"
    with Image.open("portrait.png") as portrait:
        assert portrait.size == (1024, 1024)


def test_json_has_the_originals_fields(run: Run, face: Path) -> None:
    found = run("--ref", face, "80s fashion portrait", "-o", "portrait.png", "--json").json
    first = ["success", "type", "prompt", "model", "width", "height", "seed", "seedStrategy", "seeds", "urls",
             "localPath", "tokenType"]  # fmt: skip
    assert list(found)[: len(first)] == first
    assert found["type"] == "image"
    assert found["photobooth"] is True
    assert found["refImage"] == str(face)
    assert found["controlNet"] == {"name": "instantid", "strength": 0.8, "guidanceEnd": 0.3}
    assert not {"sampler", "scheduler", "steps", "guidance"} & set(found), "nobody chose them"
    assert found["localPath"] == str(Path("portrait.png").absolute())


def test_the_seed_is_the_originals(run: Run) -> None:
    """What the workflow fills in is not hashed: the 23 keys of a plain request of this model and size, and the face."""
    photograph(Path("face.jpg"))
    import hashlib

    text = (
        '{"prompt":"80s fashion portrait","model":"coreml-sogniXLturbo_alpha1_ad","workflow":"image","width":1024,'
        '"height":1024,"azimuth":"front","elevation":"eye-level","distance":"medium","angleDescription":"",'
        '"outputFormat":"","sampler":"","scheduler":"","loras":[],"loraStrengths":[],"refImage":"face.jpg",'
        '"refImageEnd":"","refAudio":"","refVideo":"","contextImages":[],"autoResizeVideoAssets":null,"tokenType":"",'
        '"steps":null,"guidance":null}'
    )
    wanted = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    assert run("--ref", "face.jpg", "80s fashion portrait", "--json").json["seed"] == wanted


def test_flags_stand_above_all(run: Run, devnet: Any, face: Path) -> None:
    argv = ("--steps", "9", "--guidance", "1.5", "--sampler", "euler", "--scheduler", "simple", "-w", "512",
            "-h", "640", "--cn-strength", "0.6", "--cn-guidance-end", "0.5", "--lora", "one,two",
            "--lora-strengths", "0.5,1", "--output-format", "jpg")  # fmt: skip
    called = run("--ref", face, "oil painting", *argv, "--json")
    assert called.exit_code == 0, called
    sent = frame(devnet)
    assert (sent["steps"], sent["guidanceScale"], sent["scheduler"], sent["timeStepSpacing"]) == (
        9,
        1.5,
        "euler",
        "simple",
    )
    assert (sent["width"], sent["height"], sent["loras"], sent["loraStrengths"]) == (512, 640, ["one", "two"], [0.5, 1])
    control = sent["currentControlNetsJob"][0]
    assert (control["controlStrength"], control["controlGuidanceEnd"]) == (0.6, 0.5)
    assert devnet.job_requests[-1]["outputFormat"] == "jpg"
    assert called.json["controlNet"] == {"name": "instantid", "strength": 0.6, "guidanceEnd": 0.5}


def test_settings_stand_behind_the_options(run: Run, devnet: Any, face: Path) -> None:
    settings = {
        "SOGNI_PHOTOBOOTH__MODEL": "coreml-other_sdxl",
        "SOGNI_PHOTOBOOTH__WIDTH": "768",
        "SOGNI_PHOTOBOOTH__CN_STRENGTH": "0.5",
        "SOGNI_IMAGE__HEIGHT": "640",
        "SOGNI_MODEL_DEFAULTS": '{"coreml-other_sdxl": {"steps": 8}}',
    }
    plan = run("--ref", face, "x", "--dry-run", "--force", "--json", **settings).json
    (project,) = plan["projects"]
    assert (project["model"], project["steps"], project["guidance"]) == ("coreml-other_sdxl", 8, 2)
    assert (project["width"], project["height"]) == (768, 1024), "the size of other images is not that of portraits"
    assert plan["cnStrength"] == 0.5
    assert devnet.job_requests == []


def test_four_portraits_are_four_files(run: Run, devnet: Any, face: Path) -> None:
    found = run("--ref", face, "-n", "4", "LinkedIn professional headshot", "-o", "shots/head.png", "--json").json
    names = [f"head-{place}.png" for place in range(1, 5)]
    assert [Path(path).name for path in found["localPaths"]] == names
    assert sorted(path.name for path in Path("shots").iterdir()) == names
    assert len(found["seeds"]) == 4
    assert [request["numberOfImages"] for request in devnet.job_requests] == [4]


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_photograph_is_sent_upright(run: Run, devnet: Any, tmp_path: Path, orientation: int) -> None:
    turned = photograph(tmp_path / "turned.jpg", (640, 480), orientation)
    called = run("--ref", turned, "80s", "--json")
    assert called.exit_code == 0, called
    assert called.json["refImage"] == str(turned)
    (upload,) = [file for file in devnet.files if file.slot == "cnImage"]
    with Image.open(upload.path) as sent:
        assert sent.size == ((480, 640) if orientation > 4 else (640, 480))
        assert 0x0112 not in sent.getexif()


def test_the_last_render_serves_as_the_face(run: Run, devnet: Any, sogni_cli: Any) -> None:
    assert sogni_cli("image", "a face", "-o", "made.png", "-q", environ=devnet.environ).exit_code == 0
    found = run("--last-image", "watercolour", "--json").json
    assert found["refImage"] == str(Path("made.png").absolute())
    assert run("--ref", "made.png", "--last-image", "watercolour", "--json").json["refImage"] == "made.png"


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (("80s",), "--ref is required: a photo of the face."),
        (("--ref", "face.jpg"), "PROMPT is required."),
        (("--ref", "face.jpg", "  "), "PROMPT must not be empty."),
        (("--ref", "face.jpg", "-c", "face.jpg", "80s"), "No such option: -c"),
        (
            ("--ref", "small.png", "80s"),
            "The face image must be at least 256 pixels on each side, not 255x400.",
        ),
        (("--ref", "none.png", "80s"), "Failed to read media file: "),
        (("--ref", "text.png", "80s"), "Cannot use "),
        (("--ref", "face.jpg", "--cn-strength", "1.5", "80s"), "--cn-strength must be between 0 and 1."),
        (("--ref", "face.jpg", "--cn-guidance-end", "x", "80s"), "--cn-guidance-end must be a number."),
        (("--ref", "face.jpg", "--last-image", "--last-seed", "-n", "17", "80s"), "No previous render found."),
    ],
)
def test_what_is_refused_before_anything_is_sent(
    run: Run, devnet: Any, face: Path, argv: tuple[str, ...], text: str
) -> None:
    photograph(Path("small.png"), (255, 400))
    Path("text.png").write_text("no picture")
    called = run(*argv, "--json")
    assert called.exit_code == 2
    assert called.json["error"].startswith(text)
    assert called.json["success"] is False
    assert devnet.job_requests == []


def test_all_problems_are_told_in_the_words_of_who_asks(run: Run) -> None:
    problems = run("--lora-strength", "1", " ", "--json").json["problems"]
    assert [(problem["field"], problem["error"]) for problem in problems] == [
        ("lora_strengths", "--lora-strength requires --lora."),
        ("prompt", "PROMPT must not be empty."),
        ("ref", "--ref is required: a photo of the face."),
    ]


@pytest.mark.anyio
async def test_python_is_told_fields(sogni_app: AppFactory) -> None:
    async with sogni_app() as app:
        with pytest.raises(InputError) as caught:
            await app.run("photobooth", prompt="80s")
    assert (str(caught.value), caught.value.field) == ("ref is required: a photo of the face.", "ref")
    assert caught.value.hint == "Use ref with an image file, or last_image for the last picture you made."


def test_the_defaults_stand_in_help(run: Run) -> None:
    shown = " ".join(run("--help").stdout.split())
    assert "[default: 0.8; setting: photobooth.cn_strength]" in shown
    assert "[default: 0.3; setting: photobooth.cn_guidance_end]" in shown


def test_openclaws_keys_feed_the_settings() -> None:
    (settings,) = sogni_photobooth.plugin.sogni_settings()
    assert settings.openclaw == {"defaultPhotoboothModel": "model", "defaultImageTimeoutSec": "timeout"}
