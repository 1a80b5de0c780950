"""What this client puts on the wire is what the official SDKs put there, message by message, file by file.

All are recorded byte for byte while they do the same work against the same server. Whatever is not the same stands,
with its reason, in ``habits.py`` or at the order in ``orders.py``; a difference there that is no longer true fails too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sogni_core._protocol import ids

from . import habits
from .comparison import Line, differences
from .driver import Sdk
from .habits import Manner, compare, strange
from .materials import Materials
from .orders import ORDERS, QUESTIONS, Order, Question
from .staging import Stage, render

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("order", [pytest.param(order, id=order.name) for order in ORDERS])
async def test_the_same_order_is_the_same_conversation(
    stage: Stage, python_sdk: Sdk, node_sdk: Sdk, materials: Materials, tmp_path: Path, order: Order
) -> None:
    async with stage.session(tmp_path / "state") as (session, _):
        await render(session, order, materials, tmp_path)
    ours = stage.said()
    known = {f"payload.{path}": difference for path, difference in order.differences.items()}

    def rendered(sdk: Sdk, manner: Manner) -> list[Line]:
        """Have an SDK carry the order out; returns what it said from opening to closing.

        On a busy machine it may ask for more, by clocks of its own: what counts is what it says every time.
        """
        for _ in range(3):
            with stage.sdk(sdk):
                sdk.ask("collect", project=sdk.render(**order.theirs(materials))["project"])
            said = stage.said()
            if not strange(said, ours, manner):
                break
        return said

    compare(rendered(python_sdk, habits.PYTHON), ours, known, habits.PYTHON)
    compare(rendered(node_sdk, habits.JAVASCRIPT), ours, {}, habits.JAVASCRIPT)


async def test_the_same_login_is_the_same_conversation(
    stage: Stage, python_sdk: Sdk, materials: Materials, tmp_path: Path
) -> None:
    with stage.sdk(python_sdk, key=False):
        python_sdk.render(**ORDERS[0].theirs(materials))
        python_sdk.ask("balance")
        python_sdk.ask("logout")
    theirs = stage.said()
    async with stage.session(tmp_path / "state", key=False) as (session, account):
        await account.login()
        await render(session, ORDERS[0], materials, None)
        await session.balance()
        await account.logout()
    compare(theirs, stage.said(), habits.LOGIN, habits.PYTHON)


async def test_the_relaxed_network_is_asked_for_alike(
    stage: Stage, python_sdk: Sdk, materials: Materials, tmp_path: Path
) -> None:
    order = next(order for order in ORDERS if order.name == "an image on no network in particular")
    with stage.sdk(python_sdk, network="relaxed"):
        python_sdk.render(**order.theirs(materials))
    theirs = stage.said()
    async with stage.session(tmp_path / "state", network="relaxed") as (session, _):
        await render(session, order, materials, None)
    compare(theirs, stage.said(), {}, habits.PYTHON)


async def test_an_expired_token_is_exchanged_alike(late_stage: Stage, python_sdk: Sdk, tmp_path: Path) -> None:
    with late_stage.sdk(python_sdk, key=False):
        python_sdk.ask("balance")
    theirs = late_stage.said()
    async with late_stage.session(tmp_path / "state", key=False) as (session, account):
        await account.login()
        await session.balance()
    name = "POST /v1/account/refresh-token"
    their, our = (next(line for line in said if line.name == name) for said in (theirs, late_stage.said()))
    assert their.facts["body.refreshToken"] == "a token"
    assert differences(their, our).keys() == habits.PYTHON.every_call.keys()


async def test_the_same_cancel_is_the_same_frame(
    slow_stage: Stage, python_sdk: Sdk, materials: Materials, tmp_path: Path
) -> None:
    order = ORDERS[0]
    with slow_stage.sdk(python_sdk):
        python_sdk.ask("cancel", **python_sdk.ask("begin", params=order.theirs(materials)))
    theirs = slow_stage.said()
    async with slow_stage.session(tmp_path / "state") as (session, _):
        submission = session.submission(order.ours(materials), ids.make(), comfy=order.comfy)
        await submission.send(lambda: None)
        assert await session.cancel([submission.project_id], 20) == {submission.project_id: "cancelled"}
    compare(theirs, slow_stage.said(), {}, habits.PYTHON)


@pytest.mark.parametrize("question", [pytest.param(question, id=question.name) for question in QUESTIONS])
async def test_the_same_question_for_a_price_is_the_same_path(
    stage: Stage, python_sdk: Sdk, materials: Materials, tmp_path: Path, question: Question
) -> None:
    with stage.sdk(python_sdk):
        price = python_sdk.ask("estimate", media=question.media, params=question.theirs)
    (their,) = (line for line in stage.said() if "/estimate/" in line.name)
    async with stage.session(tmp_path / "state") as (session, _):
        told = await session.estimate(question.ours(materials), "fast")
    (our,) = stage.said()
    assert their.name == our.name
    known = habits.ESTIMATE | question.differences
    found = {path: pair for path, pair in differences(their, our).items() if path not in habits.PYTHON.every_call}
    assert found == {path: (one.theirs, one.ours) for path, one in known.items()}
    heard = {"token": told.amount, "usd": told.usd, "spark": told.spark, "sogni": told.sogni}
    assert {name: str(amount) for name, amount in heard.items()} == price
