"""Observers are told in threads of their own: in order, without anybody waiting for one that does not return."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from sogni_core._engine.observers import Observers
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.registry import Owned, Registry
from sogni_core.context import RunFacts
from sogni_core.plugin import Observer
from sogni_core.result import Result

pytestmark = pytest.mark.anyio

FACTS = RunFacts(run_id="R", mode="image", workflow="text", part_of=None, network="fast", folder=Path("folder"),
                 planned=False, settings=lambda model: model())  # fmt: skip

HEARD: list[tuple[Any, str]] = []

LET_GO = threading.Event()


def hear(end: Any, facts: RunFacts) -> None:
    """Note what was said, and in which thread."""
    HEARD.append((end.type, threading.current_thread().name))


def hang(end: Any, facts: RunFacts) -> None:
    """Return when the test is over."""
    LET_GO.wait(60)


async def fail(end: Any, facts: RunFacts) -> None:
    """Raise."""
    raise ValueError("no")


def _observers(warnings: list[str], **targets: str) -> Observers:
    plugin = PluginInfo("diary", "sogni_diary.plugin", "sogni-diary")
    records = [Owned(plugin, Observer(name, after_run=f"{__name__}:{function}")) for name, function in targets.items()]
    return Observers(Registry(records, [plugin]), warnings.append)


async def test_each_is_told_everything_in_order_and_not_here() -> None:
    HEARD.clear()
    warnings: list[str] = []
    observers = _observers(warnings, one="hear")
    for place in range(20):
        observers.run_ended(Result(type=str(place)), FACTS)
    await observers.close(30)
    assert [(str(place), "sogni observer") for place in range(20)] == HEARD
    assert warnings == []


async def test_one_that_does_not_return_is_named_and_not_waited_for() -> None:
    warnings: list[str] = []
    observers = _observers(warnings, lazy="hang", other="fail")
    begin = time.monotonic()
    observers.run_ended(Result(), FACTS)
    assert time.monotonic() - begin < 1
    await observers.close(0.2)
    LET_GO.set()
    failed, late = warnings
    assert failed.startswith("The observer other of plugin diary (sogni-diary ")
    assert failed.endswith(") raised ValueError: no")
    assert late.startswith("The observer lazy of plugin diary (sogni-diary ")
    assert late.endswith(") had not finished 0.2 s after the run.")


async def test_who_was_told_nothing_is_not_waited_for() -> None:
    warnings: list[str] = []
    observers = _observers(warnings, lazy="hang")
    assert threading.active_count() >= 1
    await observers.close(0)
    assert warnings == []
