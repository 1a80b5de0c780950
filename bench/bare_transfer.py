"""Files up and down with httpx, streamed, and nothing else; see ``transfer``. Arguments as there."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from stopwatch import say

REST, PROJECT = os.environ["SOGNI_REST_URL"], os.environ["BENCH_PROJECT"]
CHUNK = 256 * 1024


async def chunks(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


async def up(http: httpx.AsyncClient, file: Path) -> None:
    asked = {"jobId": PROJECT, "type": "referenceVideo", "contentType": "video/mp4"}
    answer = await http.get(f"{REST}/v1/media/uploadUrl", params=asked, headers={"api-key": os.environ["BENCH_KEY"]})
    headers = {"content-type": "video/mp4", "content-length": str(file.stat().st_size)}  # noqa: ASYNC240
    sent = await http.put(answer.json()["data"]["uploadUrl"], content=chunks(file), headers=headers)
    sent.raise_for_status()


async def down(http: httpx.AsyncClient, kind: str, job: str, file: Path) -> None:
    ask = {"jobId": PROJECT, "type": "complete", "id" if kind == "media" else "imageId": job}
    headers = {"api-key": os.environ["BENCH_KEY"]}
    answer = await http.get(f"{REST}/v1/{kind}/downloadUrl", params=ask, headers=headers)
    async with http.stream("GET", answer.json()["data"]["downloadUrl"]) as body:
        body.raise_for_status()
        with file.open("wb") as target:
            async for chunk in body.aiter_bytes(CHUNK):
                target.write(chunk)


async def main(what: str, file: Path, count: int) -> float:
    async with httpx.AsyncClient(timeout=240) as http:
        begin = time.perf_counter()
        if what == "up":
            await up(http, file)
        else:
            async with asyncio.TaskGroup() as group:
                for index in range(count):
                    output = file if count == 1 else file.with_name(f"{file.name}-{index}.png")
                    job = f"{PROJECT[:-2]}{index:02X}"
                    group.create_task(down(http, "media" if what == "down" else "image", job, output))
        return time.perf_counter() - begin


say(asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
