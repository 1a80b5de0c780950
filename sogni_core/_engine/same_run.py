"""A repeated call with the same idempotency key: wait for its run, resume it, or return its result."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from sogni_core._engine.networks import Networks
from sogni_core._engine.report import secrets
from sogni_core._engine.request_digest import digest_of, key_in_use
from sogni_core._engine.resolver import Resolved
from sogni_core._journal.entries import RUNNING
from sogni_core._journal.journal import Journal
from sogni_core.errors import InputError
from sogni_core.request import RenderOptions
from sogni_core.result import OnProgress, Progress, Result

LOOK_SECONDS = 0.25
"""Between two looks at a run that another process works on."""


class SameRunServices(Protocol):
    """What a repeated call needs of the engine."""

    networks: Networks

    @property
    def journal(self) -> Journal: ...

    async def resume(self, run_id: str, given: Mapping[str, Any], on_progress: OnProgress) -> Result: ...


async def answer_of(
    engine: SameRunServices, run_id: str, key: str, resolved: Resolved, on_progress: OnProgress
) -> Result:
    """Return the result of the run that has a key; raises InputError KEY_IN_USE if it is for another request."""
    run = engine.journal.run(run_id)
    request = resolved.request
    assert isinstance(request, RenderOptions)
    way = await engine.networks.open(request.network)
    if run.digest != digest_of(resolved, request.network, way.account.name):
        raise key_in_use(key, run, resolved)
    on_progress(Progress("message", message=f"Run {run_id} has this idempotency key."))
    given = {name: getattr(request, name) for name in secrets(request)}
    await _ended(engine.journal, run_id)
    try:
        return await engine.resume(run_id, given, on_progress)
    except InputError as error:
        if error.code != "RUN_ACTIVE":
            raise
        # Somebody else took it up first.
        return await answer_of(engine, run_id, key, resolved, on_progress)


async def _ended(journal: Journal, run_id: str) -> None:
    """Wait while a living process works on a run; another process tells nobody when it ends."""
    while journal.run(run_id).state == RUNNING:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)
