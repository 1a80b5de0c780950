"""Clips that are joined: how many pictures come out and which, how long each is shown, and what is heard."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from .conftest import blend, clip, far, ffmpeg, film

pytestmark = pytest.mark.slow


def test_clips_that_are_alike_are_put_together_bit_for_bit(run: Any, folder: Path) -> None:
    one, other = clip(folder / "a.mp4"), clip(folder / "b.mp4", seed=1)
    called = run("concat", "a.mp4", "b.mp4", "a.mp4", "-o", "out.mp4", "--json")
    assert called.exit_code == 0, called
    wanted = {"type": "concat", "clips": 3, "frames": 51, "copied": True, "width": 512, "height": 480}
    assert wanted.items() <= called.json.items()
    made = film(folder / "out.mp4")
    assert made.is_steady
    assert all(
        far(shown, source) == 0
        for shown, source in zip(made.frames, [f for c in (one, other, one) for f in film(c).frames], strict=True)
    )


@pytest.mark.parametrize(
    ("other", "rate", "frames"),
    [
        ({"size": "640x360"}, 16, 34),
        ({"rate": "24"}, 24, 26 + 17),
        ({"rate": "30000/1001"}, 29.97, 32 + 17),
        ({"sound": 1.0}, 16, 34),
        ({"sound": 3.0}, 16, 34),
        ({"size": "321x241", "rate": "8"}, 16, 17 + 34),
        ({"codec": ("-c:v", "libx264", "-bf", "0")}, 16, 34),
    ],
)
def test_clips_that_differ_are_fitted_to_the_first_and_the_fastest(
    run: Any, folder: Path, other: dict[str, Any], rate: float, frames: int
) -> None:
    clip(folder / "a.mp4")
    if other.get("size") == "321x241":
        ffmpeg("-f", "lavfi", "-i", "testsrc2=size=321x241:rate=8,trim=end_frame=17", "-pix_fmt", "yuv444p",
               folder / "b.mp4")  # fmt: skip
    else:
        clip(folder / "b.mp4", seed=1, **other)
    called = run("concat", "a.mp4", "b.mp4", "-o", "out.mp4", "--json")
    assert called.exit_code == 0, called
    made = film(folder / "out.mp4")
    assert (len(made.frames), made.size) == (frames, (512, 480))
    assert made.rate == pytest.approx(rate, rel=0.001)
    assert made.is_steady
    assert called.json["frames"] == frames
    assert called.json["copied"] is ("sound" in other)
    if "sound" in other:
        # To the end of the pictures, and no further than a block of samples behind it.
        assert 0 <= made.sound - frames / rate < 0.03


@pytest.mark.parametrize(("names", "heard"), [("ab", (False, True)), ("ba", (True, False)), ("bb", (True, True))])
def test_sound_stays_beside_its_pictures(run: Any, folder: Path, names: str, heard: tuple[bool, ...]) -> None:
    clip(folder / "a.mp4", 16)
    clip(folder / "b.mp4", 16, sound=0.4)
    assert run("concat", *(f"{name}.mp4" for name in names), "-o", "out.mp4").exit_code == 0
    raw = ffmpeg("-i", "out.mp4", "-map", "0:a:0", "-ac", "1", "-ar", "1000", "-f", "s16le", "-")
    samples = [abs(int.from_bytes(raw[at : at + 2], "little", signed=True)) for at in range(0, len(raw), 2)]
    for place, sounds in enumerate(heard):
        begin = samples[place * 1000 + 50 : place * 1000 + 350]
        rest = samples[place * 1000 + 500 : place * 1000 + 950]
        assert (max(begin) > 500) is sounds
        assert max(rest) < 100


def test_the_frame_that_clips_share_is_shown_once(run: Any, folder: Path) -> None:
    colours = ("red", "green", "blue")
    clips = [blend(folder / f"{n}.mp4", colours[n], colours[(n + 1) % 3]) for n in range(3)]
    called = run("concat", *clips, "-o", "open.mp4", "--seamless", "--json")
    assert (called.json["frames"], called.json["copied"]) == (49, False)
    made = film(folder / "open.mp4")
    assert (len(made.frames), made.is_steady) == (49, True)
    assert far(made.frames[0], made.frames[-1]) < 4

    called = run("concat", *clips, "-o", "loop.mp4", "--seamless", "--loop", "--json")
    assert called.json["frames"] == 48
    made = film(folder / "loop.mp4")
    assert (len(made.frames), made.is_steady) == (48, True)
    # At every joint, and from the last picture to the first, it goes on as it did before.
    steps = [far(made.frames[n], made.frames[(n + 1) % 48]) for n in range(48)]
    for corner in (0, 16, 32):
        assert 0.5 * steps[corner - 3] < steps[corner - 1] < 2 * steps[corner - 3]
        assert 0.5 * steps[corner + 2] < steps[corner] < 2 * steps[corner + 2]
    for place, clip_of_it in enumerate(clips):
        assert far(made.frames[16 * place], film(clip_of_it).frames[0]) < 4


@pytest.mark.anyio
async def test_other_modes_join_clips_without_submitting_anything(sogni_app: Any, devnet: Any, folder: Path) -> None:
    blend(folder / "a.mp4", "red", "green")
    blend(folder / "b.mp4", "green", "red")
    async with sogni_app(environ=devnet.environ) as app:
        result = await app.run("join", clips=["a.mp4", "b.mp4"], loop=True, output="loop.mp4")
        assert [path.name for path in result.paths] == ["loop.mp4"]
        assert result.artifacts[0].seconds == pytest.approx(2)
        assert (result.extra["frames"], result.project_ids) == (32, ())
        plan = await app.plan("join", clips=["a.mp4", "b.mp4"], output="other.mp4")
        assert plan.steps == ()
    assert not (folder / "other.mp4").exists()
    assert devnet.job_requests == []


def test_joining_needs_no_account_and_no_network(sogni_cli: Any, folder: Path) -> None:
    blend(folder / "a.mp4", "red", "green")
    blend(folder / "b.mp4", "green", "red")
    nowhere = {"SOGNI_REST_URL": "http://127.0.0.1:9", "SOGNI_SOCKET_URL": "ws://127.0.0.1:9"}
    called = sogni_cli("join", "a.mp4", "b.mp4", "-o", "ab.mp4", "--json", environ=nowhere)
    assert (called.exit_code, called.json["frames"]) == (0, 33), called.stdout


def test_names_of_files_are_only_names(run: Any, folder: Path) -> None:
    name = "it's $(touch gone) [0] é.mp4" if os.name != "nt" else "it's é.mp4"
    clip(folder / name, 5)
    assert run("concat", name, name, "-o", "-out.mp4").exit_code == 0
    assert len(film(folder / "-out.mp4").frames) == 10
    assert not (folder / "gone").exists()


def test_a_clip_that_does_not_play_is_named_and_nothing_is_left(run: Any, folder: Path) -> None:
    whole = clip(folder / "a.mp4").read_bytes()
    clip(folder / "b.mp4")
    (folder / "out.mp4").write_text("what was there before")
    place = whole.index(b"mdat") + 300
    (folder / "a.mp4").write_bytes(whole[:place] + bytes(len(whole) - place - 3000) + whole[-3000:])
    before = sorted(path.name for path in folder.iterdir())
    called = run("concat", "a.mp4", "b.mp4", "-o", "out.mp4", "--seamless", "--json")
    assert called.exit_code in {0, 2}
    (folder / "c.mp4").write_bytes(whole[:2000])
    called = run("concat", "c.mp4", "b.mp4", "-o", "never.mp4", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (2, "UNSUPPORTED_MEDIA")
    assert sorted(path.name for path in folder.iterdir() if path.name != "c.mp4") == before


def test_a_clip_of_one_frame_has_nothing_left_to_join(run: Any, folder: Path) -> None:
    clip(folder / "a.mp4", 5)
    clip(folder / "one.mp4", 1)
    called = run("concat", "a.mp4", "one.mp4", "-o", "out.mp4", "--seamless", "--json")
    assert (called.exit_code, called.json["errorCode"]) == (2, "FFMPEG_FAILED")
    assert called.json["errorDetails"]["clips"] == [str(folder / "one.mp4")]


@pytest.mark.parametrize("name", ["a.webm", "a.mov"])
def test_other_containers_become_mp4(run: Any, folder: Path, name: str) -> None:
    clip(folder / name, 8, codec=("-c:v", "libvpx-vp9") if name.endswith("webm") else ("-c:v", "libx264"))
    clip(folder / "b.mp4", 8)
    assert run("concat", name, "b.mp4", "-o", "out.mp4").exit_code == 0
    made = film(folder / "out.mp4")
    assert (len(made.frames), made.is_steady) == (16, True)


def test_pictures_that_come_at_odd_times_are_evened_out(run: Any, folder: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=512x480:rate=30,trim=end_frame=60,select='not(mod(n,3))+gt(n,40)'",
           "-fps_mode", "vfr", "-c:v", "libx264", "-pix_fmt", "yuv420p", folder / "odd.mp4")  # fmt: skip
    clip(folder / "b.mp4", 16)
    called = run("concat", "odd.mp4", "b.mp4", "-o", "out.mp4", "--json")
    assert called.exit_code == 0, called
    made = film(folder / "out.mp4")
    assert made.is_steady
    assert len(made.frames) == called.json["frames"]
    assert len(made.frames) / made.rate == pytest.approx(3, abs=0.1)
