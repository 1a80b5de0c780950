"""The two official SDKs, each in a folder of its own outside of what is tracked, and a driver process for either.

They are peers in tests and nothing else: no distribution of this repository depends on them. The versions are pinned
in ``package.json`` and ``requirements.txt`` beside this file; changing either makes a new folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "peers"
WINDOWS = os.name == "nt"


@dataclass(frozen=True)
class Peer:
    """An SDK that is installed, and the command that drives it."""

    name: str
    version: str
    argv: tuple[str, ...]
    environ: dict[str, str]
    """What the driver needs beside a clean environment."""


class Missing(Exception):
    """A program that is not on this machine; its text says which and what follows."""


def python_peer() -> Peer:
    """Install the Python SDK if it is not there, and return it."""
    pins = HERE / "requirements.txt"
    folder = CACHE / f"python-{sys.version_info[0]}.{sys.version_info[1]}-{_digest(pins)}"
    python = folder / ("Scripts/python.exe" if WINDOWS else "bin/python")
    with _made(folder) as fresh:
        if fresh:
            _run(sys.executable, "-m", "venv", "--without-pip", str(folder))
            wanted = ("--quiet", "-r", str(pins))
            try:
                _run(sys.executable, "-m", "uv", "pip", "install", "--python", str(python), *wanted)
            except AssertionError:
                # pip takes ten times as long, and knows indexes that uv was not told of.
                _run(sys.executable, "-m", "pip", "--python", str(python), "install", *wanted)
    (pin,) = (line for line in pins.read_text("utf-8").splitlines() if line.startswith("sogni-client=="))
    return Peer("sogni-client (Python)", pin.partition("==")[2], (str(python), str(HERE / "python_sdk.py")), {})


def node_peer() -> Peer:
    """Install the JavaScript SDK if it is not there, and return it. Raises :class:`Missing` without node and npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise Missing("node and npm are needed for the JavaScript SDK and are not on this machine's PATH")
    pins = HERE / "package.json"
    folder = CACHE / f"node-{_digest(pins)}"
    with _made(folder) as fresh:
        if fresh:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pins, folder / pins.name)
            # Without a lock file, because that would name the registry it came from.
            quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error")
            _run(npm, "install", "--prefix", str(folder), *quiet)
    version = json.loads(pins.read_text("utf-8"))["dependencies"]["@sogni-ai/sogni-client"]
    argv = (node, str(HERE / "node_sdk.mjs"))
    return Peer("@sogni-ai/sogni-client (JavaScript)", version, argv, {"PEER_MODULES": str(folder / "package.json")})


class _made:
    """Say whether a folder has yet to be filled; it counts as filled only when the block ends well."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = folder / "installed"
        CACHE.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(f"{folder}.lock")

    def __enter__(self) -> bool:
        self._lock.acquire()
        if self._stamp.is_file():
            return False
        shutil.rmtree(self._folder, ignore_errors=True)
        return True

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._stamp.touch()
        self._lock.release()


def _digest(pins: Path) -> str:
    return hashlib.sha256(pins.read_bytes()).hexdigest()[:12]


def _run(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise AssertionError(
            f"{_named(argv)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )


def _named(argv: Sequence[str]) -> str:
    return " ".join(Path(word).name if os.sep in word else word for word in argv)
