"""ffmpeg as a program: where it is found, and that it is run safely, heard within bounds, and ended."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from sogni_video import ffmpeg

from sogni_core.errors import InputError
from sogni_core.project import Asset

from .conftest import needs_scripts

pytestmark = pytest.mark.anyio


def program(path: Path, text: str = "") -> Path:
    """Write a program that answers ``-version`` as ffmpeg does, and otherwise does as told."""
    path.parent.mkdir(parents=True, exist_ok=True)
    asked = "if '-version' in sys.argv:\n    print('ffmpeg version 1'); sys.exit()\n"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{asked}{text}", "utf-8")
    path.chmod(0o755)
    return path


@needs_scripts
def test_it_is_looked_for_in_order(system: str, folder: Path) -> None:
    own, older, found = (program(folder / name / "ffmpeg") for name in ("own", "older", "path"))
    environ = {"SOGNI_FFMPEG": str(own), "FFMPEG_PATH": str(older), "PATH": str(found.parent)}
    for name, wanted in (("SOGNI_FFMPEG", own), ("FFMPEG_PATH", older), ("PATH", found)):
        assert ffmpeg.find(environ) == str(wanted)
        del environ[name]
    assert ffmpeg.find({"PATH": str(folder)}) == get_ffmpeg_exe()


def test_a_variable_that_is_set_is_obeyed(folder: Path) -> None:
    environ = {"SOGNI_FFMPEG": str(folder / "gone"), "FFMPEG_PATH": get_ffmpeg_exe()}
    assert ffmpeg.find(environ) is None
    problem = next(ffmpeg.missing(environ))
    assert (problem.code_name, problem.facts) == ("MISSING_FFMPEG", {"ffmpegPath": str(folder / "gone")})
    with pytest.raises(InputError, match="ffmpeg is required"):
        ffmpeg.required(environ)


@needs_scripts
@pytest.mark.parametrize("text", ["raise SystemExit(127)", "print('another program')"])
def test_a_program_that_does_not_run_is_none(system: str, folder: Path, text: str) -> None:
    broken = folder / "ffmpeg"
    broken.write_text(f"#!{sys.executable}\n{text}\n")
    broken.chmod(0o755)
    assert [problem.code_name for problem in ffmpeg.missing({"FFMPEG_PATH": str(broken)})] == ["MISSING_FFMPEG"]


@needs_scripts
async def test_an_exit_code_that_is_not_0_is_a_failure_although_a_file_is_there(
    system: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "open(sys.argv[-1], 'w').write('x' * 100)\nprint('[mov @ 0x7f] it broke', file=sys.stderr)\nsys.exit(3)\n"
    monkeypatch.setenv("SOGNI_FFMPEG", str(program(folder / "ffmpeg", text)))
    with pytest.raises(ffmpeg.FailedError, match=r"^it broke$") as failure:
        await ffmpeg.run([str(folder / "out.mp4")])
    assert failure.value.status == 3


@needs_scripts
async def test_what_it_says_is_kept_within_bounds(system: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "for _ in range(200):\n    sys.stderr.write('y' * 100_000 + '\\n')\nsys.exit('the end')\n"
    monkeypatch.setenv("SOGNI_FFMPEG", str(program(folder / "ffmpeg", text)))
    with pytest.raises(ffmpeg.FailedError) as failure:
        await ffmpeg.run([])
    assert failure.value.told.endswith("the end")
    assert len(failure.value.told) < 1000


@needs_scripts
@pytest.mark.parametrize("stubborn", [False, True])
async def test_it_is_ended_when_nobody_waits_any_more(
    system: str, folder: Path, monkeypatch: pytest.MonkeyPatch, stubborn: bool
) -> None:
    ignoring = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if stubborn else ""
    text = f"{ignoring}print(os.getpid(), flush=True)\ntime.sleep(600)\n"
    monkeypatch.setenv("SOGNI_FFMPEG", str(program(folder / "ffmpeg", text)))
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ffmpeg.run([], started.set_result, grace=0.2))
        number = int(await started)
        task.cancel()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


@needs_scripts
async def test_it_reads_no_input_and_opens_nothing_but_files(
    system: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "print(sys.stdin.read() == '')\nprint(sys.argv[1:])\n"
    monkeypatch.setenv("SOGNI_FFMPEG", str(program(folder / "ffmpeg", text)))
    clip = Asset("a.mp4", path=Path("/x/$(touch a);'b.mp4"), content_type="video/mp4")
    said: list[str] = []
    await ffmpeg.run(ffmpeg.opened(clip), said.append)
    assert said[0] == "True"
    for part in ("'-nostdin'", "'-protocol_whitelist', 'file', '-f', 'mov', '-i'", "file:/x/$(touch a);\\'b.mp4"):
        assert part in said[1] or part.replace("\\'", "'") in said[1]


async def test_a_playlist_that_calls_itself_a_video_is_not_followed(run: Any, folder: Path) -> None:
    clip = Asset("a.mp4", path=folder / "a.mp4", content_type="video/mp4")
    (folder / "secret.txt").write_text("secret")
    (folder / "a.mp4").write_text("ffconcat version 1.0\nfile secret.txt\n")
    with pytest.raises(ffmpeg.FailedError):
        await ffmpeg.run([*ffmpeg.opened(clip), "-f", "null", "-"])
    with pytest.raises(InputError, match="not a supported video"):
        ffmpeg.opened(Asset("x", path=folder / "x", content_type="audio/mpeg"))
