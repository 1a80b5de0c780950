"""Let plugins work on a file that is complete and checked, before it takes its final place."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from sogni_core._host.quarantine import quarantine
from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import describe
from sogni_core._host.targets import resolve as resolve_target
from sogni_core._transport.threads import to_its_end
from sogni_core.context import FinishFacts
from sogni_core.errors import PluginError, SogniError
from sogni_core.plugin import Finisher
from sogni_core.result import Artifact
from sogni_core.text import quote_path

T = TypeVar("T")
"""What is known of the content of a file."""

FinishFile = Callable[[Path, T, Callable[[Path], T], Callable[[T], Artifact]], Awaitable[T]]
"""Works on one file: gets its path, what is known of it, what reads it again, and what makes an artifact of what is
known; returns what is known of it then. Raises PluginError FINISHER_FAILED."""


class Finishers:
    """The finishers of one execution of a workflow."""

    def __init__(self, registry: Registry, warn: Callable[[str], None]) -> None:
        self._records = registry.every(Finisher)
        self._warn = warn

    def __bool__(self) -> bool:
        return bool(self._records)

    async def finish(
        self, path: Path, checked: T, check: Callable[[Path], T], facts_of: Callable[[T], FinishFacts]
    ) -> T:
        """Call every finisher for this kind of file; returns what is known of the file then.

        ``check`` reads a file, and raises if it cannot be used. Raises PluginError FINISHER_FAILED.
        """
        for owned in self._records:
            facts = facts_of(checked)
            kind = facts.artifact.content_type.partition("/")[0]
            if owned.record.media and kind not in owned.record.media:
                continue
            try:
                checked = await self._finished(owned, path, check, facts)
            except (Exception, SystemExit) as error:
                failure = _failure(owned, facts, error)
                if owned.record.fails == "loudly":
                    raise failure from error
                self._warn(failure.message)
        return checked

    async def _finished(self, owned: Owned[Finisher], path: Path, check: Callable[[Path], T], facts: FinishFacts) -> T:
        """Call one finisher; if its failure is only a warning, on a copy, so that the file stays whole."""
        own = path if owned.record.fails == "loudly" else path.with_name(f"{path.name}.copy")
        mode = await to_its_end(lambda: path.stat().st_mode)
        try:
            if own is not path:
                await to_its_end(lambda: shutil.copyfile(path, own))
            await _call(owned, own, facts)
            checked = await to_its_end(lambda: check(own))
            await to_its_end(lambda: _take(own, path, mode))
        finally:
            if own is not path:
                await to_its_end(lambda: _remove(own))
        return checked


def _take(own: Path, path: Path, mode: int) -> None:
    """Put a finished file in the place of the one that it was made of."""
    own.chmod(mode)
    if own != path:
        own.replace(path)


def _remove(copy: Path) -> None:
    with suppress(OSError):
        copy.unlink(missing_ok=True)


async def _call(owned: Owned[Finisher], path: Path, facts: FinishFacts) -> None:
    function = resolve_target(owned.plugin, owned.record.target)
    if inspect.iscoroutinefunction(function):
        await function(path, facts)
        return
    outcome = await to_its_end(lambda: quarantine(lambda: function(path, facts)))
    if outcome.error is not None:
        raise outcome.error


def _failure(owned: Owned[Finisher], facts: FinishFacts, error: BaseException) -> PluginError:
    reason = error.message if isinstance(error, SogniError) else describe(error)
    name = quote_path(facts.artifact.path) if facts.artifact.path is not None else "an output"
    return PluginError(
        "FINISHER_FAILED",
        f"The finisher {owned.record.name} of plugin {owned.plugin.label} failed on {name}: {reason}",
        details={"finisher": owned.record.name, **({"reason": error.code} if isinstance(error, SogniError) else {})},
        plugin=owned.plugin.label,
    )
