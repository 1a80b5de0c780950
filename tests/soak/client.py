"""The process that is measured: many runs through one App, and what it holds when nothing is under way.

``python client.py RUNS AT_ONCE`` prints one JSON object. The server is in another process, so that nothing of it is
counted here. A reading is taken only when all runs begun have ended, after a collection of garbage:

* ``rss``: resident memory, from ``/proc/self/statm`` (0 where there is none), after ``malloc_trim`` where the C library
  has it. What the allocator keeps of its own remains in it, so it is judged over a thousand runs and after a warm-up of
  hundreds.
* ``traced``: memory that Python code holds, by ``tracemalloc``, which is switched on for the last part only: it slows
  down, and takes memory of its own.
* tasks, threads, and open files and sockets by what they are.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import os
import sys
import threading
import time
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

from PIL import Image

import sogni_core
from sogni_core.errors import SogniError

SECONDS = 60
"""Time limit of a run. Those whose worker never comes end by it; the search for one that was lost takes half of it."""


class Client:
    """Runs, and the readings between them."""

    def __init__(self, app: sogni_core.App, at_once: int) -> None:
        self._app = app
        self._turns = asyncio.Semaphore(at_once)
        self.ends: Counter[str] = Counter()
        self.wrong: list[str] = []

    async def work(self, first: int, number: int) -> None:
        async with asyncio.TaskGroup() as group:
            for place in range(first, first + number):
                await self._turns.acquire()
                group.create_task(self._one(place))

    async def _one(self, place: int) -> None:
        output = Path(f"out-{place}.png")
        try:
            await self._app.run(
                "image",
                prompt=f"cat {place}",
                width=256,
                height=256,
                output=output,
                timeout=SECONDS,
                queue_timeout=SECONDS,
            )
        except SogniError as error:
            self.ends[error.code] += 1
            if output.exists():
                self.wrong.append(f"{output}: there although the run ended with {error.code}")
        else:
            self.ends["result"] += 1
            with Image.open(output) as image:
                image.load()
                if image.size != (256, 256):
                    self.wrong.append(f"{output}: {image.size}")
            output.unlink()
        finally:
            self._turns.release()


def reading() -> dict[str, Any]:
    """Take stock. To be called when no run is under way."""
    for _ in range(3):
        gc.collect()
    return {
        "at": time.perf_counter(),
        "rss": _rss(),
        "traced": tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0,
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "open": opened(),
    }


def opened() -> dict[str, int]:
    """Count what is open: sockets, and everything else by its path."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return {}
    found: Counter[str] = Counter()
    for entry in folder.iterdir():
        try:
            target = os.readlink(entry)  # noqa: PTH115 - a socket is no path
        except FileNotFoundError:
            continue  # the folder itself, while it was being listed
        found["socket" if target.startswith("socket:") else target.partition(":")[0]] += 1
    return dict(found)


def _rss() -> int:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0
    if hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def main(runs: int, at_once: int) -> dict[str, Any]:
    """Spend a quarter on warming up, half on resident memory, a quarter on traced memory."""
    warm, half, traced = runs // 4, runs // 2, runs - runs // 4 - runs // 2
    readings: dict[str, Any] = {"runs": {"resident": half, "traced": traced - traced // 4}}
    async with sogni_core.open(network="fast") as app:
        client = Client(app, at_once)
        await client.work(0, warm)
        readings["warm"] = reading()
        await client.work(warm, half)
        readings["worked"] = reading()
        tracemalloc.start()
        await client.work(warm + half, traced // 4)
        readings["traced from"] = reading()
        await client.work(warm + half + traced // 4, traced - traced // 4)
        readings["traced to"] = reading()
        tracemalloc.stop()
        states = Counter(run.state for run in app.runs(runs * 2))
        interrupted = len(app.interrupted)
    # The one look at what is left once the App is closed; the loop's own threads end with the loop.
    await asyncio.sleep(0)
    return readings | {
        "closed": reading(),
        "ends": client.ends,
        "wrong": client.wrong,
        "states": states,
        "interrupted": interrupted,
    }


if __name__ == "__main__":
    before = opened()
    found = asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
    gc.collect()
    after = {"before": before, "after": opened(), "threads": threading.active_count()}
    print(json.dumps(found | {"process": after}))
