"""Before a run: see which files it will save, and take their places, while nothing has been sent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

from sogni_core._engine.destinations import Destinations, Saving, Wish
from sogni_core._engine.local_paths import path_fields
from sogni_core._engine.resolver import Resolved
from sogni_core.errors import InputError, SogniError
from sogni_core.files import Place, absolute, numbered, prepare_output
from sogni_core.problem import Problem
from sogni_core.request import RenderOptions

PLAN_SECONDS = 5.0
"""How long a run waits for its own plan; the workflow of a plugin may need much longer."""

PlannedFiles = Callable[[], Awaitable[Sequence[Wish]]]
"""Makes a plan and returns what its workflow saves."""


async def take_places(resolved: Resolved, destinations: Destinations, planned: PlannedFiles) -> None:
    """Take the places of all files that a run will save, as far as they are known.

    Raises InputError OUTPUT_NOT_WRITABLE, OUTPUT_EXISTS, OUTPUT_IN_USE.
    """
    wishes = named(resolved)
    for output, count in wishes:
        for path in numbered(output, count):
            prepare_output(path)
    saving = destinations.saving
    if _needs_plan(resolved) and (saving.one_file or saving.existing != "overwrite"):
        # The run itself will say what is wrong, and each step takes its own places too.
        with suppress(SogniError, TimeoutError):
            async with asyncio.timeout(PLAN_SECONDS):
                wishes = list(await planned())
    destinations.require_one(wishes)
    destinations.reserve(wishes)


def command_place(output: str | os.PathLike[str], saving: Saving) -> Place:
    """Return where a command may write a file. Raises InputError OUTPUT_NOT_WRITABLE, OUTPUT_EXISTS."""
    if os.fspath(output) == "-":
        text = "This command saves a file; it does not write to standard output."
        raise InputError.of([Problem("output.stdout", ("output",), text)])
    (place,) = Destinations(saving).of(prepare_output(output), 1)
    return place


def named(resolved: Resolved) -> list[Wish]:
    """Return what the request's own output says."""
    output: Path | None = getattr(resolved.request, "output", None)
    return [(absolute(output), getattr(resolved.request, "count", 1))] if output is not None else []


def _needs_plan(resolved: Resolved) -> bool:
    """Whether the request names files, and its output does not say which its workflow saves."""
    request = resolved.request
    if not isinstance(request, RenderOptions) or resolved.workflow.record.only_output:
        return False
    return any(getattr(request, name) not in (None, Path(), ()) for name in path_fields(type(request)))
