"""The installed program as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-c", "from sogni_core.cli import program; program()"]
"""The same call that the console script makes; it does not depend on which folder scripts are installed in."""

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(folder: Path) -> Start:
    """Start ``sogni`` with these arguments; output is kept apart in pipes."""

    def begin(*argv: object, environ: dict[str, str] | None = None, **options: object) -> subprocess.Popen[bytes]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
        return subprocess.Popen(
            [*PROGRAM, *map(str, argv)],
            cwd=folder,
            env={**os.environ, **(environ or {})},
            **pipes,  # type: ignore[call-overload]
        )

    return begin
