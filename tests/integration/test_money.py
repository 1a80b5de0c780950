"""Before a video is sent its price is compared with the balance, beside the uploads."""

from __future__ import annotations

from typing import Any

import pytest
from sogni_video.project import VideoProject

from sogni_core._engine.prices import Prices, afford
from sogni_core._network.session import Session
from sogni_core.errors import SogniError
from sogni_core.plugin import Endpoint
from sogni_core.project import ImageProject, Project
from tests.media import medium_of

from .servers import Answer, Net

pytestmark = pytest.mark.anyio

VIDEO = VideoProject(model="wan_v2.2-14b-fp8_t2v_lightx2v", prompt="x", width=512, height=512, frames=81, fps=16)
ESTIMATE = f"/api/v1/job-video/estimate/spark/{VIDEO.model}/512/512/81/16"


def funds(net: Net, spark: object) -> Answer:
    return net.web.ok({"spark": {"net": spark}, "sogni": {"net": "9"}})


async def tried(net: Net, project: Project = VIDEO, **answers: Answer) -> tuple[SogniError | None, list[str]]:
    """Ask; return what was raised and what was warned of."""
    net.web.on("/v4/account/balance", answers.get("balance", funds(net, "10")))
    price: Any = {"quote": {"project": {"costInToken": "2.5", "costInUSD": "0.01"}}}
    net.web.on(ESTIMATE, answers.get("estimate", net.web.bare(price)))
    # The socket host answers HTTP on its own address; here one scripted server is both hosts.
    endpoint = Endpoint("test", net.web.url, net.web.url.replace("http", "ws"))
    session = Session(
        endpoint, account=net.account(api_key="key-1"), http=net.http, medium_of=medium_of, app_id=lambda name: "app-1"
    )
    net.sessions.append(session)
    prices = Prices(session)
    warnings: list[str] = []
    try:
        await afford(session, project, medium_of(project).record, prices.ask(project), warnings.append)
    except SogniError as error:
        return error, warnings
    finally:
        await prices.close()
    return None, warnings


async def test_enough(net: Net) -> None:
    assert await tried(net) == (None, [])


async def test_not_enough(net: Net) -> None:
    error, _ = await tried(net, balance=funds(net, "1"))
    assert error is not None
    assert error.message == "Insufficient SPARK balance for video render (need ~2.50, have 1.00)."
    assert (error.code, error.exit_code) == ("INSUFFICIENT_BALANCE", 4)
    assert error.details == {"tokenType": "spark", "available": 1.0, "required": 2.5}


@pytest.mark.parametrize("amount", ["0", "-1.5"])
async def test_nothing(net: Net, amount: str) -> None:
    error, _ = await tried(net, balance=funds(net, amount))
    assert error is not None
    assert error.message == f"Insufficient SPARK balance (have {float(amount):.2f})."


async def test_who_cannot_say_is_no_hindrance(net: Net) -> None:
    error, warnings = await tried(net, balance=net.web.error(500, "down"))
    assert error is None
    assert warnings == ["Could not fetch balance (down)"]
    assert await tried(net, balance=funds(net, "much")) == (None, [])
    assert await tried(net, estimate=net.web.error(404, "none")) == (None, ["Could not estimate video cost (none)"])


async def test_images_are_not_asked_about(net: Net) -> None:
    project = ImageProject(model="z_image_turbo_bf16", prompt="x")
    assert await tried(net, project, balance=funds(net, "0")) == (None, [])
    assert net.web.of("/v4/account/balance") == []
