"""The clock of a network in memory."""

from __future__ import annotations

import asyncio

import pytest

from sogni_core._network.clock import time_limit
from sogni_core.testing.memory.clock import VirtualClock

pytestmark = pytest.mark.anyio


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_time_limits_alone_do_not_make_time_pass() -> None:
    clock = VirtualClock()
    async with time_limit(clock, 0.001):
        await turns(1000)
    assert clock.time() == 0


async def test_a_pause_lets_timers_fire_in_their_order() -> None:
    clock, fired = VirtualClock(), list[str]()
    clock.call_later(20, lambda: fired.append(f"limit at {clock.time():g}"))
    clock.call_later(40, lambda: fired.append("never"))
    clock.call_later(10, lambda: fired.append("cancelled")).cancel()
    await asyncio.gather(clock.pause(30), clock.pause(10))
    assert fired == ["limit at 20"]
    assert clock.time() == 30


async def test_a_limit_that_is_exceeded_cancels_what_it_is_about() -> None:
    clock = VirtualClock()
    with pytest.raises(TimeoutError):
        async with time_limit(clock, 60):
            await clock.pause(3600)
    assert clock.time() == 60


async def test_time_stands_still_while_something_happens() -> None:
    clock = VirtualClock()
    pause = asyncio.create_task(clock.pause(1))
    for _ in range(20):
        await turns(50)
        clock.stir()
    assert not pause.done()
    await turns(200)
    assert pause.done()


async def test_a_pause_that_is_cancelled_makes_no_time_pass() -> None:
    clock = VirtualClock()
    pause = asyncio.create_task(clock.pause(100))
    await asyncio.sleep(0)
    pause.cancel()
    await turns(500)
    assert clock.time() == 0


def test_a_clock_goes_on_in_another_event_loop() -> None:
    clock = VirtualClock()

    async def wait(seconds: float) -> float:
        clock.after(1000, lambda: None)
        await clock.pause(seconds)
        return clock.time()

    assert [asyncio.run(wait(10)), asyncio.run(wait(10))] == [10, 20]
