"""The five workflows on a Supernet that runs on this machine: what is chosen, sent, uploaded and reported."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .conftest import clip, far, ffmpeg, film, picture


@pytest.fixture
def materials(folder: Path) -> Path:
    picture(folder / "face.jpg")
    picture(folder / "end.png", (800, 600), "navy")
    clip(folder / "motion.mp4", 33)
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=300:duration=2", "-c:a", "aac", folder / "speech.m4a")
    return folder


WAN = "wan_v2.2-14b-fp8_"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("argv", "workflow", "slots"),
    [
        ((), "t2v", set()),
        (("--ref", "face.jpg"), "i2v", {"referenceImage"}),
        (("--ref-end", "face.jpg"), "i2v", {"referenceImageEnd"}),
        (("--ref", "face.jpg", "--ref-end", "end.png"), "i2v", {"referenceImage", "referenceImageEnd"}),
        (("--ref", "face.jpg", "--ref-audio", "speech.m4a"), "s2v", {"referenceImage", "referenceAudio"}),
        (("--ref", "face.jpg", "--ref-video", "motion.mp4"), "animate-move", {"referenceImage", "referenceVideo"}),
        (
            ("--ref", "face.jpg", "--ref-video", "motion.mp4", "--workflow", "Animate_Replace"),
            "animate-replace",
            {"referenceImage", "referenceVideo"},
        ),
        (("--ref", "face.jpg", "-m", f"{WAN}i2v"), "i2v", {"referenceImage"}),
    ],
)
def test_a_workflow_is_chosen_and_its_references_sent(
    run: Any, sent: Any, devnet: Any, materials: Path, argv: tuple[str, ...], workflow: str, slots: set[str]
) -> None:
    called = run("video", "it moves", *argv, "--duration", "1", "-o", "out.mp4", "--json")
    assert called.exit_code == 0, called
    frame = sent()
    assert f"_{workflow}" in frame["modelID"]
    assert {file.slot for file in devnet.files if file.job is None} == slots
    assert (frame["frames"], frame["fps"], frame["width"], frame["height"]) == (17, 16, 512, 512)
    assert frame["steps"] == (4 if "lightx2v" in frame["modelID"] else 20)
    assert frame["positivePrompt"] == "it moves"
    assert called.json["workflow"] == workflow
    made = film(Path(called.json["localPath"]))
    assert (len(made.frames), made.size, round(made.rate)) == (17, (512, 512), 16)


def test_json_says_what_was_asked_and_what_was_sent(run: Any, sent: Any, folder: Path) -> None:
    picture(folder / "wide.png", (1920, 1080))
    argv = ("video", "pan", "--ref", "wide.png", "-w", "640", "-h", "640", "--duration", "2", "--json", "-o", "o.mp4")
    shown = run(*argv).json
    assert (shown["width"], shown["height"]) == (1024, 640)
    assert (shown["effectiveWidth"], shown["effectiveHeight"]) == (1024, 576)
    assert (sent()["width"], sent()["height"]) == (1024, 576)
    assert shown["effectiveFromReference"] == {"width": 1920, "height": 1080}
    assert shown["adjustedVideoDims"] == {
        "reason": "i2v-ref-div16",
        "referenceType": "refImage",
        "requested": {"width": 640, "height": 640},
        "adjusted": {"width": 1024, "height": 640},
        "resizedFrom": {"width": 640, "height": 360},
        "resizedTo": {"width": 1024, "height": 576},
    }
    assert shown["warnings"] == ["The video is 1024x640, not 640x640: the reference image would be scaled to 640x360."]
    wanted = {"type": "video", "refImage": "wide.png", "fps": 16, "duration": 2, "strictSize": False, "workflow": "i2v"}
    assert wanted.items() <= shown.items()


def test_the_size_that_the_reference_makes_counts_in_the_seed(run: Any, folder: Path) -> None:
    picture(folder / "cat.jpg", (1170, 1200))
    one = run("video", "walks", "--ref", "cat.jpg", "--dry-run", "--json").json
    other = run("video", "walks", "--ref", "cat.jpg", "-w", "608", "-h", "624", "--dry-run", "--json").json
    # The text that the original program hashes, written out.
    text = (
        '{"prompt":"walks","model":"wan_v2.2-14b-fp8_i2v_lightx2v","workflow":"i2v","width":608,"height":624,'
        '"azimuth":"front","elevation":"eye-level","distance":"medium","angleDescription":"","outputFormat":"",'
        '"sampler":"","scheduler":"","loras":[],"loraStrengths":[],"refImage":"cat.jpg","refImageEnd":"",'
        '"refAudio":"","refVideo":"","contextImages":[],"autoResizeVideoAssets":null,"tokenType":"",'
        '"steps":null,"guidance":null}'
    )
    assert one["seed"] == other["seed"] == int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
    plain = run("video", "ocean waves at sunset", "--dry-run", "--json").json
    assert plain["seed"] == 3820739021


def test_a_reference_is_sent_upright_opaque_and_in_the_size_of_the_video(
    run: Any, sent: Any, uploaded: Any, folder: Path
) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    picture(folder / "turned.jpg", (1080, 1920), exif=turned)
    assert run("video", "x", "--ref", "turned.jpg", "--duration", "1", "-o", "o.mp4").exit_code == 0
    assert (sent()["width"], sent()["height"]) == (1024, 576)
    with Image.open(uploaded("referenceImage").path) as image:
        assert (image.format, image.size, image.getexif().get(0x0112)) == ("JPEG", (1024, 576), None)
        corners = [image.getpixel(place) for place in ((1000, 20), (20, 20))]
        assert min(corners[0]) > 240 and min(corners[1]) < 60

    seen = Image.new("RGBA", (640, 480), (255, 0, 0, 0))
    seen.paste((0, 0, 255, 255), (0, 0, 320, 480))
    seen.save(folder / "cut.webp", lossless=True)
    shutil.move(folder / "cut.webp", folder / "cut.jpg")
    assert run("video", "x", "--ref", "cut.jpg", "--duration", "1", "-o", "o2.mp4").exit_code == 0
    with Image.open(uploaded("referenceImage").path) as image:
        assert (image.format, image.size, image.mode) == ("PNG", (640, 480), "RGB")
        assert (image.getpixel((20, 20)), image.getpixel((620, 20))) == ((0, 0, 255), (255, 255, 255))
    assert sent()["referenceImageContentType"] == "image/png"


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("L", 128, (128,) * 3),
        ("P", 0, (0, 0, 0)),
        ("I;16", 32896, (128,) * 3),
        ("LA", (0, 0), (255,) * 3),
        ("1", 1, (255,) * 3),
    ],
)
def test_every_kind_of_picture_is_sent_as_it_looks(
    run: Any, uploaded: Any, folder: Path, mode: str, colour: Any, shown: tuple[int, ...]
) -> None:
    Image.new(mode, (600, 600), colour).save(folder / "a.png")
    assert run("video", "x", "--ref", "a.png", "--duration", "1", "-o", "o.mp4").exit_code == 0
    with Image.open(uploaded("referenceImage").path) as image:
        assert (image.size, image.mode, image.getpixel((9, 9))) == ((512, 512), "RGB", shown)


def test_a_reference_that_is_right_already_is_sent_as_it_is(run: Any, uploaded: Any, folder: Path) -> None:
    path = picture(folder / "ready.jpg")
    assert run("video", "x", "--ref", "ready.jpg", "--duration", "1", "-o", "o.mp4").exit_code == 0
    assert uploaded("referenceImage").path.read_bytes() == path.read_bytes()


def test_only_results_are_told_of(sogni_cli: Any, devnet: Any, folder: Path) -> None:
    picture(folder / "wide.png", (1920, 1080))
    argv = ("video", "x", "--ref", "wide.png", "--duration", "1", "-o", "o.mp4")
    told = sogni_cli(*argv, plugins=["video", "devnet"], environ=devnet.environ).stderr.splitlines()
    assert told[:2] == [
        "Auto-adjusted i2v video size from 512x512 to 1024x576 because resized reference would be 512x288.",
        "Using prompt-hash seed: 2972285042",
    ]
    assert [line for line in told if line.startswith("Saved")] == [f"Saved to {folder / 'o.mp4'}"]


def test_the_end_is_cropped_to_the_shape_of_the_beginning(run: Any, sent: Any, uploaded: Any, folder: Path) -> None:
    picture(folder / "a.png")
    picture(folder / "b.png", (1920, 1088))
    assert run("video", "x", "--ref", "a.png", "--ref-end", "b.png", "--duration", "1", "-o", "o.mp4").exit_code == 0
    assert (sent()["width"], sent()["height"]) == (512, 512)
    with Image.open(uploaded("referenceImageEnd").path) as image:
        assert image.size == (512, 512)


def test_references_of_a_shape_that_no_video_has_are_cropped(run: Any, sent: Any, uploaded: Any, folder: Path) -> None:
    picture(folder / "long.png", (3000, 500))
    shown = run("video", "x", "--ref", "long.png", "--duration", "1", "-o", "o.mp4", "--json").json
    assert shown["warnings"] == [
        "The reference image is cropped from 3000x500 to 512x512, since videos cannot have its shape."
    ]
    with Image.open(uploaded("referenceImage").path) as image:
        assert image.size == (512, 512) == (sent()["width"], sent()["height"])


def test_without_resizing_the_file_and_the_size_are_left_as_they_are(
    run: Any, sent: Any, uploaded: Any, folder: Path
) -> None:
    path = picture(folder / "wide.png", (1920, 1080))
    argv = ("video", "x", "--ref", "wide.png", "--no-auto-resize-assets", "--duration", "1", "-o", "o.mp4", "--json")
    shown = run(*argv).json
    assert shown["autoResizeVideoAssets"] is False
    assert (sent()["width"], sent()["height"]) == (512, 512)
    assert uploaded("referenceImage").path.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("argv", "frames", "duration"),
    [
        (("--duration", "10"), 161, 10),
        (("--duration", "1", "--fps", "32"), 17, 1),
        (("--frames", "33"), 33, 2.0625),
        (("--frames", "32"), 32, 2),
        (("--frames", "33", "--duration", "9"), 33, 2.0625),
    ],
)
def test_the_length(run: Any, argv: tuple[str, ...], frames: int, duration: float) -> None:
    plan = run("video", "x", *argv, "--dry-run", "--json")
    assert plan.exit_code == 0, plan
    shown = run("video", "x", *argv, "-o", "o.mp4", "--json").json
    assert shown["duration"] == duration
    assert shown.get("frames", frames) == frames


def test_a_rate_that_the_model_does_not_render_is_told_and_sent(run: Any, sent: Any, folder: Path) -> None:
    plan = run("video", "x", "--fps", "24", "--dry-run", "--json").json
    assert plan["warnings"] == [f"{WAN}t2v_lightx2v supports 16 or 32 fps, not 24; sending it anyway."]
    assert (
        run("video", "x", "--fps", "60", "--dry-run", "--json")
        .json["warnings"][0]
        .endswith("not 60; sending it anyway.")
    )
    assert run("video", "x", "--fps", "32", "--dry-run", "--json").json["warnings"] == []
    assert run("video", "x", "--fps", "24", "--frames", "17", "-o", "o.mp4").exit_code == 0
    assert (sent()["fps"], round(film(folder / "o.mp4").rate)) == (24, 24)


def test_several_videos_are_saved_beside_each_other(run: Any, folder: Path) -> None:
    assert run("video", "x", "-n", "2", "--duration", "1", "-o", "o.mp4").exit_code == 0
    assert sorted(path.name for path in folder.glob("o*.mp4")) == ["o-1.mp4", "o-2.mp4"]


def test_the_last_image_is_a_reference(run: Any, sent: Any, folder: Path) -> None:
    assert run("image", "a cat", "-o", "cat.png").exit_code == 0
    assert run("video", "pan", "--last-image", "--duration", "1", "-o", "o.mp4").exit_code == 0
    assert sent()["modelID"] == f"{WAN}i2v_lightx2v"


def test_settings_choose_models_sizes_and_lengths(run: Any, sent: Any, folder: Path) -> None:
    environ = {
        "SOGNI_VIDEO__MODELS__T2V": f"{WAN}t2v", "SOGNI_VIDEO__FPS": "32", "SOGNI_VIDEO__DURATION": "1",
        "SOGNI_VIDEO__WIDTH": "640", "SOGNI_VIDEO__HEIGHT": "480",
    }  # fmt: skip
    called = run("video", "x", "-o", "o.mp4", "--json", **environ)
    assert (called.exit_code, called.json["field"]) == (2, "model")  # the devnet does not know this model
    assert run("video", "x", "-o", "o.mp4", "--force", **environ).exit_code == 6
    frame = sent()
    assert (frame["modelID"], frame["fps"], frame["frames"]) == (f"{WAN}t2v", 32, 17)
    assert (frame["steps"], frame["width"], frame["height"]) == (20, 640, 480)


def test_a_price_is_asked_without_a_prompt_and_nothing_is_submitted(run: Any, devnet: Any, folder: Path) -> None:
    picture(folder / "cat.jpg", (1170, 1200))
    called = run("video", "--estimate-video-cost", "--ref", "cat.jpg", "--json")
    assert called.exit_code == 0, called
    step = called.json["projects"][0]
    assert (step["width"], step["height"], step["steps"]) == (608, 624, 4)
    assert called.json["price"]["amount"] > 0
    assert devnet.job_requests == []
    assert not [file for file in devnet.files if file.job is None]


def test_the_first_frame_is_the_reference_s(run: Any, folder: Path) -> None:
    picture(folder / "a.png", (1920, 1080))
    run("video", "x", "--ref", "a.png", "--duration", "1", "-o", "o.mp4")
    with Image.open(folder / "a.png") as image:
        assert far(film(folder / "o.mp4").frames[0], image.resize((1024, 576))) < 6


@pytest.mark.parametrize("name", ["a.m4a", "a.mp3", "a.wav", "a.flac", "a.ogg"])
def test_every_kind_of_sound_is_typed_by_its_content(run: Any, sent: Any, folder: Path, name: str) -> None:
    picture(folder / "face.jpg")
    codec = {"a.ogg": ("-c:a", "libvorbis")}.get(name, ())
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=300:duration=1", *codec, folder / name)
    shutil.move(folder / name, folder / "sound.bin")
    argv = ("video", "x", "--ref", "face.jpg", "--ref-audio", "sound.bin", "--duration", "1", "-o", "o.mp4")
    assert run(*argv).exit_code == 0
    wanted = {"a.m4a": "audio/mp4", "a.mp3": "audio/mpeg", "a.wav": "audio/wav"}
    assert sent()["referenceAudioContentType"] == wanted.get(name, f"audio/{name[2:]}")
    assert film(folder / "o.mp4").sound > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.webm"])
def test_every_kind_of_video_is_typed_by_its_content(run: Any, sent: Any, folder: Path, name: str) -> None:
    picture(folder / "me.jpg")
    clip(folder / name, codec=("-c:v", "libvpx-vp9") if name == "a.webm" else ("-c:v", "libx264"))
    shutil.move(folder / name, folder / "film.bin")
    argv = ("video", "x", "--ref", "me.jpg", "--ref-video", "film.bin", "--duration", "1", "-o", "o.mp4")
    assert run(*argv).exit_code == 0
    wanted = {"a.mp4": "video/mp4", "a.mov": "video/quicktime", "a.webm": "video/webm"}
    assert sent()["referenceVideoContentType"] == wanted[name]
