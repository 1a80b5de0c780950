"""What the service says of its models: asked for while jobs render, and kept in a file between calls."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sogni_core._network.rest import Rest
from sogni_core._protocol.tiers import Tier, read_tiers
from sogni_core._protocol.values import count, items, number, record, text
from sogni_core.errors import ServiceError, TransportError
from sogni_core.files import private_folder, write_atomic
from sogni_core.result import LiveModel

FRESH_SECONDS = 24 * 3600.0
"""How long the stored list is used. Source: sogni-client, cache of model list and tiers."""

LARGEST_FILE = 16 * 2**20
"""Bytes; this module never writes a larger file."""

_LIST = "/api/v1/models/list"
_TIERS = "/api/v2/models/tiers"


async def ask(rest: Rest, network: str) -> list[LiveModel]:
    """Ask for the models and for the number of workers of each on ``network``; needs no login.

    Worker counts that the service does not give are None. Raises ServiceError, TransportError for the list itself.
    """
    listed, workers = await _both(rest, _LIST, f"/api/v1/status/network/{network}/models")
    counts = None if isinstance(workers, Exception) else record(workers)
    models = _models(items(listed)).values()
    # protocol: this count is keyed by the model's numeric SID as text, and leaves out models without workers.
    return [replace(model, workers=None if counts is None else count(counts.get(model.sid, 0))) for model in models]


class Catalogue:
    """Models and tiers of one service, as it last listed them. Reading is cheap and never asks anybody.

    Two things make it old: its age, and a model that has workers now and was not listed.
    """

    def __init__(self, folder: Path | None, socket_url: str) -> None:
        """``folder`` is where the file is kept; with None everything is forgotten with this object."""
        named = hashlib.sha256(socket_url.encode()).hexdigest()[:16]
        self.path = folder / f"models-{named}.json" if folder is not None else None
        self._read = folder is None
        self._asked: float | None = None
        self._models: dict[str, LiveModel] = {}
        self._tiers: dict[str, Tier] = {}
        self._told_tiers: Mapping[str, Any] = {}
        self._served: frozenset[str] = frozenset()
        """Models that have workers now, as far as the connection said."""
        self._absent: frozenset[str] = frozenset()
        """Models that had workers when the list was fetched, but were not on it: no reason to ask again."""

    @property
    def kept(self) -> bool:
        """Whether there is a file."""
        return self.path is not None

    @property
    def age(self) -> float | None:
        """Seconds since the service was asked; None if it never was."""
        self._open()
        return None if self._asked is None else time.time() - self._asked

    @property
    def fresh(self) -> bool:
        """Whether the service need not be asked again."""
        age = self.age
        if age is None or not 0 <= age < FRESH_SECONDS:
            return False
        return self._served <= self._models.keys() | self._absent

    @property
    def models(self) -> Mapping[str, LiveModel]:
        """Models by id, their workers not counted; empty if nothing is known."""
        self._open()
        return self._models

    def tier(self, model_id: str) -> Tier | None:
        """Return what a model takes; None if it is not known."""
        self._open()
        model = self._models.get(model_id)
        return self._tiers.get(model.tier) if model is not None else None

    def counted(self, swarm: Mapping[str, int] | None) -> None:
        """Take ``swarmModels``, workers by model id; None when the connection changes its network."""
        self._served = frozenset(swarm or ())

    async def refresh(self, rest: Rest) -> None:
        """Fetch the list and store it; needs no login. Tiers that cannot be fetched stay as they were.

        Raises ServiceError, TransportError for the list, and ConfigError INVALID_STATE if the file cannot be written;
        the list is known even then.
        """
        self._open()
        listed, told = await _both(rest, _LIST, _TIERS)
        models = _models(items(listed))
        if not models:
            return
        used = {model.tier for model in models.values()}
        if not isinstance(told, Exception):
            self._told_tiers = {name: tier for name, tier in record(told).items() if name in used}
            self._tiers = read_tiers(self._told_tiers)
        self._models, self._asked = models, time.time()
        self._absent = self._served - models.keys()
        await asyncio.to_thread(self._keep)

    def _open(self) -> None:
        if self._read or self.path is None:
            return
        self._read = True
        try:
            if self.path.stat().st_size > LARGEST_FILE:
                return
            content = record(json.loads(self.path.read_bytes()))
        except (OSError, ValueError, RecursionError):
            # A file that cannot be read is replaced by the next refresh.
            return
        self._models = _models(items(content.get("models")))
        self._told_tiers = record(content.get("tiers"))
        self._tiers = read_tiers(self._told_tiers)
        self._absent = frozenset(name for name in items(content.get("absent")) if isinstance(name, str))
        self._asked = number(content.get("asked")) if self._models else None

    def _keep(self) -> None:
        if self.path is None:
            return
        listed = [
            {"id": model.id, "name": model.name, "media": model.media, "SID": model.sid, "tier": model.tier}
            for model in self._models.values()
        ]
        private_folder(self.path.parent)
        told = {"asked": self._asked, "models": listed, "tiers": self._told_tiers, "absent": sorted(self._absent)}
        write_atomic(self.path, json.dumps(told))


async def _both(rest: Rest, first: str, second: str) -> tuple[object, object]:
    """Fetch two paths at once. Raises the error of the first; the error of the second is returned in its place."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_told(rest, path)) for path in (first, second)]
    one, other = (task.result() for task in tasks)
    if isinstance(one, Exception):
        raise one
    return one, other


async def _told(rest: Rest, path: str) -> object:
    # Returned, not raised: one call that fails must not cancel the other in its group.
    try:
        return await rest.get(path, host="socket", public=True)
    except (ServiceError, TransportError) as failure:
        return failure


def _models(listed: Iterable[object]) -> dict[str, LiveModel]:
    """Read the list of models; the first of two with one id counts."""
    found: dict[str, LiveModel] = {}
    for entry in map(record, listed):
        name = text(entry.get("id"), 200)
        if name:
            found.setdefault(
                name,
                LiveModel(
                    id=name,
                    name=text(entry.get("name"), 200) or name,
                    media=text(entry.get("media"), 20),
                    workers=None,
                    tier=text(entry.get("tier"), 200),
                    sid=text(str(entry.get("SID", "")), 20),
                ),
            )
    return found
