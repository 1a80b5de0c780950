"""The service's list of models, asked for, or read from the file in which it is kept for a day."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sogni_core._network.records import LiveModel
from sogni_core._network.rest import Rest
from sogni_core._protocol.values import count, items, record, text
from sogni_core.errors import ServiceError, TransportError
from sogni_core.files import private_folder, write_atomic

FRESH_SECONDS = 24 * 3600.0
"""How long the list counts as new. Source: sogni-client, cache of the model list."""


async def ask(rest: Rest, network: str) -> list[LiveModel]:
    """Ask for the models and the workers that serve each on ``network``; needs no login.

    Worker counts that cannot be had are None. Raises ServiceError, TransportError for the list itself.
    """
    async with asyncio.TaskGroup() as group:
        listed = group.create_task(_told(rest, "/api/v1/models/list"))
        counted = group.create_task(_told(rest, f"/api/v1/status/network/{network}/models"))
    models, workers = listed.result(), counted.result()
    if isinstance(models, ServiceError | TransportError):
        raise models
    counts = None if isinstance(workers, ServiceError | TransportError) else record(workers)
    found: dict[str, LiveModel] = {}
    for entry in map(record, items(models)):
        name = text(entry.get("id"), 200)
        if name:
            # protocol: this count is keyed by the model's numeric SID as text, and leaves out models without workers.
            served = None if counts is None else count(counts.get(str(entry.get("SID")), 0))
            label = text(entry.get("name"), 200) or name
            found.setdefault(name, LiveModel(name, label, text(entry.get("media"), 20), served))
    return list(found.values())


async def _told(rest: Rest, path: str) -> object:
    # Returned, not raised: one call that fails must not cancel the other in its group.
    try:
        return await rest.get(path, host="socket", public=True)
    except (ServiceError, TransportError) as failure:
        return failure


@dataclass(frozen=True)
class Kept:
    """A list of models as the file had it."""

    models: tuple[LiveModel, ...]
    age: float
    """Seconds since it was asked for."""

    @property
    def fresh(self) -> bool:
        """Whether it need not be asked for again."""
        return 0 <= self.age < FRESH_SECONDS


class Catalogue:
    """The kept list of one network at one endpoint. Reading is cheap and never asks anybody."""

    def __init__(self, folder: Path, socket_url: str, network: str) -> None:
        named = hashlib.sha256(f"{socket_url}\n{network}".encode()).hexdigest()[:16]
        self._path = folder / f"models-{named}.json"
        self._network = network

    def read(self) -> Kept | None:
        """Return what is kept, None if nothing can be read."""
        try:
            content = record(json.loads(self._path.read_bytes()))
            asked = float(content.get("asked", 0))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        models = tuple(
            LiveModel(
                name, text(entry.get("name"), 200) or name, text(entry.get("media"), 20), count(entry.get("workers"))
            )
            for entry in map(record, items(content.get("models")))
            if (name := text(entry.get("id"), 200))
        )
        return Kept(models, time.time() - asked) if models else None

    async def refresh(self, rest: Rest) -> tuple[LiveModel, ...]:
        """Ask anew and keep the answer. Raises ServiceError, TransportError, ConfigError INVALID_STATE."""
        models = tuple(await ask(rest, self._network))
        self.keep(models)
        return models

    def keep(self, models: tuple[LiveModel, ...]) -> None:
        """Write the file. Raises ConfigError INVALID_STATE."""
        if not models:
            return
        private_folder(self._path.parent)
        write_atomic(self._path, json.dumps({"asked": time.time(), "models": [asdict(model) for model in models]}))
