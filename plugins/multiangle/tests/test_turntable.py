"""The 360 video on a Supernet that runs on this machine: when clips begin, what they are made of, what is joined."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sogni_multiangle.angles import AZIMUTHS

from .films import apart, colour, colours

pytestmark = pytest.mark.slow

Run = Callable[..., Any]

TURN = ("-c", "subject.jpg", "--angles-360", "--angles-360-video", "turn.mp4", "studio portrait, same person")

SIDES = tuple(AZIMUTHS)


def orders(devnet: Any, media: str) -> list[Any]:
    return [project for project in devnet.projects if project.media == media]


def frame(project: Any) -> dict[str, Any]:
    found: dict[str, Any] = project.order.raw["keyFrames"][0]
    return found


def test_clips_run_from_each_side_to_the_next_and_back_to_the_first(run: Run, devnet: Any) -> None:
    called = run(*TURN, "-o", "sides", "--json")
    assert called.exit_code == 0, called
    found = called.json
    assert found["type"] == "multi-angle-360"
    assert found["videoPath"] == str(Path("turn.mp4").absolute())
    images = [str(Path("sides", f"{side}.jpg").absolute()) for side in SIDES]
    assert found["localPaths"] == [*images, found["videoPath"]]
    assert found["localPath"] == images[0], "what --last-image takes is an image"
    assert len(found["projectIds"]) == 16
    assert found["videoModel"] == "wan_v2.2-14b-fp8_i2v_lightx2v"
    assert "duration" not in found, "nobody chose it"

    uploads = {(file.project, file.slot): file.path.read_bytes() for file in devnet.files if file.slot}
    ends = {
        (uploads[clip.id, "referenceImage"], uploads[clip.id, "referenceImageEnd"]) for clip in orders(devnet, "video")
    }
    sides = [Path(image).read_bytes() for image in images]
    assert ends == {(sides[place], sides[(place + 1) % 8]) for place in range(8)}


def test_clips_have_what_their_own_model_says(run: Run, devnet: Any) -> None:
    assert run(*TURN, "--steps", "6", "--guidance", "1.5").exit_code == 0
    for clip in orders(devnet, "video"):
        sent = frame(clip)
        wanted = {
            "modelID": "wan_v2.2-14b-fp8_i2v_lightx2v", "positivePrompt": "studio portrait, same person", "steps": 4,
            "frames": 17, "fps": 16, "width": 512, "height": 512,
        }  # fmt: skip
        assert {name: sent.get(name) for name in wanted} == wanted
        assert "guidanceScale" not in sent
        assert clip.order.raw["numberOfImages"] == 1
    assert {frame(image)["steps"] for image in orders(devnet, "image")} == {6}


@pytest.mark.parametrize(
    ("argv", "frames"),
    [
        (("--duration", "16"), 33),
        (("--duration", "20"), 49),
        (("--duration", "1"), 17),
        (("--frames", "200"), 25),
        (("--frames", "204"), 26),
        (("--frames", "40"), 17),
        (("--frames", "200", "--duration", "16"), 25),
    ],
)
def test_the_length_is_shared_among_the_clips(run: Run, devnet: Any, argv: tuple[str, ...], frames: int) -> None:
    planned = run(*TURN, *argv, "--video-model", "wan_v2.2-14b-fp8_i2v", "--fps", "32", "--dry-run", "--json").json
    clips = [project for project in planned["projects"] if project["media"] == "video"]
    assert [(clip["model"], clip["frames"], clip["fps"]) for clip in clips] == [
        ("wan_v2.2-14b-fp8_i2v", frames, 32)
    ] * 8
    assert orders(devnet, "video") == []


def test_what_is_sent_is_as_long_as_planned(run: Run, devnet: Any) -> None:
    assert run(*TURN, "--frames", "200", "--fps", "32").exit_code == 0
    assert {(frame(clip)["frames"], frame(clip)["fps"]) for clip in orders(devnet, "video")} == {(25, 32)}


def test_each_side_is_shown_once_and_the_loop_closes(run: Run) -> None:
    """Plain pictures are one colour each, and a clip goes from the colour of one side to that of the next."""
    assert run(*TURN, "-o", "sides").exit_code == 0
    shown = colours(Path("turn.mp4"))
    assert len(shown) == 8 * 17 - 8, "one of two shared pictures is left out at each of eight joints"
    # The whole begins after the first side or at it; what counts is that all stand once, 16 pictures apart.
    places = []
    for side in SIDES:
        wanted = colour(Path("sides", f"{side}.jpg"))
        near = [place for place, found in enumerate(shown) if apart(found, wanted) < 6]
        assert near, side
        # Neighbours of a side whose next is of nearly the same colour are near too.
        places.append(min(near, key=lambda place: apart(shown[place], wanted)))
    steps = [(later - earlier) % len(shown) for earlier, later in zip(places, [*places[1:], places[0]], strict=True)]
    assert all(abs(step - 16) <= 1 for step in steps), steps
    assert sum(steps) == len(shown)
    for before, after in zip([shown[-1], *shown], shown, strict=False):
        assert apart(before, after) < 40, "no jump, at the joints and where the end meets the beginning"


@pytest.mark.parametrize(
    "devnet", [{"image_slots": 1, "video_slots": 8, "seconds_per_image": 0.5, "seconds_per_clip": 0.3}], indirect=True
)
def test_a_clip_begins_as_soon_as_its_sides_are_there(run: Run, devnet: Any) -> None:
    assert run(*TURN).exit_code == 0
    last_image = max(image.updated for image in orders(devnet, "image"))
    early = [clip for clip in orders(devnet, "video") if clip.created < last_image]
    assert early


@pytest.mark.parametrize("devnet", [{"video_slots": 8, "seconds_per_clip": 0.3}], indirect=True)
def test_no_more_clips_at_once_than_the_setting_allows(run: Run, devnet: Any) -> None:
    assert run(*TURN, SOGNI_MULTIANGLE__AT_ONCE="2").exit_code == 0
    spans = [(clip.created, clip.updated) for clip in orders(devnet, "video")]
    assert max(sum(begun <= at < ended for begun, ended in spans) for at, _ in spans) == 2


def test_without_any_place_the_video_is_kept_in_the_folder_of_its_run(run: Run) -> None:
    argv = [word for word in TURN if word != "turn.mp4"]
    found = run(*argv[:4], "", *argv[4:], "--json").json
    video = Path(found["videoPath"])
    assert (video.name, video.parent.name) == ("angles-360.mp4", found["runId"])
    assert video.is_file()


def test_of_the_clips_only_the_turntable_speaks(sogni_cli: Any, devnet: Any, folder: Path) -> None:
    called = sogni_cli("multiangle", *TURN, plugins=["multiangle", "video", "devnet"], environ=devnet.environ)
    told = called.stderr.splitlines()
    assert sum(line.startswith("Clip ") for line in told) == 8
    assert not [line for line in told if line.startswith(("Generating", "Reference", "End frame"))]


def test_text_names_the_video_first(run: Run) -> None:
    called = run(*TURN, "-o", "sides")
    lines = called.stdout.splitlines()
    assert lines[0] == f"video: {Path('turn.mp4').absolute()}"
    assert lines[1:] == [f"{side}: {Path('sides', f'{side}.jpg').absolute()}" for side in SIDES]


def test_without_a_place_the_images_stay_in_the_folder_of_the_run(run: Run, folder: Path) -> None:
    found = run(*TURN, "--json").json
    assert sorted(path.name for path in folder.iterdir()) == ["subject.jpg", "turn.mp4"]
    homes = {Path(path).parent for path in found["localPaths"][:-1]}
    assert [home.name for home in homes] == [found["runId"]]


@pytest.mark.parametrize(
    ("argv", "video", "image"),
    [
        (("-o", "loop.mp4"), "loop.mp4", "loop-front.jpg"),
        (("-o", "deep/me.png"), "deep/me.mp4", "deep/me-front.png"),
        (("-o", "sides"), "sides/angles-360.mp4", "sides/front.jpg"),
    ],
)
def test_an_empty_path_goes_where_the_images_go(run: Run, argv: tuple[str, ...], video: str, image: str) -> None:
    found = run("-c", "subject.jpg", "--angles-360", "--angles-360-video", "", *argv, "--json").json
    assert found["videoPath"] == str(Path(video).absolute())
    assert Path(video).is_file()
    with Image.open(image) as opened:
        assert opened.size == (512, 512)


def test_a_plan_shows_all_sixteen_and_touches_nothing(run: Run, devnet: Any, folder: Path) -> None:
    argv = ("-c", "subject.jpg", "--angles-360", "--angles-360-video", "new/turn.mp4", "-o", "new/sides")
    plan = run(*argv, "--dry-run", "--json").json
    media = [project["media"] for project in plan["projects"]]
    assert (media.count("image"), media.count("video")) == (8, 8)
    assert plan["price"]["amount"] > 0
    assert devnet.job_requests == []
    assert [path.name for path in folder.iterdir()] == ["subject.jpg"]


def test_a_place_that_cannot_be_written_is_said_before_anything_is_sent(run: Run, devnet: Any) -> None:
    Path("here").write_text("a file")
    argv = ("-c", "subject.jpg", "--angles-360", "--angles-360-video", "here/turn.mp4", "-o", "sides")
    called = run(*argv, "--json")
    assert (called.exit_code, called.json["errorCode"]) == (2, "OUTPUT_NOT_WRITABLE")
    assert devnet.job_requests == []


def test_without_the_video_mode_it_says_so_before_anything_is_sent(sogni_cli: Any, devnet: Any, folder: Path) -> None:
    called = sogni_cli("multiangle", *TURN, "-q", "--json", plugins=["multiangle", "devnet"], environ=devnet.environ)
    assert (called.exit_code, called.json["errorCode"]) == (9, "PLUGIN_NOT_INSTALLED")
    assert called.json["plugin"] == "sogni-video"
    assert devnet.job_requests == []
    without = ("-c", "subject.jpg", "--angles-360", "x", "-q")
    assert sogni_cli("multiangle", *without, plugins=["multiangle", "devnet"], environ=devnet.environ).exit_code == 0


def test_without_ffmpeg_it_says_so_before_anything_is_sent(run: Run, devnet: Any) -> None:
    called = run(*TURN, "--json", SOGNI_FFMPEG="/nonexistent/ffmpeg")
    assert (called.exit_code, called.json["errorCode"]) == (2, "MISSING_FFMPEG")
    assert called.json["errorDetails"] == {"ffmpegPath": "/nonexistent/ffmpeg"}
    assert devnet.job_requests == []
    plan = run(*TURN, "--json", "--dry-run", SOGNI_FFMPEG="/nonexistent/ffmpeg")
    assert plan.json["errorCode"] == "MISSING_FFMPEG"
