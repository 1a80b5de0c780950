"""Which answers are asked for again, how often, and after which pause."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._network.timings import Timings
from sogni_core._transport.calls import Reply, SafeCall
from sogni_core._transport.retry import CALLS, TRANSFERS, RetryPolicy, TryAgain, repeated, retried
from sogni_core.errors import TransportError

pytestmark = pytest.mark.anyio


class Time:
    """Passes as fast as it is paused for."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def broken(*, sent: bool) -> TransportError:
    return TransportError("CONNECTION_ERROR", "broken", details={"sent": sent})


class Service:
    """Answers what is listed, in turn, the last for ever; each answer takes some seconds."""

    def __init__(self, *answers: Reply | TransportError, seconds: float = 0.0) -> None:
        self.answers = list(answers)
        self.seconds = seconds
        self.time = Time()
        self.calls = 0

    async def once(self, call: SafeCall) -> Reply:
        self.calls += 1
        self.time.now += self.seconds
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, TransportError):
            raise answer
        return answer

    async def ask(self, call: SafeCall) -> Reply:
        return await repeated(call, self.once, pause=self.time.pause, clock=self.time)


GET = SafeCall("GET", "https://x/")
ONCE = SafeCall("POST", "https://x/", repeat="unsent")


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 423, 500])
async def test_an_answer_is_an_answer(status: int) -> None:
    service = Service(Reply(status))
    assert (await service.ask(GET)).status == status
    assert service.calls == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_what_may_pass_is_asked_again(status: int) -> None:
    service = Service(Reply(status), Reply(status), Reply(200))
    assert (await service.ask(GET)).status == 200
    assert service.calls == 3


async def test_the_last_answer_is_returned_when_nothing_helped() -> None:
    service = Service(Reply(503))
    assert (await service.ask(GET)).status == 503
    assert service.calls == 4
    first, second, third = service.time.pauses
    assert 0.2 <= first <= 0.3
    assert 0.4 <= second <= 0.6
    assert 0.8 <= third <= 1.2


@pytest.mark.parametrize("sent", [True, False])
async def test_a_broken_line_is_tried_again(sent: bool) -> None:
    service = Service(broken(sent=sent), Reply(200))
    assert (await service.ask(GET)).ok
    service = Service(broken(sent=sent))
    with pytest.raises(TransportError, match="broken"):
        await service.ask(GET)
    assert service.calls == 4


async def test_a_one_time_value_is_sent_again_if_it_never_arrived() -> None:
    service = Service(broken(sent=False), Reply(429), Reply(200))
    assert (await service.ask(ONCE)).ok


async def test_a_one_time_value_that_may_have_arrived_is_not_sent_again() -> None:
    service = Service(broken(sent=True), Reply(200))
    with pytest.raises(TransportError):
        await service.ask(ONCE)
    assert service.calls == 1
    service = Service(Reply(502), Reply(200))
    assert (await service.ask(ONCE)).status == 502
    assert service.calls == 1


async def test_a_longer_wait_than_the_budget_is_left_to_the_caller() -> None:
    service = Service(Reply(429, {"retry-after": "3600"}))
    assert (await service.ask(GET)).status == 429
    assert service.calls == 1


async def test_the_wait_that_the_service_asks_for_is_the_wait() -> None:
    service = Service(Reply(429, {}, b'{"retryAfter": 7}'), Reply(503, {"retry-after": "3"}), Reply(200))
    assert (await service.ask(GET)).ok
    assert service.time.pauses == [7.0, 3.0]


async def test_slow_answers_use_up_the_budget() -> None:
    service = Service(Reply(503), seconds=15.0)
    assert (await service.ask(GET)).status == 503
    assert service.calls == 3


async def test_any_other_error_is_not_repeated() -> None:
    service = Service(TransportError("PROTOCOL_ERROR", "too long"))
    with pytest.raises(TransportError, match="too long"):
        await service.ask(GET)
    assert service.calls == 1


async def test_the_last_failure_reaches_the_caller_and_any_other_at_once() -> None:
    time = Time()
    tries: list[int] = []

    async def once() -> None:
        tries.append(len(tries))
        raise TryAgain(TransportError("CONNECTION_ERROR", f"try {len(tries)}")) if len(tries) < 9 else ValueError

    with pytest.raises(TryAgain) as caught:
        await retried(once, TRANSFERS, pause=time.pause, chance=lambda: 0.5, clock=time)
    assert str(caught.value.outcome) == "try 4"
    assert time.pauses == [1.0, 2.0, 4.0]
    with pytest.raises(ValueError):
        await retried(once, RetryPolicy(1.0, 1.0, tries=99), pause=time.pause, clock=time)
    assert len(tries) == 9


@pytest.mark.parametrize(
    ("failures", "chance", "seconds"),
    [(1, 0.5, 1.0), (2, 0.5, 2.0), (4, 0.5, 8.0), (5, 0.5, 15.0), (99, 0.5, 15.0), (1, 0.0, 0.8), (1, 1.0, 1.2)],
)
def test_pauses_double_to_fifteen_seconds(failures: int, chance: float, seconds: float) -> None:
    pause = Timings().reconnection.pause(failures, 0.0, chance=chance)
    assert pause == pytest.approx(seconds)


@given(st.integers(min_value=1), st.floats(0, 1), st.sampled_from([CALLS, TRANSFERS, *vars(Timings()).values()]))
def test_pauses_are_bounded(failures: int, chance: float, policy: object) -> None:
    if isinstance(policy, RetryPolicy):
        pause = policy.pause(failures, 0.0, chance=chance)
        assert pause is None if failures >= policy.tries else pause is not None
        assert pause is None or 0.19 <= pause <= 18.01


def test_a_connection_that_worked_is_tried_for_two_minutes_and_a_new_one_three_times() -> None:
    timings = Timings()
    assert timings.reconnection.pause(99, 119.0, chance=0.5) is not None
    assert timings.reconnection.pause(1, 120.0, chance=0.5) is None
    assert timings.first_connection.pause(2, 1e9, chance=0.5) is not None
    assert timings.first_connection.pause(3, 0.0, chance=0.5) is None
    assert timings.first_connection.tries < math.inf


async def test_only_a_safe_call_is_repeated() -> None:
    service = Service(Reply(200))
    with pytest.raises(TypeError):
        await repeated("paid", service.once, pause=service.time.pause)  # type: ignore[arg-type]
    assert service.calls == 0
