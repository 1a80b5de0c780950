"""Tell observers how steps and runs ended: each in a thread of its own, so that none can delay or break a run."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import describe, resolve
from sogni_core.context import RunFacts, SubmitFacts
from sogni_core.errors import SogniError
from sogni_core.plugin import Observer
from sogni_core.result import Outcome, Result

END_SECONDS = 2.0
"""How long a run that is over and saved waits for its observers, so that what they fail with is among its warnings."""


class Observers:
    """The observers of one run that hear of its steps and its end."""

    def __init__(self, registry: Registry, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._loop = asyncio.get_running_loop()
        self._listeners = [
            _Listener(owned, self._failed)
            for owned in registry.every(Observer)
            if owned.record.after_step is not None or owned.record.after_run is not None
        ]

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def step_ended(self, outcome: Outcome, facts: SubmitFacts) -> None:
        """Tell how a step ended; returns at once."""
        for listener in self._listeners:
            listener.tell(listener.record.after_step, outcome, facts)

    def run_ended(self, end: Result | SogniError, facts: RunFacts) -> None:
        """Tell how the run ended; returns at once."""
        for listener in self._listeners:
            listener.tell(listener.record.after_run, end, facts)

    async def close(self, seconds: float = END_SECONDS) -> None:
        """Wait for what was told to be heard; whoever takes longer is not waited for any more."""
        busy = {asyncio.wrap_future(listener.finish()): listener for listener in self._listeners if listener.busy}
        if not busy:
            return
        _, late = await asyncio.wait(busy, timeout=seconds)
        for waited in late:
            self._warn(f"{busy[waited].subject} had not finished {seconds:g} s after the run.")

    def _failed(self, text: str) -> None:
        # Called in the listener's thread. A loop that is closed belongs to a program that has ended.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._warn, text)


class _Listener:
    """One observer, and the thread that calls it."""

    def __init__(self, owned: Owned[Observer], failed: Callable[[str], None]) -> None:
        self.record = owned.record
        self.subject = f"The observer {owned.record.name} of plugin {owned.plugin.label}"
        self.busy = False
        """Whether there is anything to wait for."""
        self._plugin = owned.plugin
        self._failed = failed
        self._queue: SimpleQueue[tuple[str, Any, Any] | None] = SimpleQueue()
        self._done: Future[None] = Future()

    def tell(self, target: str | None, subject: object, facts: RunFacts) -> None:
        """Have a target called, after those before."""
        if target is None:
            return
        if not self.busy:
            self.busy = True
            # A daemon: the program ends without those that never return.
            threading.Thread(target=self._listen, name="sogni observer", daemon=True).start()
        self._queue.put((target, subject, facts))

    def finish(self) -> Future[None]:
        """Let the thread end when all is heard; returns what tells when it has."""
        self._queue.put(None)
        return self._done

    def _listen(self) -> None:
        while (told := self._queue.get()) is not None:
            target, subject, facts = told
            try:
                answer = resolve(self._plugin, target)(subject, facts)
                if inspect.isawaitable(answer):
                    asyncio.run(_awaited(answer))
            except BaseException as error:  # noqa: BLE001 - other people's code, at the end of a thread
                self._failed(f"{self.subject} raised {describe(error)}")
        self._done.set_result(None)


async def _awaited(answer: Awaitable[object]) -> None:
    await answer
