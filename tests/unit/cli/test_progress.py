"""Progress as lines, as bars, and not at all."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from sogni_core.cli.progress_bars import Display
from sogni_core.cli.progress_lines import Lines, Quiet
from sogni_core.frontend.dialect import FLAGS, Wording
from sogni_core.result import Progress

WORDING = Wording(FLAGS)

LIFE = [
    Progress("sending", "image", jobs=2),
    Progress("queued", "image", jobs=2, position=3, eta=12.4),
    Progress("queued", "image", jobs=2, position=3, eta=12.4),
    Progress("queued", "image", jobs=2, message="no worker serves this model now"),
    Progress("started", "image", job=0, jobs=2),
    *(Progress("step", "image", job=0, jobs=2, fraction=n / 8, eta=3.0) for n in range(1, 9)),
    Progress("retried", "image", job=1, jobs=2, message="worker left"),
    Progress("job", "image", job=0, jobs=2, done=1, fraction=1.0),
    Progress("saved", "image", job=0, jobs=2, message="/tmp/a-1.png"),
    Progress("warning", message="odd \x1b[31mred\x1b[0m"),
    Progress("message", message="Joining clips"),
    Progress("job", "image", job=1, jobs=2, done=2, fraction=1.0),
    Progress("finished", "image", jobs=2, done=2),
]


def shown(way: Any, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with way as show:
        for progress in LIFE:
            show(progress)
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


def test_lines_say_each_thing_once_and_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(Lines(WORDING), capsys) == [
        "Connecting to Sogni…",
        "Queued at place 3, starts in about 12 s",
        "Waiting: no worker serves this model now",
        "Progress 1/2: 25%, about 3 s left",
        "Progress 1/2: 50%, about 3 s left",
        "Progress 1/2: 75%, about 3 s left",
        "Moved to another worker: worker left",
        "1/2 completed",
        "Saved to /tmp/a-1.png",
        "Warning: odd red",
        "Joining clips",
        "2/2 completed",
    ]


def test_lines_say_which_of_several_steps_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines(WORDING) as show:
        for key in ("front", "back", "clip-1/video"):
            show(Progress("queued", key, jobs=1, position=1))
            show(Progress("step", key, job=0, jobs=1, fraction=0.1))
            show(Progress("step", key, job=0, jobs=1, fraction=0.3))
        show(Progress("job", "front", job=0, jobs=1, done=1, fraction=1.0))
    assert capsys.readouterr().err.splitlines() == [
        "Queued at place 1",
        "Progress: 30%",
        "back Queued at place 1",
        "back Progress: 30%",
        "clip-1 Queued at place 1",
        "clip-1 Progress: 30%",
        "front 1/1 completed",
    ]


def test_quiet_shows_warnings_only_and_with_json_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(Quiet(WORDING, warnings=True), capsys) == ["Warning: odd red"]
    assert shown(Quiet(WORDING, warnings=False), capsys) == []


def test_a_terminal_shows_place_time_left_and_a_bar_per_job() -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, color_system=None, legacy_windows=False)
    display = Display(WORDING, console)
    with display as show:
        for progress in LIFE:
            show(progress)
            # Frames are drawn by a clock; each state is drawn here so that it can be looked at.
            display._bars.refresh()
    text = screen.getvalue()
    for seen in (
        "connecting", "queued at place 3, starts in about 12 s", "image 1/2", "about 3 s left", "100%",
        "image 2/2", "moved to another worker", "Saved to /tmp/a-1.png", "Warning: odd red", "Joining clips",
    ):  # fmt: skip
        assert seen in text
    assert "\x1b[31m" not in text


def test_markup_in_what_others_wrote_is_text() -> None:
    screen = io.StringIO()
    with Display(WORDING, Console(file=screen, force_terminal=True, width=100, color_system=None)) as show:
        show(Progress("message", message="[red]not markup[/red] [/nonsense]"))
    assert "[red]not markup[/red] [/nonsense]" in screen.getvalue()
