"""The vocabulary, the prompt, the chain of LoRAs and the places of files: tables, one row a case."""

from __future__ import annotations

from pathlib import Path

import pytest
from sogni_multiangle.angles import AZIMUTHS, DISTANCES, ELEVATIONS, VOCABULARY, Angle, key_of
from sogni_multiangle.loras import chain
from sogni_multiangle.output_paths import NOWHERE, pattern, place, video_place


def test_a_sweep_goes_round() -> None:
    assert list(AZIMUTHS) == [
        "front", "front-right", "right", "back-right", "back", "back-left", "left", "front-left",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("front", "front"),
        ("Front-Right", "front-right"),
        ("front_right", "front-right"),
        ("  BACK_LEFT  ", "back-left"),
        *((f"{key} quarter", key) for key in ("front-right", "back-right", "back-left", "front-left")),
        ("front right quarter", "front-right"),
        ("back  right\tquarter", "back-right"),
        ("back left quarter", "back-left"),
        ("Front Left Quarter", "front-left"),
        ("low angle", "low-angle"),
        ("LOW_ANGLE", "low-angle"),
        ("eye level", "eye-level"),
        ("high angle", "high-angle"),
        ("elevated", "elevated"),
        ("close up", "close-up"),
        ("medium shot", "medium"),
        ("wide shot", "wide"),
    ],
)
def test_words_that_mean_a_key(text: str, key: str) -> None:
    assert key_of(text) == key


@pytest.mark.parametrize("text", ["front right", "front view", "", "  ", "medium-shot", "side", "quarter"])
def test_words_that_mean_none(text: str) -> None:
    assert all(key_of(text) not in known for known in VOCABULARY.values())


@pytest.mark.parametrize("azimuth", AZIMUTHS)
@pytest.mark.parametrize("elevation", ELEVATIONS)
@pytest.mark.parametrize("distance", DISTANCES)
def test_a_prompt_has_the_trigger_and_all_three_words(azimuth: str, elevation: str, distance: str) -> None:
    prompt = Angle(azimuth, elevation, distance).prompt("a cat")
    assert prompt == f"<sks> {AZIMUTHS[azimuth]} {ELEVATIONS[elevation]} {DISTANCES[distance]} a cat"


def test_the_example_of_a_prompt() -> None:
    angle = Angle("front-right", "eye-level", "medium")
    said = "<sks> front-right quarter view eye-level shot medium shot studio portrait, same person"
    assert angle.prompt("studio portrait, same person") == said
    assert angle.prompt("  studio  portrait,\nsame person ") == said
    assert angle.prompt("") == "<sks> front-right quarter view eye-level shot medium shot"


@pytest.mark.parametrize(
    ("loras", "strengths", "angle", "expected"),
    [
        ((), (), None, (("multiple_angles",), (0.9,))),
        ((), (), 0.5, (("multiple_angles",), (0.5,))),
        ((), (), 0.0, (("multiple_angles",), (0.0,))),
        ((), (0.7,), None, (("multiple_angles",), (0.7,))),
        ((), (0.7,), 0.5, (("multiple_angles",), (0.5,))),
        ((), (0.7, 0.8), None, ((), (0.7, 0.8))),
        (("x",), (), None, (("x", "multiple_angles"), (1.0, 0.9))),
        (("x",), (), 0.5, (("x", "multiple_angles"), (1.0, 0.5))),
        (("x",), (0.3,), None, (("x", "multiple_angles"), (0.3, 0.9))),
        (("x", "y"), (), None, (("x", "y", "multiple_angles"), (1.0, 1.0, 0.9))),
        (("multiple_angles",), (0.4,), 0.5, (("multiple_angles",), (0.4,))),
        (("multiple_angles",), (), 0.5, (("multiple_angles",), (0.5,))),
        (("x", "multiple_angles"), (), None, (("x", "multiple_angles"), (1.0, 0.9))),
        (("multiple_angles", "x"), (), None, (("multiple_angles", "x"), (0.9, 1.0))),
        (("x", "multiple_angles"), (0.3, 0.4), None, (("x", "multiple_angles"), (0.3, 0.4))),
        (("x", "y"), (0.3,), None, (("x", "y", "multiple_angles"), (0.3, 0.9))),
        (("x", "multiple_angles"), (0.3,), None, (("x", "multiple_angles"), (0.3,))),
        (("x",), (0.3, 0.4), None, (("x", "multiple_angles"), (0.3, 0.4, 0.9))),
    ],
)
def test_the_chain_of_loras(
    loras: tuple[str, ...],
    strengths: tuple[float, ...],
    angle: float | None,
    expected: tuple[tuple[str, ...], tuple[float, ...]],
) -> None:
    assert chain(loras, strengths, angle) == expected
    if len(expected[0]) == len(expected[1]):
        assert chain(*expected, angle) == expected, "a complete chain stays as it is"


@pytest.mark.parametrize(
    ("output", "kind", "expected"),
    [
        ("out", "jpg", "out/front.jpg"),
        ("out", "png", "out/front.png"),
        ("deep/out/", "jpg", "deep/out/front.jpg"),
        ("out.d/", "jpg", "out.d/front.jpg"),
        ("x.jpg", "jpg", "x-front.jpg"),
        ("dir/name.PNG", "png", "dir/name-front.PNG"),
        ("dir/name.png", "jpg", "dir/name-front.png"),
        ("dir/name.mp4", "jpg", "dir/name-front.jpg"),
        ("dir/name.MP4", "png", "dir/name-front.png"),
        ("dir/{azimuth}-side.webp", "jpg", "dir/front-side.webp"),
        (".hidden", "jpg", ".hidden/front.jpg"),
    ],
)
def test_where_images_go(output: str, kind: str, expected: str) -> None:
    made = pattern(output, kind)
    assert place(made, "front") == Path(expected)
    assert pattern(made, kind) == made, "a pattern stays as it is"


@pytest.mark.parametrize(
    ("value", "output", "expected"),
    [
        ("t.mp4", None, "t.mp4"),
        ("t.MP4", "x.png", "t.MP4"),
        ("turn", None, "turn.mp4"),
        ("turn.v2", None, "turn.v2.mp4"),
        ("dir/t.mp4", "x.png", "dir/t.mp4"),
        ("", "dir/loop.mp4", "dir/loop.mp4"),
        ("", "dir/name.png", "dir/name.mp4"),
        ("", "out", "out/angles-360.mp4"),
        ("  ", "out", "out/angles-360.mp4"),
    ],
)
def test_where_the_video_goes(value: str, output: str | None, expected: str) -> None:
    found = video_place(value, Path(output) if output is not None else None)
    assert found == Path.cwd() / expected
    assert video_place(str(found), None) == found


def test_a_video_without_a_place() -> None:
    assert video_place("", None) == NOWHERE
    assert video_place(str(NOWHERE), None) == NOWHERE
