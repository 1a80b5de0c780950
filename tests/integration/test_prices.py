"""What a project would cost, asked over real connections without a login."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
from sogni_video.project import VideoProject

from sogni_core._network.session import Session
from sogni_core.errors import InputError, ServiceError
from sogni_core.plugin import Endpoint
from sogni_core.project import AudioProject, ImageProject, Project
from tests.media import medium_of

from .servers import Net

pytestmark = pytest.mark.anyio

IMAGE = ImageProject(model="z", prompt="p", width=512, height=512, steps=8, token_type="sogni")
VIDEO = VideoProject(model="wan", prompt="p", width=640, height=480, frames=81, fps=16, steps=4, count=2)
MUSIC = AudioProject(model="ace", prompt="p", duration=30.0, steps=8)
QUOTE = {
    "quote": {"project": {"costInToken": "2.50", "costInUSD": "0.0125", "costInSpark": "2.5", "costInSogni": "0.4"}},
    "benchmark": {"estimatedRenderTimeSec": 40},
}


@pytest.fixture
def session(net: Net) -> Session:
    """Give a session whose socket host answers HTTP as the service's does."""
    endpoint = Endpoint("t", net.web.url, net.web.url.replace("http", "ws", 1))
    made = Session(endpoint, account=net.account(api_key="key-1"), http=net.http, medium_of=medium_of, app_id=str)
    net.sessions.append(made)
    return made


@pytest.mark.parametrize(
    ("project", "path", "query"),
    [
        (IMAGE, "/api/v2/job/estimate/sogni/fast/z/1/8/0/0/0/512/512", {}),
        (VIDEO, "/api/v1/job-video/estimate/spark/wan/640/480/81/16/4/2", {"network": "fast"}),
        (MUSIC, "/api/v1/job-audio/estimate/spark/ace/30/8/1", {"network": "fast"}),
    ],
)
async def test_every_kind_has_a_price(
    net: Net, session: Session, project: Project, path: str, query: dict[str, str]
) -> None:
    net.web.on(path, net.web.bare(QUOTE))
    price = await session.estimate(project, "fast")
    (asked,) = net.web.asked
    assert (asked.query, "api-key" in asked.headers) == (query, False)
    assert (price.token, price.amount, price.seconds) == (project.token_type, Decimal("2.50"), 40)
    assert (price.usd, price.spark, price.sogni) == (Decimal("0.0125"), Decimal("2.5"), Decimal("0.4"))


async def test_a_refused_estimate_is_said_in_the_service_s_words(net: Net, session: Session) -> None:
    net.web.on("/api/v1/job-audio/estimate/spark/ace/30/8/1", net.web.answer(422, b"model not available"))
    with pytest.raises(ServiceError, match="model not available"):
        await session.estimate(MUSIC, "fast")


async def test_a_video_that_says_too_little_is_not_asked_for(net: Net, session: Session) -> None:
    with pytest.raises(InputError, match="must be given for an estimate"):
        await session.estimate(dataclasses.replace(VIDEO, fps=None), "fast")
    assert net.web.asked == []


@pytest.mark.parametrize("answer", [{}, [], {"quote": None}, {"quote": {"project": {"costInToken": "much"}}}])
async def test_an_answer_without_a_price_has_none(net: Net, session: Session, answer: Any) -> None:
    net.web.on("/api/v1/job-audio/estimate/spark/ace/30/8/1", net.web.bare(answer))
    price = await session.estimate(MUSIC, "fast")
    assert (price.amount, price.usd, price.seconds) == (None, None, None)


async def test_what_a_plan_covers_costs_nothing_if_the_service_says_so(net: Net, session: Session) -> None:
    net.web.on("/api/v1/job-audio/estimate/spark/ace/30/8/1", net.web.bare({**QUOTE, "dailyFairUse": {"pct": 0.5}}))
    price = await session.estimate(MUSIC, "fast")
    assert (price.covered, price.amount, price.usd) == (True, Decimal(0), Decimal(0))
