"""The interpreter skips its last collections only where nothing that is open would suffer from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import gc, sys
from sogni_core._startup import collector

files = collector.open_files()
{then}
collector.skip_last_collections(files)
print(gc.get_freeze_count() > 0, file=sys.stderr)
"""

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="descriptors are listed on POSIX alone")


def ended(then: str, folder: Path) -> bool:
    """Run a program of a few lines in a folder; returns whether its objects were frozen."""
    program = [sys.executable, "-c", PROGRAM.format(then=then)]
    done = subprocess.run(program, cwd=folder, capture_output=True, text=True, check=True)
    return done.stderr.split() == ["True"]


@POSIX
@pytest.mark.parametrize("then", ["", "open('a', 'w').close()", "import socket; socket.socketpair()[0].close()"])
def test_they_are_skipped_where_all_files_are_closed(tmp_path: Path, then: str) -> None:
    assert ended(then, tmp_path)


@pytest.mark.parametrize(
    "then",
    ["def write(): left.write('x')\nleft = open('a', 'w'); write()",
     "class Log:\n    file = open('a', 'w')\nLog.file.write('x')"],
    ids=["global", "class"],
)  # fmt: skip
def test_what_is_still_open_is_written_to_its_end(tmp_path: Path, then: str) -> None:
    assert not ended(then, tmp_path)
    assert (tmp_path / "a").read_text() == "x"


def test_nothing_is_skipped_where_files_cannot_be_listed(tmp_path: Path) -> None:
    assert not ended("files = None", tmp_path)
