"""Which answers are asked for again, how often, and with which wait."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from subprocess import run

import pytest
import stamina

from sogni_core._transport.calls import Reply, SafeCall
from sogni_core._transport.retry import ATTEMPTS, repeated
from sogni_core.errors import TransportError

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


def broken(*, sent: bool) -> TransportError:
    return TransportError("CONNECTION_ERROR", "broken", details={"sent": sent})


class Service:
    """Answers what is listed, in turn; the last for ever."""

    def __init__(self, *answers: Reply | TransportError) -> None:
        self.answers = list(answers)
        self.calls = 0

    async def __call__(self, call: SafeCall) -> Reply:
        self.calls += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, TransportError):
            raise answer
        return answer


GET = SafeCall("GET", "https://x/")
ONCE = SafeCall("POST", "https://x/", repeat="unsent")


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 423, 500])
async def test_an_answer_is_an_answer(status: int) -> None:
    service = Service(Reply(status))
    assert (await repeated(GET, service)).status == status
    assert service.calls == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_what_may_pass_is_asked_again(status: int) -> None:
    service = Service(Reply(status), Reply(status), Reply(200))
    assert (await repeated(GET, service)).status == 200
    assert service.calls == 3


async def test_the_last_answer_is_returned_when_nothing_helped() -> None:
    service = Service(Reply(503))
    assert (await repeated(GET, service)).status == 503
    assert service.calls == ATTEMPTS


@pytest.mark.parametrize("sent", [True, False])
async def test_a_broken_line_is_tried_again(sent: bool) -> None:
    service = Service(broken(sent=sent), Reply(200))
    assert (await repeated(GET, service)).ok
    service = Service(broken(sent=sent))
    with pytest.raises(TransportError):
        await repeated(GET, service)
    assert service.calls == ATTEMPTS


async def test_a_one_time_value_is_sent_again_only_if_it_never_arrived() -> None:
    service = Service(broken(sent=False), Reply(429), Reply(200))
    assert (await repeated(ONCE, service)).ok
    for answer in (broken(sent=True), Reply(502)):
        service = Service(answer, Reply(200))
        try:
            assert (await repeated(ONCE, service)).status == 502
        except TransportError as error:
            assert error.details["sent"] is True
        assert service.calls == 1


async def test_a_longer_wait_than_is_bearable_is_left_to_the_caller() -> None:
    service = Service(Reply(429, {"retry-after": "3600"}))
    assert (await repeated(GET, service)).status == 429
    assert service.calls == 1


async def test_the_wait_that_the_service_asks_for_is_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    stamina.set_testing(False)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("asyncio.sleep", sleep)
    service = Service(Reply(429, {}, b'{"retryAfter": 7}'), Reply(503, {"retry-after": "3"}), Reply(200))
    assert (await repeated(GET, service)).ok
    assert waits == [7.0, 3.0]


async def test_any_other_error_is_not_repeated() -> None:
    service = Service(TransportError("PROTOCOL_ERROR", "too long"))
    with pytest.raises(TransportError, match="too long"):
        await repeated(GET, service)
    assert service.calls == 1


def test_a_call_that_works_does_not_import_the_retrying_library() -> None:
    code = (
        "import asyncio, sys\n"
        "from sogni_core._transport.calls import Reply, SafeCall\n"
        "from sogni_core._transport.retry import repeated\n"
        "async def once(call): return Reply(200)\n"
        "asyncio.run(repeated(SafeCall('GET', 'http://x/'), once))\n"
        "sys.exit('stamina' in sys.modules)\n"
    )
    assert run([sys.executable, "-c", code], check=False).returncode == 0
