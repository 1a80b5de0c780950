"""Many images on one session with the official Python SDK; see ``batch``. Run by the Python that has it."""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import httpx
from sogni_client import SogniClient
from stopwatch import say


async def one(client: SogniClient, http: httpx.AsyncClient, prompt: str, output: Path) -> None:
    project = await client.projects.create(
        type="image", model_id="z_image_turbo_bf16", positive_prompt=prompt, number_of_media=1, size_preset="custom",
        width=256, height=256, token_type="spark",
    )  # fmt: skip
    (url,) = await project.wait_for_completion(timeout=240)
    picture = await http.get(url)
    output.write_bytes(picture.raise_for_status().content)  # noqa: ASYNC240 - small and local


async def main(folder: Path, count: int, tokens: dict[str, str]) -> float:
    client = await SogniClient.create(
        app_id=os.environ["BENCH_APP_ID"],
        rest_endpoint=os.environ["SOGNI_REST_URL"],
        socket_endpoint=os.environ["SOGNI_SOCKET_URL"],
    )
    async with client, httpx.AsyncClient(timeout=240) as http:
        await client.set_tokens(token=tokens["token"], refresh_token=tokens["refreshToken"])
        await one(client, http, "a cat", folder / "first.png")
        begin = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(one(client, http, f"cat {number}", folder / f"{number}.png"))
        return time.perf_counter() - begin


stored = json.loads(Path(os.environ["BENCH_TOKENS"]).read_text())
say(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), stored)))
