"""Files up and down with the official Python SDK; see ``transfer``. Arguments as there; run by the Python that has it.

It does not stream: a file is read whole before it is sent, and what comes is kept whole before it can be written.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from sogni_client import SogniClient
from stopwatch import say

PROJECT = os.environ["BENCH_PROJECT"]


async def down(client: SogniClient, what: str, job: str, file: Path) -> None:
    ask = {"jobId": PROJECT, "type": "complete"}
    if what == "down":
        url = await client.projects.media_download_url({**ask, "id": job})
    else:
        url = await client.projects.download_url({**ask, "imageId": job})
    file.write_bytes(await client.projects.client.rest.get_bytes(url))  # noqa: ASYNC240


async def main(what: str, file: Path, count: int) -> float:
    client = await SogniClient.create(
        app_id=os.environ["BENCH_APP_ID"],
        rest_endpoint=os.environ["SOGNI_REST_URL"],
        socket_endpoint=os.environ["SOGNI_SOCKET_URL"],
        api_key=os.environ["BENCH_KEY"],
    )
    async with client:
        begin = time.perf_counter()
        if what == "up":
            await client.projects._upload_asset(PROJECT, "referenceVideo", file, media=True)
        else:
            async with asyncio.TaskGroup() as group:
                for index in range(count):
                    output = file if count == 1 else file.with_name(f"{file.name}-{index}.png")
                    group.create_task(down(client, what, f"{PROJECT[:-2]}{index:02X}", output))
        return time.perf_counter() - begin


say(asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
