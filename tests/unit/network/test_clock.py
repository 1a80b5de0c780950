from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sogni_core._network.clock import Alarm, LoopClock

pytestmark = pytest.mark.anyio


@dataclass(eq=False)
class Call:
    """A call that a clock makes later."""

    clock: Hand
    at: float
    callback: Callable[[], object]

    def cancel(self) -> None:
        self.clock.calls.remove(self)


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[Call] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Call:
        call = Call(self, self.now + delay, callback)
        self.calls.append(call)
        return call

    async def pause(self, seconds: float, /) -> None:
        raise AssertionError

    def turn(self, to: float) -> None:
        while self.calls and min(call.at for call in self.calls) <= to:
            call = min(self.calls, key=lambda call: call.at)
            self.now = call.at
            self.calls.remove(call)
            call.callback()
        self.now = to


def alarm() -> tuple[Hand, list[float], Alarm]:
    clock, rung = Hand(), list[float]()
    return clock, rung, Alarm(clock, lambda: rung.append(clock.now))


def test_it_rings_once() -> None:
    clock, rung, bell = alarm()
    bell.set(10)
    clock.turn(50)
    assert rung == [10]
    bell.set(10)
    clock.turn(100)
    assert rung == [10, 60]


def test_to_set_it_later_costs_no_timer() -> None:
    clock, rung, bell = alarm()
    for moment in range(1000):
        clock.turn(moment / 100)
        bell.set(10)
        assert len(clock.calls) == 1
    clock.turn(100)
    assert rung == [pytest.approx(19.99)]


def test_it_can_be_set_earlier() -> None:
    clock, rung, bell = alarm()
    bell.set(100)
    bell.set(5)
    clock.turn(200)
    assert rung == [5]


def test_it_can_be_stopped() -> None:
    clock, rung, bell = alarm()
    bell.stop()
    bell.set(5)
    bell.stop()
    bell.stop()
    clock.turn(100)
    assert rung == []
    assert clock.calls == []


async def test_the_clock_of_the_loop_tells_its_time() -> None:
    clock, rung = LoopClock(), asyncio.Event()
    assert clock.time() == pytest.approx(asyncio.get_running_loop().time(), abs=1)
    clock.call_later(0, rung.set)
    never = clock.call_later(0, lambda: pytest.fail("cancelled"))
    never.cancel()
    await rung.wait()
