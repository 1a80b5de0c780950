"""What a run may cost: limits of settings and of the call, confirmation, keys; all before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sogni_core.app import App
from sogni_core.costs import Confirm
from sogni_core.errors import SogniError
from sogni_core.frontend.run_options import RunOptions
from sogni_core.result import Result
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.anyio


@pytest.fixture
def make(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> Callable[..., App]:
    def app(**settings: str) -> App:
        environ = {f"SOGNI_{name.upper()}": value for name, value in settings.items()}
        return sogni_app(plugins=[], network=sogni_network, environ=environ)

    return app


async def run(app: App, prompt: str = "x", confirm: Confirm | None = None, **options: Any) -> Result:
    async with app:
        prepared = await app.prepare("image", prompt=prompt, run_options=RunOptions.of(options))
        return await prepared.run(confirm=confirm)


async def refused(app: App, prompt: str = "x", confirm: Confirm | None = None, **options: Any) -> SogniError:
    with pytest.raises(SogniError) as caught:
        await run(app, prompt, confirm, **options)
    return caught.value


async def test_the_limit_of_a_call(make: Callable[..., App], sogni_network: MemoryNetwork) -> None:
    error = await refused(make(), max_cost="0.5")
    assert (error.code, error.exit_code) == ("LIMIT_REACHED", 4)
    assert error.message == "The run costs 1 spark, but the limit of the call allows 0.5."
    assert not error.may_charge_again
    assert not sogni_network.projects
    assert not make().runs()
    assert (await run(make(), max_cost=Decimal(1))).cost == {"token": "spark", "estimated": 1.0, "left": 999.0}


async def test_a_limit_for_a_day_counts_what_was_spent(make: Callable[..., App], sogni_network: MemoryNetwork) -> None:
    for prompt in ("one", "two"):
        await run(make(limits__day="2.5"), prompt)
    error = await refused(make(limits__day="2.5"), "three")
    assert error.message == (
        "The run costs 1 spark, but the setting limits.day allows 2.5 in 24 hours, of which 2 was spent."
    )
    assert error.details["left"] == 0.5
    assert len(sogni_network.projects) == 2
    await run(make(limits__day="3"), "three")


async def test_an_unknown_price_is_refused_where_a_limit_needs_it(
    make: Callable[..., App], sogni_network: MemoryNetwork
) -> None:
    sogni_network.price(None)
    error = await refused(make(limits__month="9"))
    assert (error.code, error.exit_code, error.retryable) == ("PRICE_UNKNOWN", 4, True)
    assert "limited by the setting limits.month" in error.message
    assert not sogni_network.projects
    await run(make())


@pytest.mark.parametrize(("key", "value"), [("limits__day", "x"), ("limits__dya", "3"), ("limits__day", "-1")])
async def test_a_limit_that_is_not_valid_stops_paid_work(
    make: Callable[..., App], sogni_network: MemoryNetwork, key: str, value: str
) -> None:
    error = await refused(make(**{key: value}))
    assert (error.code, error.exit_code) == ("INVALID_CONFIG", 3)
    assert not sogni_network.projects


async def test_a_run_that_costs_much_is_confirmed(make: Callable[..., App], sogni_network: MemoryNetwork) -> None:
    asked: list[str] = []

    async def no(question: str) -> bool:
        asked.append(question)
        return False

    async def yes(question: str) -> bool:
        return True

    dear = {"limits__confirm": "0.9"}
    alone = await refused(make(**dear))
    assert (alone.code, alone.hint) == ("NOT_CONFIRMED", "Use --yes to confirm it.")
    assert (await refused(make(**dear), confirm=no)).message == "The run was not confirmed. Nothing was sent."
    assert asked == ["This run costs 1 spark. Continue?"]
    assert not sogni_network.projects
    await run(make(**dear), confirm=yes)
    await run(make(**dear), yes=True)
    await run(make(limits__confirm="1"))


async def test_a_limit_of_a_label(make: Callable[..., App]) -> None:
    labels = {"limits__labels": '{"agent-3": {"day": 1}}'}
    await run(make(**labels), labels=["agent-3"])
    await run(make(**labels), "y")
    assert (await refused(make(**labels), "z", labels=["agent-3"])).details["limit"] == "limits.labels.agent-3.day"
    found = make().runs()
    assert [run.labels for run in found] == [(), ("agent-3",)]


async def test_of_runs_at_once_only_as_many_begin_as_the_limit_allows(
    make: Callable[..., App], sogni_network: MemoryNetwork
) -> None:
    sogni_network.slow(5)
    runs = [run(make(limits__day="3"), f"prompt {number}") for number in range(8)]
    ends = await asyncio.gather(*runs, return_exceptions=True)
    assert sum(isinstance(end, Result) for end in ends) == 3
    codes = {end.code for end in ends if isinstance(end, SogniError)}
    assert codes == {"LIMIT_REACHED"}
    assert len(sogni_network.projects) == 3


async def test_a_resumed_run_is_under_its_limits(
    make: Callable[..., App], sogni_network: MemoryNetwork, folder: Path
) -> None:
    sogni_network.fail("worker lost")
    failed = await refused(make(), max_cost="1.5")
    sogni_network.heal()
    async with make() as app:
        with pytest.raises(SogniError) as caught:
            sogni_network.price(2)
            await app.resume(str(failed.details["runId"]))
    assert caught.value.code == "LIMIT_REACHED"
    sogni_network.price(1)
    async with make() as app:
        assert (await app.resume(str(failed.details["runId"]))).error is None


async def test_a_key_has_one_run(make: Callable[..., App], sogni_network: MemoryNetwork) -> None:
    first = await run(make(), idempotency_key="k")
    again = await run(make(), idempotency_key="k")
    assert (again.run_id, again.paths) == (first.run_id, first.paths)
    assert len(sogni_network.projects) == 1
    error = await refused(make(), "another", idempotency_key="k")
    assert (error.code, error.exit_code) == ("KEY_IN_USE", 2)
    assert error.message.endswith("whose request differs in prompt.")
    await run(make(), "another", idempotency_key="l")
    assert (await run(make(idempotency_key="l"), "another")).run_id != first.run_id
    assert len(sogni_network.projects) == 2


async def test_calls_with_one_key_at_once_pay_once(make: Callable[..., App], sogni_network: MemoryNetwork) -> None:
    sogni_network.slow(5)
    ends = await asyncio.gather(*(run(make(), idempotency_key="k") for _ in range(5)))
    assert len({end.run_id for end in ends}) == 1
    assert len(sogni_network.projects) == 1


async def test_a_key_whose_run_failed_is_tried_again(make: Callable[..., App], sogni_network: MemoryNetwork) -> None:
    sogni_network.fund(spark=0)
    first = await refused(make(), idempotency_key="k")
    sogni_network.fund(spark=10)
    assert (await run(make(), idempotency_key="k")).run_id == first.details["runId"]


async def test_the_same_request_is_mentioned(make: Callable[..., App]) -> None:
    first = await run(make())
    again = await run(make())
    assert [notice.rule for notice in again.notices] == ["run.same"]
    assert first.run_id in again.warnings[0]
    assert not (await run(make(), again=True)).notices
    assert not (await run(make(), "another")).notices


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"max_cost": "x"}, "max_cost"),
        ({"max_cost": "-1"}, "max_cost"),
        ({"max_cost": True}, "max_cost"),
        ({"labels": ["a b"]}, "labels"),
        ({"labels": ["-a"]}, "labels"),
        ({"idempotency_key": ""}, "idempotency_key"),
        ({"idempotency_key": "a\nb"}, "idempotency_key"),
        ({"idempotency_key": "k" * 201}, "idempotency_key"),
    ],
)
def test_options_that_are_not_valid(options: dict[str, Any], field: str) -> None:
    with pytest.raises(SogniError) as caught:
        RunOptions.of(options)
    assert caught.value.field == field  # type: ignore[attr-defined]
