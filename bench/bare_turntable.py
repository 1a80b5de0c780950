"""A 360 video with the calls that cannot be left out, and nothing else: eight images, eight clips, one ffmpeg.

``pipelined``: all images at once, a clip as soon as its two images are there. ``serial``: one step after the other, as
the Node program does it.
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

# As in bare_image: httpx's own command line is kept out.
sys.modules["rich"] = None  # type: ignore[assignment]

import httpx  # noqa: E402
from bare_request import request  # noqa: E402
from websockets.asyncio.client import ClientConnection, connect  # noqa: E402

REST, SOCKET = os.environ["SOGNI_REST_URL"], os.environ["SOGNI_SOCKET_URL"]
SIDES = 8
IMAGE = {"modelID": "qwen_image_edit_2511_fp8_lightning", "steps": 4, "guidanceScale": 1, "hasContextImage1": True}
CLIP = {
    "modelID": "wan_v2.2-14b-fp8_i2v_lightx2v", "steps": 4, "frames": 17, "fps": 16, "hasReferenceImage": True,
    "hasReferenceImageEnd": True,
}  # fmt: skip
_NOT_FOR_CLIPS = ("sizePreset", "vae", *(f"hasContextImage{number}" for number in range(1, 17)))


class Client:
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
                raise SystemExit(base64.b64decode(frame["data"]).decode())

    async def upload(self, project: str, slot: str, content: bytes) -> None:
        asked = {"imageId": str(uuid.uuid4()).upper(), "jobId": project, "type": slot, "contentType": "image/jpeg"}
        answer = await self.http.get(f"{REST}/v1/image/uploadUrl", params=asked, headers=self.headers)
        put = await self.http.put(
            answer.json()["data"]["uploadUrl"], content=content, headers={"Content-Type": "image/jpeg"}
        )
        put.raise_for_status()

    async def render(self, payload: dict[str, Any], uploads: dict[str, bytes], where: str, mime: str) -> bytes:
        project = payload["jobID"]
        async with asyncio.TaskGroup() as group:
            for slot, content in uploads.items():
                group.create_task(self.upload(project, slot, content))
        self.waiting[project] = asyncio.get_running_loop().create_future()
        data = base64.b64encode(json.dumps(payload).encode()).decode()
        await self.socket.send(json.dumps({"type": "jobRequest", "data": data}))
        result = await self.waiting[project]
        name = "imageId" if where == "image" else "id"
        asked = {"jobId": project, name: result["imgID"], "type": "complete", "contentType": mime}
        answer = await self.http.get(f"{REST}/v1/{where}/downloadUrl", params=asked, headers=self.headers)
        return (await self.http.get(answer.json()["data"]["downloadUrl"])).raise_for_status().content

    async def image(self, side: int, subject: bytes, folder: Path) -> bytes:
        payload = request(str(uuid.uuid4()).upper(), f"<sks> side {side}", 512, 512)
        payload["keyFrames"][0] |= IMAGE
        payload["outputFormat"] = "jpg"
        made = await self.render(payload, {"contextImage1": subject}, "image", "image/jpeg")
        (folder / f"side-{side}.jpg").write_bytes(made)
        return made

    async def clip(self, side: int, first: bytes, last: bytes, folder: Path) -> Path:
        payload = request(str(uuid.uuid4()).upper(), "a cat", 512, 512)
        frame = payload["keyFrames"][0]
        payload["keyFrames"] = [{name: v for name, v in frame.items() if name not in _NOT_FOR_CLIPS} | CLIP]
        payload["outputFormat"] = "mp4"
        uploads = {"referenceImage": first, "referenceImageEnd": last}
        path = folder / f"clip-{side}.mp4"
        path.write_bytes(await self.render(payload, uploads, "media", "video/mp4"))
        return path


async def serial(client: Client, subject: bytes, folder: Path) -> list[Path]:
    images = [await client.image(side, subject, folder) for side in range(SIDES)]
    return [await client.clip(side, images[side], images[(side + 1) % SIDES], folder) for side in range(SIDES)]


async def pipelined(client: Client, subject: bytes, folder: Path) -> list[Path]:
    async with asyncio.TaskGroup() as group:
        images = [group.create_task(client.image(side, subject, folder)) for side in range(SIDES)]

        async def clip(side: int) -> Path:
            return await client.clip(side, await images[side], await images[(side + 1) % SIDES], folder)

        clips = [group.create_task(clip(side)) for side in range(SIDES)]
    return [clip.result() for clip in clips]


def join(clips: list[Path], output: Path) -> None:
    """Join the clips, the first picture of each left out: it is the last one of the clip before."""
    cut = "".join(f"[{n}:v]trim=start_frame=1,setpts=PTS-STARTPTS[v{n}];" for n in range(SIDES))
    graph = cut + "".join(f"[v{n}]" for n in range(SIDES)) + f"concat=n={SIDES}:v=1[out]"
    inputs = [argument for clip in clips for argument in ("-i", str(clip))]
    argv = [os.environ["BENCH_FFMPEG"], "-nostdin", "-v", "error", "-y", *inputs, "-filter_complex", graph]
    subprocess.run([*argv, "-map", "[out]", "-c:v", "libx264", "-pix_fmt", "yuv420p", str(output)], check=True)


async def main(order: str, subject: bytes, output: Path, token: str) -> None:
    query = f"appId={os.environ['BENCH_APP_ID']}&clientName=Sogni/3.0.0&clientType=artist&forceWorkerId=fast"
    headers = {"authorization": token}
    async with httpx.AsyncClient(timeout=240) as http:
        socket = await connect(f"{SOCKET}/?{query}", additional_headers=headers, compression=None, max_size=None)
        client = Client(socket, http, headers)
        reading = asyncio.create_task(client.read())
        await client.ready.wait()
        clips = await {"serial": serial, "pipelined": pipelined}[order](client, subject, output.parent)
        reading.cancel()
        socket.transport.abort()
    join(clips, output)


stored = json.loads(Path(os.environ["BENCH_TOKENS"]).read_text())
asyncio.run(main(sys.argv[1], Path(sys.argv[2]).read_bytes(), Path(sys.argv[3]), stored["token"]))
