"""Time limits of a step: sending, waiting in the queue, rendering."""

from __future__ import annotations

from typing import Any

import pytest

from sogni_core._engine.time_limits import Phase, StepTimer, TimeLimits
from sogni_core.errors import ServiceError, SogniError, TimeLimitError
from sogni_core.result import Result
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.memory.clock import VirtualClock

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        (TimeLimits(60, 600, 16), {"sending": 60, "queue": 600, "rendering": 960}),
        (TimeLimits(60, 0, 16), {"sending": 60, "queue": 60, "rendering": 60}),
    ],
)
def test_each_phase_has_its_limit(limits: TimeLimits, seconds: dict[Phase, float]) -> None:
    assert {phase: limits.of(phase) for phase in seconds} == seconds


async def late(limits: TimeLimits, *phases: tuple[float, Phase], no_workers: bool = False) -> tuple[float, SogniError]:
    """Let a step go through its phases, each after some seconds, and wait until its time is up."""
    clock = VirtualClock()
    timer = StepTimer(clock, limits)

    async def go() -> None:
        async with timer.running():
            for after, phase in phases:
                await clock.pause(after)
                if phase == "queue":
                    timer.queued(no_workers=no_workers)
                else:
                    timer.started()
            await clock.pause(100_000)

    with pytest.raises(TimeoutError):
        await go()
    return clock.time(), timer.error("m", {}, cancelled=True)


@pytest.mark.parametrize(
    ("phases", "seconds", "message", "option"),
    [
        ((), 60, "Timeout after 60s before the network queued the project.", "-t"),
        (((50, "queue"),), 650, "Timeout after 600s in the queue.", "--queue-timeout"),
        (((50, "queue"), (500, "rendering")), 1510, "Timeout after 960s of rendering.", "-t"),
        (((50, "queue"), (500, "rendering"), (900, "rendering")), 1510, "Timeout after 960s of rendering.", "-t"),
    ],
)
async def test_the_error_says_which_limit_it_was(phases: Any, seconds: float, message: str, option: str) -> None:
    passed, error = await late(TimeLimits(60, 600, 16), *phases)
    assert (passed, error.message) == (seconds, message)
    assert isinstance(error, TimeLimitError)
    assert option in (error.hint or "")


async def test_without_a_limit_of_the_queue_one_limit_covers_all() -> None:
    passed, error = await late(TimeLimits(60, 0, 16), (20, "queue"), (20, "rendering"))
    assert (passed, error.message) == (60, "Timeout after 60s")


async def test_without_workers_there_is_no_queue() -> None:
    passed, error = await late(TimeLimits(60, 600), (20, "queue"), no_workers=True)
    assert (passed, isinstance(error, ServiceError), error.code) == (60, True, "NO_WORKERS")


async def test_sixteen_outputs_one_after_another_are_all_there(sogni_network: MemoryNetwork, run: Any) -> None:
    sogni_network.slow(30)
    result: Result = await run(16, timeout=60)
    assert (result.error, len(result.paths)) == (None, 16)
    assert sogni_network.seconds == 480
