"""A devnet to measure against, near or behind a delay, with an account whose login is already stored."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sogni_devnet import Devnet, DevnetSettings

from bench import places

RENDER_SECONDS = 0.1
"""What a worker takes for an image: little, but not nothing, so that there is something to prepare in meanwhile."""


@dataclass(frozen=True)
class Stage:
    """Where to speak and as whom. ``environ`` has all of it for ``sogni`` and for the scripts."""

    home: Path
    environ: dict[str, str]
    server: Devnet


@contextmanager
def devnet(
    home: Path, round_trip: float, *, pace: float = RENDER_SECONDS, slots: int = 4, **more: Any
) -> Iterator[Stage]:
    """Serve a devnet, behind a delay of ``round_trip`` milliseconds unless that is 0, with a login stored in ``home``.

    As on the live network, REST, socket and file store are three hosts: a line to one of them is none to the others.
    ``more``: settings of the devnet.

    The pictures are plain, so that painting them takes no processor time from those who are measured.
    """
    settings = DevnetSettings(seconds_per_image=pace, pictures="plain", slots=slots, url_seconds=86400, **more)
    with (
        Devnet(settings.model_copy(update={"token_seconds": 86400})) as server,
        line(server.port, round_trip) as rest,
        line(server.port, round_trip) as socket,
        line(server.port, round_trip) as store,
    ):
        server.public_url = f"http://127.0.0.1:{store}"
        account = server.accounts[0]
        tokens = home / "tokens.json"
        tokens.parent.mkdir(parents=True, exist_ok=True)
        tokens.write_text(json.dumps(server.net.tokens.pair(account)), encoding="utf-8")
        environ = {
            **places.environ(home),
            "SOGNI_REST_URL": f"http://127.0.0.1:{rest}",
            "SOGNI_SOCKET_URL": f"ws://127.0.0.1:{socket}",
            "BENCH_STORE_URL": server.public_url,
            "SOGNI_USERNAME": account.username,
            "SOGNI_PASSWORD": account.password,
            "BENCH_TOKENS": str(tokens),
            "BENCH_APP_ID": "7d9ad0a2-3c0c-4bb0-9f0e-4a3f2b1f6f5e",
        }
        # The first call logs in and stores its tokens; the calls that are measured find them.
        subprocess.run([places.sogni(), "balance"], env=environ, check=True, stdout=subprocess.DEVNULL)
        yield Stage(home, environ, server)


@contextmanager
def line(port: int, round_trip: float) -> Iterator[int]:
    """Give the port by which a server is reached with a delay of ``round_trip`` milliseconds; its own if that is 0."""
    if not round_trip:
        yield port
        return
    with process("bench.delay", "--to", str(port), "--round-trip", str(round_trip)) as found:
        yield found


@contextmanager
def store(file: Path) -> Iterator[int]:
    """Serve the fast file store; gives its port."""
    with process("bench.store", str(file)) as port:
        yield port


@contextmanager
def process(module: str, *arguments: str) -> Iterator[int]:
    """Run a module of this package that prints its port first."""
    argv = [sys.executable, "-m", module, *arguments]
    running = subprocess.Popen(argv, cwd=places.ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        yield int(running.stdout.readline())
    finally:
        running.kill()
        running.wait()
        running.stdout.close()
