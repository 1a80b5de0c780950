"""What rules and workflows are called with, for tests that call them directly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from sogni_core._core_app import CoreApp
from sogni_core.errors import InputError
from sogni_core.testing.memory.network import MemoryNetwork

if TYPE_CHECKING:
    from sogni_core.context import Facts
    from sogni_core.result import Plan

T = TypeVar("T")


def resolve(mode: str, network: MemoryNetwork | None = None, /, **fields: Any) -> Any:
    """Return the request of a mode as its rules and its workflow receive it; nothing is connected.

    ``mode`` is ``"mode"`` or ``"mode:workflow"``, ``fields`` are its options, typed or as text. Settings, the model and
    the seed are filled in, and files are read and measured. ``network`` serves the files that URLs name. Rules are not
    asked. Settings are those of the environment: take the fixture ``sogni_home``, or ``sogni_request``, for an empty
    one. Raises InputError for values that are not valid and for files that cannot be read.
    """

    async def work(app: CoreApp) -> Any:
        request, _, problems = await app.engine.examine(mode, fields)
        if problems:
            raise InputError.of(problems)
        return request

    return _run(work, network)


def facts_for(mode: str, /, **fields: Any) -> Facts:
    """Return the facts that the rules of a mode receive with a request of these fields.

    Required fields may be left out: facts depend on the workflow, the model, the settings, and on which fields are
    given. Raises InputError for an unknown mode or option.
    """

    async def work(app: CoreApp) -> Facts:
        return (await app.engine.examine(mode, fields))[1]

    return _run(work, None)


def plan_of(mode: str, network: MemoryNetwork | None = None, /, **fields: Any) -> Plan:
    """Run a workflow on a context that submits nothing, and return its plan; nothing is connected.

    The steps of the plan hold the projects that a run would submit. The outputs that the workflow gets are
    placeholders of the right size. ``network`` names the prices and serves the files that URLs name. Raises InputError
    with the problems of all rules, and what the workflow raises.
    """
    return _run(lambda app: app.plan(mode, **fields), network)


def _run(work: Callable[[CoreApp], Awaitable[T]], network: MemoryNetwork | None) -> T:
    endpoint = (network or MemoryNetwork("fast")).endpoint

    async def whole() -> T:
        async with CoreApp(network=endpoint) as app:
            return await work(app)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(whole())
    # The test is a coroutine: its event loop is busy until this returns.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, whole()).result()
