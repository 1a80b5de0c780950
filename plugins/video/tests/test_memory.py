"""A reference as large as a film is sent from the disk: memory does not grow with it."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import clip, picture

LARGE = 300 * 2**20
ALLOWED = 32 * 2**20

PROGRAM = """
import resource, sys
from pathlib import Path
from sogni_core.cli import main
status = main(sys.argv[1:])
own = Path("/proc/self/status")
if own.exists():
    # What resource tells begins with what the parent had.
    most = int(next(row for row in own.read_text().splitlines() if row.startswith("VmHWM")).split()[1]) * 1024
else:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(most)
sys.exit(status)
"""

tells_memory = pytest.mark.parametrize("system", ["posix"] if os.name == "posix" else [])


def padded(path: Path, size: int) -> Path:
    """Let a video grow by a box that means nothing; no block of it is on the disk."""
    with path.open("ab") as stream:
        stream.write(struct.pack(">I4s", size, b"free"))
        stream.truncate(stream.tell() + size - 8)
    return path


def peak(argv: list[str], environ: dict[str, str]) -> int:
    """Run ``sogni`` to its end and return the most memory that it had, in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *argv], env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    return int(done.stdout.splitlines()[-1])


@pytest.mark.slow
@tells_memory
def test_memory_does_not_grow_with_a_reference(system: str, sogni_home: Any, folder: Path, devnet: Any) -> None:
    picture(folder / "me.png")
    clip(folder / "small.mp4", 9)
    padded(clip(folder / "large.mp4", 9), LARGE)
    environ = {**os.environ, **devnet.environ, "SOGNI_PLUGINS": "video,devnet"}
    taken = []
    for name in ("small.mp4", "large.mp4"):
        argv = [
            "video",
            "x",
            "--ref",
            "me.png",
            "--ref-video",
            name,
            "-q",
            "--duration",
            "1",
            "-o",
            "out.mp4",
            "--overwrite",
        ]
        taken.append(peak(argv, environ))
    sizes = [file.size for file in devnet.files if file.slot == "referenceVideo"]
    assert sizes == [(folder / name).stat().st_size for name in ("small.mp4", "large.mp4")]
    assert taken[1] - taken[0] <= ALLOWED
