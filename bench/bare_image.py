"""One image with the calls that cannot be left out, and nothing else: no options, no checks, no journal, no errors.

Written as a careful person would write it for speed: the stored token goes with the upgrade, the request leaves
with the greeting, and while the job renders lines to the REST host and to the file store, whose host is told it, are
opened.
"""

import asyncio
import base64
import json
import os
import sys
import uuid
from pathlib import Path

# httpx imports its own command line, with rich (40 ms), where rich is installed. An environment for this script alone
# has none.
sys.modules["rich"] = None  # type: ignore[assignment]

import httpx  # noqa: E402
from bare_request import request  # noqa: E402
from websockets.asyncio.client import connect  # noqa: E402

REST, SOCKET, STORE = (os.environ[name] for name in ("SOGNI_REST_URL", "SOGNI_SOCKET_URL", "BENCH_STORE_URL"))
PROJECT = str(uuid.uuid4()).upper()


async def main(token: str) -> bytes:
    query = f"appId={os.environ['BENCH_APP_ID']}&clientName=Sogni/3.0.0&clientType=artist&forceWorkerId=fast"
    headers = {"authorization": token}
    async with httpx.AsyncClient() as http:
        socket = await connect(f"{SOCKET}/?{query}", additional_headers=headers, compression=None)
        warm: list[asyncio.Task[httpx.Response]] = []
        while True:
            frame = json.loads(await socket.recv())
            payload = json.loads(base64.b64decode(frame["data"]))
            if frame["type"] == "authenticated":
                data = base64.b64encode(json.dumps(request(PROJECT, "a cat", 512, 512)).encode()).decode()
                await socket.send(json.dumps({"type": "jobRequest", "data": data}))
                warm = [asyncio.create_task(http.get(host)) for host in (REST, STORE)]
            elif frame["type"] == "jobError":
                raise SystemExit(str(payload))
            elif frame["type"] == "jobResult":
                break
        await asyncio.wait(warm)
        asked = {"jobId": PROJECT, "imageId": payload["imgID"], "type": "complete", "contentType": "image/png"}
        answer = await http.get(f"{REST}/v1/image/downloadUrl", params=asked, headers=headers)
        picture = await http.get(answer.json()["data"]["downloadUrl"])
        socket.transport.abort()
        return picture.raise_for_status().content


stored = json.loads(Path(os.environ["BENCH_TOKENS"]).read_text())
Path(sys.argv[1]).write_bytes(asyncio.run(main(stored["token"])))
