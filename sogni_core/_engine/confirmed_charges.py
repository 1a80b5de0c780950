"""Ask the network what it charged, for projects of which only the price is known."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sogni_core._engine.networks import NetworkHandle, Networks
from sogni_core._host.registry import LIVE_NETWORKS
from sogni_core._journal.ledger import Ledger
from sogni_core.costs import Charge
from sogni_core.errors import SogniError

KNOWN_FOR = timedelta(days=7)
"""protocol: how long the network keeps the history of an account."""

MOST = 200
"""Projects that are asked about in one call, the newest first."""


class ChargeServices(Protocol):
    """What is needed of the engine."""

    networks: Networks


async def confirm_charges(engine: ChargeServices, ledger: Ledger, charges: Sequence[Charge]) -> SogniError | None:
    """Note what the network says of charges that it has not confirmed; returns why it could not be asked, if so."""
    since = datetime.now(UTC) - KNOWN_FOR
    asked = [charge for charge in charges if not charge.certain and charge.sent >= since][-MOST:]
    failure: SogniError | None = None
    for network in dict.fromkeys(charge.network for charge in asked if charge.network in LIVE_NETWORKS):
        try:
            engine.networks.require_credentials(network)
            way = await engine.networks.open(network)
            with way.explaining():
                await _confirm(way, ledger, [charge for charge in asked if charge.network == network])
        except SogniError as error:
            failure = error
    return failure


async def _confirm(way: NetworkHandle, ledger: Ledger, charges: Sequence[Charge]) -> None:
    mine = [charge for charge in charges if charge.account == way.account.name]
    answers = await asyncio.gather(*(way.session.charged(charge.project_id) for charge in mine), return_exceptions=True)
    failure: BaseException | None = None
    for charge, answer in zip(mine, answers, strict=True):
        if isinstance(answer, BaseException):
            failure = answer
        elif answer is not None:
            ledger.confirm(charge.project_id, answer.amount, usd=answer.usd, payment=answer.payment)
    if failure is not None:
        raise failure
