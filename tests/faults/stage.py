"""Runs of the image mode against devnets that misbehave, and all that can be seen of them afterwards."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image
from sogni_devnet.projects import Project
from sogni_devnet.server import Devnet
from sogni_devnet.settings import DevnetSettings

from sogni_core._core_app import CoreApp
from sogni_core._journal.entries import Run
from sogni_core.app import App
from sogni_core.errors import SogniError
from sogni_core.frontend.objects import error_object
from sogni_core.result import Result
from sogni_core.testing.isolation import isolated_environ

from .outcomes import Row

AT_ONCE = 16
"""Runs at a time. Nearly all of their time is waiting: for pauses between tries, and for time limits."""
BOUND_SECONDS = 240.0
"""In which any run has to end, on a busy machine too: the longest takes 41 s, and one that hangs never ends."""
SPARK = 1000


@dataclass
class Seen:
    """What one run came to, as its caller, its folder, its journal and the devnet saw it."""

    row: Row
    seconds: float = 0.0
    result: Result | None = None
    error: BaseException | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    """Everything in the folder of the output."""
    runs: list[Run] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Payloads of the ``jobRequest`` frames that came to the devnet."""
    projects: list[Project] = field(default_factory=list)
    made: list[bytes] = field(default_factory=list)
    """The files that workers made and that can be downloaded."""
    spent: Decimal = Decimal(0)
    """SPARK that is gone, or held for work that goes on."""
    struck: dict[str, int] = field(default_factory=dict)
    """How often each fault struck."""
    secrets: list[str] = field(default_factory=list)

    @property
    def failure(self) -> BaseException | None:
        """What was raised, or said beside the outputs that are there."""
        return self.error or (self.result.error if self.result is not None else None)

    @property
    def said(self) -> str:
        """All that a person or a program can read of it, but the URLs of results, which are theirs."""
        texts = []
        if isinstance(self.failure, SogniError):
            texts += [repr(self.failure), json.dumps(error_object(self.failure), default=str)]
        if self.result is not None:
            fields = self.result.as_json()
            texts.append(json.dumps({name: value for name, value in fields.items() if name != "urls"}, default=str))
        return "\n".join(texts)


@dataclass
class Season:
    """All runs, and what they said together."""

    seen: dict[Row, Seen] = field(default_factory=dict, repr=False)
    log: list[logging.LogRecord] = field(default_factory=list, repr=False)
    """What the client logged, at every level."""
    left: list[str] = field(default_factory=list)
    """Tasks that were still there when all Apps were closed."""
    seconds: float = 0.0


class _Watch(logging.Handler):
    """Keeps what the client logs; a devnet, in threads of its own, may know its secrets."""

    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.DEBUG)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        if not threading.current_thread().name.startswith(("sogni-devnet", "devnet-paint")):
            self._records.append(record)


@contextmanager
def _watching(records: list[logging.LogRecord]) -> Iterator[None]:
    root, handler = logging.getLogger(), _Watch(records)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def play(rows: Iterable[Row], folder: Path) -> Season:
    """Run the image mode once for each row, many at a time, each with a devnet and a home of its own."""
    season = Season()
    with _watching(season.log):
        asyncio.run(_all(season, list(rows), folder))
    return season


async def _all(season: Season, rows: list[Row], folder: Path) -> None:
    loop = asyncio.get_running_loop()
    # Starting and stopping devnets blocks a thread each; decoding results must not wait for them.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=AT_ONCE))
    places = asyncio.Semaphore(AT_ONCE)
    began = time.monotonic()

    async def one(number: int, row: Row) -> None:
        async with places:
            season.seen[row] = await perform(row, folder / str(number))

    async with asyncio.TaskGroup() as group:
        # Those that wait longest go first, so that the others fill the time.
        for number, row in sorted(enumerate(rows), key=lambda numbered: not numbered[1].patient):
            group.create_task(one(number, row))
    season.seconds = time.monotonic() - began
    season.left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def perform(row: Row, folder: Path) -> Seen:
    """Run the image mode once, on a devnet with the faults of a row."""
    (folder / "out").mkdir(parents=True)
    settings = DevnetSettings(seconds_per_image=row.pace, pictures="plain", spark=SPARK, faults=row.faults.split(" + "))
    devnet = Devnet(settings)
    await asyncio.to_thread(devnet.start)
    try:
        return await _watched(row, folder, devnet)
    finally:
        await asyncio.to_thread(devnet.stop)


async def _watched(row: Row, folder: Path, devnet: Devnet) -> Seen:
    seen, account = Seen(row), devnet.accounts[0]
    environ = {**isolated_environ(folder, {}), **devnet.environ, "SOGNI_PLUGINS": ""}
    if row.password:
        environ |= {"SOGNI_API_KEY": "", "SOGNI_USERNAME": account.username, "SOGNI_PASSWORD": account.password}
    began = time.monotonic()
    async with CoreApp(environ=environ) as app:
        try:
            async with asyncio.timeout(BOUND_SECONDS):
                seen.result = await _image(app, row, folder)
        except Exception as error:  # noqa: BLE001 - what it is, is what is looked at
            seen.error = error
        seen.runs = app.engine.journal.runs()
    seen.seconds = time.monotonic() - began
    seen.files = {path.name: path.read_bytes() for path in (folder / "out").iterdir()}
    seen.requests, seen.projects = devnet.job_requests, devnet.projects
    seen.made = [file.path.read_bytes() for file in devnet.files if file.slot == "complete"]
    seen.spent = SPARK - account.balance.spark.net
    seen.struck = {armed.fault.name: armed.struck for armed in devnet.faults}
    seen.secrets = [account.password, account.api_key, *_tokens(folder)]
    return seen


async def _image(app: App, row: Row, folder: Path) -> Result:
    fields: dict[str, Any] = {"count": row.count} if row.count > 1 else {}
    if row.context:
        Image.new("RGB", (64, 48), "teal").save(folder / "reference.png")
        fields["context"] = [str(folder / "reference.png")]
    return await app.run(
        "image",
        prompt="a cat",
        seed=7,
        timeout=row.timeout + row.crowd,
        queue_timeout=row.timeout + row.crowd,
        output=str(folder / "out" / "out.png"),
        **fields,
    )


def _tokens(folder: Path) -> list[str]:
    kept = [json.loads(file.read_text("utf-8")) for file in folder.rglob("tokens/*.json")]
    return [token for tokens in kept for token in tokens.values()]
