"""A large reference video sent with ``sogni_core``, on a session that is open already; see ``media``."""

import asyncio
import logging
import sys
import time

from stopwatch import say

import sogni_core


async def main(image: str, small: str, large: str) -> float:
    async with sogni_core.open(network="fast") as app:
        await app.run("video", prompt="x", ref=image, ref_video=small, duration=1)
        begin = time.perf_counter()
        await app.run("video", prompt="x", ref=image, ref_video=large, duration=1)
        return time.perf_counter() - begin


logging.disable()
say(asyncio.run(main(*sys.argv[1:])))
