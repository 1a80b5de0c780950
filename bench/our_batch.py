"""Many images on one session with ``sogni_core``; see ``batch``."""

import asyncio
import logging
import sys
import time
from pathlib import Path

from stopwatch import say

import sogni_core


async def main(folder: Path, count: int) -> float:
    async with sogni_core.open(network="fast") as app:
        await app.run("image", prompt="a cat", width=256, height=256, output=folder / "first.png")
        begin = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                output = folder / f"{number}.png"
                group.create_task(app.run("image", prompt=f"cat {number}", width=256, height=256, output=output))
        return time.perf_counter() - begin


logging.disable()
say(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]))))
