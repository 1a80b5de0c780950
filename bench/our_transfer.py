"""Files up and down with ``sogni_core``; see ``transfer``. Arguments as there."""

import asyncio
import os
import sys
import time
from pathlib import Path

from sogni_video.project import VideoProject
from stopwatch import say

from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._host.media import Media
from sogni_core._network.account import Account
from sogni_core._network.session import Session
from sogni_core._protocol.events import JobFinished
from sogni_core._transport.http import Http
from sogni_core.plugin import Endpoint
from sogni_core.project import Asset, ImageProject, Project

PROJECT = os.environ["BENCH_PROJECT"]


async def main(what: str, file: Path, count: int) -> float:
    http = Http()
    endpoint = Endpoint(
        "bench", os.environ["SOGNI_REST_URL"], os.environ["SOGNI_SOCKET_URL"], api_key=os.environ["BENCH_KEY"]
    )
    medium_of = Media(PluginHost(CORE_PLUGIN).registry).of
    account = Account(endpoint, None, file.parent, http)
    session = Session(endpoint, account=account, http=http, medium_of=medium_of, app_id=str)
    project: Project = VideoProject(model="m", prompt="p") if what != "many" else ImageProject(model="m", prompt="p")
    begin = time.perf_counter()
    if what == "up":
        asset = Asset(str(file), path=file, content_type="video/mp4", size=file.stat().st_size)  # noqa: ASYNC240
        await session._transfers.upload(PROJECT, "referenceVideo", asset, "video")
    else:
        jobs = [JobFinished(index, f"{PROJECT[:-2]}{index:02X}") for index in range(count)]
        outputs = [file if count == 1 else file.with_name(f"{file.name}-{job.index}.png") for job in jobs]
        async with asyncio.TaskGroup() as group:
            for job, output in zip(jobs, outputs, strict=True):
                group.create_task(session._transfers.collect(project, medium_of(project), PROJECT, job, output))
    seconds = time.perf_counter() - begin
    await session.close()
    await http.close()
    return seconds


say(asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
