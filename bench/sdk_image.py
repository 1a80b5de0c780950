"""One image with the official Python SDK, as its documentation does it; run by the Python that has it."""

import asyncio
import json
import os
import sys
from pathlib import Path

import httpx
from sogni_client import SogniClient


async def main(login: str, tokens: dict[str, str]) -> bytes:
    client = await SogniClient.create(
        app_id=os.environ["BENCH_APP_ID"],
        rest_endpoint=os.environ["SOGNI_REST_URL"],
        socket_endpoint=os.environ["SOGNI_SOCKET_URL"],
    )
    async with client:
        if login == "token":
            await client.set_tokens(token=tokens["token"], refresh_token=tokens["refreshToken"])
        else:
            await client.account.login(os.environ["SOGNI_USERNAME"], os.environ["SOGNI_PASSWORD"])
        project = await client.projects.create(
            type="image",
            model_id="z_image_turbo_bf16",
            positive_prompt="a cat",
            number_of_media=1,
            width=512,
            height=512,
            token_type="spark",
        )
        (url,) = await project.wait_for_completion(timeout=60)
        async with httpx.AsyncClient() as http:
            picture = await http.get(url)
        return picture.raise_for_status().content


stored = json.loads(Path(os.environ["BENCH_TOKENS"]).read_text())
Path(sys.argv[1]).write_bytes(asyncio.run(main(sys.argv[2], stored)))
