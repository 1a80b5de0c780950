"""Many images on one session with the calls that cannot be left out, and nothing else; see ``batch``."""

import asyncio
import base64
import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from bare_request import request
from stopwatch import say
from websockets.asyncio.client import ClientConnection, connect

REST, SOCKET = os.environ["SOGNI_REST_URL"], os.environ["SOGNI_SOCKET_URL"]


class Client:
    """One socket, one HTTP client, and who waits for what."""

    def __init__(self, socket: ClientConnection, http: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.socket, self.http, self.headers = socket, http, headers
        self.waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self.ready = asyncio.Event()

    async def read(self) -> None:
        async for text in self.socket:
            frame = json.loads(text)
            if frame["type"] == "authenticated":
                self.ready.set()
            elif frame["type"] == "jobResult":
                payload = json.loads(base64.b64decode(frame["data"]))
                self.waiting.pop(payload["jobID"]).set_result(payload)
            elif frame["type"] == "jobError":
                raise SystemExit(text)

    async def one(self, prompt: str, output: Path) -> None:
        project = str(uuid.uuid4()).upper()
        self.waiting[project] = asyncio.get_running_loop().create_future()
        data = base64.b64encode(json.dumps(request(project, prompt, 256, 256)).encode()).decode()
        await self.socket.send(json.dumps({"type": "jobRequest", "data": data}))
        result = await self.waiting[project]
        asked = {"jobId": project, "imageId": result["imgID"], "type": "complete", "contentType": "image/png"}
        answer = await self.http.get(f"{REST}/v1/image/downloadUrl", params=asked, headers=self.headers)
        picture = await self.http.get(answer.json()["data"]["downloadUrl"])
        output.write_bytes(picture.raise_for_status().content)  # noqa: ASYNC240 - small and local


async def main(folder: Path, count: int, token: str) -> float:
    query = f"appId={os.environ['BENCH_APP_ID']}&clientName=Sogni/3.0.0&clientType=artist&forceWorkerId=fast"
    headers = {"authorization": token}
    async with (
        connect(f"{SOCKET}/?{query}", additional_headers=headers, compression=None) as socket,
        httpx.AsyncClient(timeout=240) as http,
    ):
        client = Client(socket, http, headers)
        reading = asyncio.create_task(client.read())
        await client.ready.wait()
        await client.one("a cat", folder / "first.png")
        begin = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(client.one(f"cat {number}", folder / f"{number}.png"))
        seconds = time.perf_counter() - begin
        reading.cancel()
        return seconds


stored = json.loads(Path(os.environ["BENCH_TOKENS"]).read_text())
say(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), stored["token"])))
