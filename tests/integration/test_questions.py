"""Balance, prices and models: what is asked beside the work."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from sogni_core._network.facts import Price
from sogni_core.errors import AuthError, ServiceError, TransportError
from sogni_core.project import ImageProject

from .servers import Asked, Net

pytestmark = pytest.mark.anyio

LIST, COUNTS = "/api/v1/models/list", "/api/v1/status/network/fast/models"


@pytest.fixture
def asking(net: Net) -> Any:
    """A network whose socket host's HTTP is the scripted server."""
    net.wire.url = net.web.url.replace("http", "ws")
    net.web.on(
        LIST,
        net.web.bare([
            {"id": "a", "name": "A \x1b[1mbold\x07", "SID": 100, "media": "image", "tier": "t"},
            {"id": "b", "SID": 7, "media": "video"},
            {"id": "a", "name": "again", "SID": 1},
            {"id": 5},
            {"name": "no id"},
            "noise",
            None,
        ]),
    )
    net.web.on(COUNTS, net.web.bare({"100": 3, "7": "2", "x": None}))
    return net


async def test_a_balance_is_exact(net: Net) -> None:
    net.web.on("/v4/account/balance", net.web.ok({"spark": {"net": "100.123456789012345678"}, "sogni": {"net": "x"}}))
    balance = await net.session().balance()
    assert balance.spark == Decimal("100.123456789012345678")
    assert balance.sogni is None


async def test_a_price_is_read_from_the_project_and_needs_no_login(asking: Any) -> None:
    seen: list[str] = []

    def quote(asked: Asked) -> Any:
        seen.append(asked.path)
        project = {"costInToken": "4.5", "costInUSD": "0.02", "costInSpark": "4.5", "costInSogni": None}
        return asking.web.bare({"quote": {"project": project}, "benchmark": {"estimatedRenderTimeSec": 40}})

    project = ImageProject(model="m/x", prompt="p", count=2, steps=4, width=512, height=768)
    path = "/api/v2/job/estimate/spark/fast/m%2Fx/2/4/0/0/0/512/768"
    asking.web.on(path, quote)
    price = await asking.session(asking.account()).estimate(project, "fast")
    assert price == Price("spark", Decimal("4.5"), Decimal("0.02"), Decimal("4.5"), None, 40.0)
    assert seen == [path]
    assert not {"authorization", "api-key"} & set(asking.web.asked[0].headers)


async def test_a_price_that_is_refused_in_plain_text(asking: Any) -> None:
    project = ImageProject(model="m", prompt="p")
    asking.web.on("/api/v2/job/estimate/spark/fast/m/1/0/0/0/0/0/0", asking.web.answer(400, b"Unknown model"))
    with pytest.raises(ServiceError, match="Unknown model"):
        await asking.session().estimate(project, "fast")


async def test_the_price_of_many_alike_is_one_question(asking: Any) -> None:
    path = "/api/v2/job/estimate/spark/fast/m/1/0/0/0/0/0/0"
    asking.web.on(path, asking.web.bare({"quote": {"project": {"costInToken": "4.5"}}}))
    session = asking.session()
    projects = [ImageProject(model="m", prompt=f"p {number}") for number in range(40)]
    prices = await asyncio.gather(*(session.estimate(project, "fast") for project in projects))
    assert {price.amount for price in prices} == {Decimal("4.5")}
    assert len(asking.web.of(path)) == 1


async def test_a_price_that_failed_is_asked_for_again(asking: Any) -> None:
    path = "/api/v2/job/estimate/spark/fast/m/1/0/0/0/0/0/0"
    good = asking.web.bare({"quote": {"project": {"costInToken": "4.5"}}})
    asking.web.on(path, asking.web.error(500), good)
    session = asking.session()
    project = ImageProject(model="m", prompt="p")
    failed = await asyncio.gather(*(session.estimate(project, "fast") for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in failed] == [ServiceError] * 3
    assert len({id(one) for one in failed}) == 3, "each has its own traceback"
    assert (await session.estimate(project, "fast")).amount == Decimal("4.5")


async def test_who_leaves_takes_nobody_along(asking: Any) -> None:
    path = "/api/v2/job/estimate/spark/fast/m/1/0/0/0/0/0/0"
    asking.web.on(path, asking.web.bare({"quote": {"project": {"costInToken": "4.5"}}}))
    session, project = asking.session(), ImageProject(model="m", prompt="p")
    first = asyncio.ensure_future(session.estimate(project, "fast"))
    second = asyncio.ensure_future(session.estimate(project, "fast"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).amount == Decimal("4.5")


@pytest.mark.parametrize("answer", [None, [], {"quote": 5}, {"quote": {"project": {"costInToken": "NaN"}}}])
async def test_a_price_that_cannot_be_read_is_not_known(asking: Any, answer: Any) -> None:
    asking.web.on("/api/v2/job/estimate/spark/fast/m/1/0/0/0/0/0/0", asking.web.bare(answer))
    price = await asking.session().estimate(ImageProject(model="m", prompt="p"), "fast")
    assert price.amount is None


async def test_models_and_their_workers(asking: Any) -> None:
    models = await asking.session(asking.account()).models("fast")
    facts = [(model.id, model.name, model.media, model.workers) for model in models]
    assert facts == [("a", "A bold", "image", 3), ("b", "b", "video", 2)]


async def test_models_without_counts_are_still_a_list(asking: Any) -> None:
    asking.web.on(COUNTS, asking.web.error(500))
    assert [model.workers for model in await asking.session().models("fast")] == [None, None]
    asking.web.on(COUNTS, asking.web.bare({}))
    assert [model.workers for model in await asking.session().models("fast")] == [0, 0]


async def test_a_list_that_cannot_be_had_is_an_error(asking: Any) -> None:
    asking.web.on(LIST, asking.web.answer(200, b"<html>"))
    with pytest.raises(TransportError):
        await asking.session().models("fast")


async def test_a_question_with_a_refused_key_says_so(net: Net) -> None:
    net.web.on("/v4/account/balance", net.web.error(401, "Invalid API key", errorCode=101))
    with pytest.raises(AuthError):
        await net.session().balance()
