"""What the service says of its models: asked for beside the path, and kept in a file between calls."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sogni_core._network.facts import LiveModel
from sogni_core._network.rest import Rest
from sogni_core._protocol.tiers import Tier, read_tiers
from sogni_core._protocol.values import count, items, number, record, text
from sogni_core.errors import ServiceError, TransportError
from sogni_core.files import private_folder, write_atomic

FRESH_SECONDS = 24 * 3600.0
"""How long what is kept counts as new. Source: sogni-client, cache of model list and tiers."""

LARGEST_FILE = 16 * 2**20
"""Bytes of a file that this module wrote; what is larger was not written here."""

_LIST = "/api/v1/models/list"
_TIERS = "/api/v2/models/tiers"


async def ask(rest: Rest, network: str) -> list[LiveModel]:
    """Ask for the models and the workers that serve each on ``network``; needs no login.

    Worker counts that cannot be had are None. Raises ServiceError, TransportError for the list itself.
    """
    listed, workers = await _both(rest, _LIST, f"/api/v1/status/network/{network}/models")
    counts = None if isinstance(workers, Exception) else record(workers)
    models = _models(items(listed)).values()
    # protocol: this count is keyed by the model's numeric SID as text, and leaves out models without workers.
    return [replace(model, workers=None if counts is None else count(counts.get(model.sid, 0))) for model in models]


class Catalogue:
    """Models and tiers of one service, as they were told last. Reading is cheap and never asks anybody.

    Three things make it old: its age, a model that serves now and was not known, and :meth:`doubt`.
    """

    def __init__(self, folder: Path | None, socket_url: str) -> None:
        """``folder`` is where the file is kept; with None what is told is forgotten with this object."""
        named = hashlib.sha256(socket_url.encode()).hexdigest()[:16]
        self._path = folder / f"models-{named}.json" if folder is not None else None
        self._read = folder is None
        self._asked: float | None = None
        self._doubted = False
        self._models: dict[str, LiveModel] = {}
        self._tiers: dict[str, Tier] = {}
        self._told_tiers: Mapping[str, Any] = {}
        self._swarm: Mapping[str, int] | None = None
        self._absent: frozenset[str] = frozenset()
        """Models that served when the service was asked, and that its list lacked: not a reason to ask again."""

    @property
    def kept(self) -> bool:
        """Whether what is told outlives this call."""
        return self._path is not None

    @property
    def age(self) -> float | None:
        """Seconds since the service was asked; None if it never was."""
        self._open()
        return None if self._asked is None else time.time() - self._asked

    @property
    def fresh(self) -> bool:
        """Whether the service need not be asked again."""
        age = self.age
        if age is None or not 0 <= age < FRESH_SECONDS or self._doubted:
            return False
        return self._swarm is None or self._swarm.keys() <= self._models.keys() | self._absent

    @property
    def models(self) -> Mapping[str, LiveModel]:
        """Models by id; empty if nothing is known. Workers are those of :meth:`workers`."""
        self._open()
        return {name: replace(model, workers=self.workers(name)) for name, model in self._models.items()}

    def tier(self, model_id: str) -> Tier | None:
        """Return what a model takes; None if it is not known."""
        self._open()
        model = self._models.get(model_id)
        return self._tiers.get(model.tier) if model is not None else None

    def workers(self, model_id: str) -> int | None:
        """Return how many workers serve a model on the network of the connection; None if nobody said so yet."""
        return None if self._swarm is None else self._swarm.get(model_id, 0)

    def counted(self, swarm: Mapping[str, int] | None) -> None:
        """Take ``swarmModels``: workers by model id; None when the connection changes its network."""
        self._swarm = swarm

    def doubt(self) -> None:
        """Count as old from now on: the service contradicted what is known here."""
        self._doubted = True

    async def refresh(self, rest: Rest) -> None:
        """Ask anew and keep the answer; needs no login. Tiers that cannot be had stay as they were.

        Raises ServiceError, TransportError for the list, and ConfigError INVALID_STATE if the file cannot be written;
        what was told is known even then.
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
        self._models, self._asked, self._doubted = models, time.time(), False
        self._absent = frozenset(self._swarm or ()) - models.keys()
        await asyncio.to_thread(self._keep)

    def _open(self) -> None:
        if self._read or self._path is None:
            return
        self._read = True
        try:
            if self._path.stat().st_size > LARGEST_FILE:
                return
            content = record(json.loads(self._path.read_bytes()))
        except (OSError, ValueError, RecursionError):
            # What cannot be read is asked for anew.
            return
        self._models = _models(items(content.get("models")))
        self._told_tiers = record(content.get("tiers"))
        self._tiers = read_tiers(self._told_tiers)
        self._absent = frozenset(name for name in items(content.get("absent")) if isinstance(name, str))
        self._asked = number(content.get("asked")) if self._models else None

    def _keep(self) -> None:
        if self._path is None:
            return
        listed = [
            {"id": model.id, "name": model.name, "media": model.media, "SID": model.sid, "tier": model.tier}
            for model in self._models.values()
        ]
        private_folder(self._path.parent)
        told = {"asked": self._asked, "models": listed, "tiers": self._told_tiers, "absent": sorted(self._absent)}
        write_atomic(self._path, json.dumps(told))


async def _both(rest: Rest, first: str, second: str) -> tuple[object, object]:
    """Ask for two things at a time; the first has to come, the second may be the error in its place."""
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
