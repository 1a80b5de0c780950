"""A large file put into a slot with the two calls that this takes, and nothing else; see ``media``."""

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
from stopwatch import say

REST = os.environ["SOGNI_REST_URL"]


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(2**18):
            yield piece


def put(client: httpx.Client, path: Path, token: str) -> None:
    asked = {"jobId": str(uuid.uuid4()).upper(), "type": "referenceVideo", "contentType": "video/mp4"}
    answer = client.get(f"{REST}/v1/media/uploadUrl", params=asked, headers={"authorization": token})
    headers = {"content-type": "video/mp4", "content-length": str(path.stat().st_size)}
    client.put(answer.json()["data"]["uploadUrl"], content=pieces(path), headers=headers).raise_for_status()


def main(_image: str, small: str, large: str) -> float:
    token = json.loads(Path(os.environ["BENCH_TOKENS"]).read_text())["token"]
    with httpx.Client(timeout=240) as client:
        put(client, Path(small), token)
        begin = time.perf_counter()
        put(client, Path(large), token)
        return time.perf_counter() - begin


say(main(*sys.argv[1:]))
