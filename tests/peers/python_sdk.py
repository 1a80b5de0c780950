"""Drives the official Python SDK: one JSON object per line in, one per line out. Run by the Python that has the SDK.

Verbs are those of :mod:`driver`. What the SDK raises becomes ``{"error": {"type", "message"}}``; everything else ends
the process with a traceback, so that the test sees it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from sogni_client import SogniClient

TIMEOUT = 60.0


class Driver:
    """One client of the SDK, and the projects it has begun."""

    def __init__(self) -> None:
        self._client: SogniClient | None = None
        self._projects: dict[str, tuple[Any, asyncio.Future[Any]]] = {}

    @property
    def client(self) -> SogniClient:
        assert self._client is not None, "open comes first"
        return self._client

    async def open(
        self, rest: str, socket: str, app: str, key: str | None = None, network: str = "fast"
    ) -> dict[str, Any]:
        places = {"rest_endpoint": rest, "socket_endpoint": socket, "app_id": app, "network": network}
        self._client = await SogniClient.create(**places, **({"api_key": key} if key else {}))
        return {}

    async def login(self, username: str, password: str) -> dict[str, Any]:
        said = await self.client.account.login(username, password)
        return {"username": said["username"]}

    async def account(self) -> dict[str, Any]:
        said = await self.client.account.me()
        return {"username": said["username"], "address": said["walletAddress"]}

    async def models(self) -> dict[str, Any]:
        models = await self.client.projects.wait_for_models(TIMEOUT)
        return {"models": {model["id"]: model["media"] for model in models}}

    async def options(self, model: str) -> dict[str, Any]:
        return {"options": await self.client.projects.get_model_options(model)}

    async def lora(self, lora: str) -> dict[str, Any]:
        found = await self.client.projects.get_lora(lora)
        return {"models": found["modelIds"] if found else None}

    async def balance(self) -> dict[str, Any]:
        said = await self.client.account.refresh_balance()
        return {token: said[token]["net"] for token in ("spark", "sogni")}

    async def estimate(self, media: str, params: dict[str, Any]) -> dict[str, Any]:
        ask = {"image": "estimate_cost", "video": "estimate_video_cost", "audio": "estimate_audio_cost"}[media]
        cost = await getattr(self.client.projects, ask)(params)
        return {name: cost[name] for name in ("token", "usd", "spark", "sogni")}

    async def subscribe(self, events: dict[str, bool]) -> dict[str, Any]:
        heard = asyncio.Event()
        socket = self.client.api_client.socket
        stop = socket.on("socketEventSubscriptionsUpdated", lambda said: heard.set())
        try:
            await self.client.set_socket_event_subscriptions(events)
            await asyncio.wait_for(heard.wait(), TIMEOUT)
        finally:
            stop()
        return {"events": dict(socket.socket_event_subscriptions)}

    async def begin(self, params: dict[str, Any]) -> dict[str, Any]:
        project = await self.client.projects.create(_with_files(params))
        # Waited for at once: who comes after the last frame, but before the SDK has asked for the URL, gets none.
        self._projects[project.id] = project, asyncio.ensure_future(project.wait_for_completion(TIMEOUT))
        return {"project": project.id}

    async def finish(self, project: str) -> dict[str, Any]:
        begun, waiting = self._projects[project]
        urls = await waiting
        jobs = [{"id": job.id, "status": job.status, "seed": job.seed, "steps": job.step_count} for job in begun.jobs]
        return {"status": begun.status, "urls": urls, "jobs": jobs, "progress": begun.progress}

    async def collect(self, project: str) -> dict[str, Any]:
        return {"sizes": [len(await job.get_result_data()) for job in self._projects[project][0].jobs]}

    async def cancel(self, project: str) -> dict[str, Any]:
        begun, waiting = self._projects[project]
        await begun.cancel()
        (told,) = await asyncio.gather(waiting, return_exceptions=True)
        return {"status": begun.status, "jobs": [job.status for job in begun.jobs], "told": str(told)}

    async def look_up(self, project: str) -> dict[str, Any]:
        return {"status": (await self.client.projects.get_status(project))["status"]}

    async def logout(self) -> dict[str, Any]:
        await self.client.account.logout()
        return {"authenticated": self.client.account.current_account.is_authenticated}

    async def close(self) -> dict[str, Any]:
        if self._client is not None:
            await self._client.aclose()
        return {}


def _with_files(value: Any) -> Any:
    """Put the bytes of a file in the place of each ``{"file": path}``."""
    if isinstance(value, list):
        return [_with_files(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"file"}:
        return Path(value["file"]).read_bytes()
    return {name: _with_files(item) for name, item in value.items()}


async def main() -> None:
    driver = Driver()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        try:
            answer = await getattr(driver, asked.pop("do"))(**asked)
        except Exception as error:  # noqa: BLE001 - whatever the SDK raises is what its users see
            answer = {"error": {"type": type(error).__name__, "message": str(error)}}
        print(json.dumps(answer), flush=True)


asyncio.run(main())
