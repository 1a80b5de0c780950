"""The terms of a run, before it begins: its limits, and what it will cost where a limit asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from sogni_core._engine.call_terms import CallTerms
from sogni_core._engine.destinations import Destinations, Saving
from sogni_core._engine.limits import confirmation, limits_of, unconfirmed, unpriced
from sogni_core._engine.request_digest import RECENT, digest_of, same_before
from sogni_core._engine.resolver import Resolved
from sogni_core._journal.journal import Journal
from sogni_core._journal.terms import Terms
from sogni_core.costs import Confirm
from sogni_core.frozen import frozen
from sogni_core.problem import Notice
from sogni_core.request import RenderOptions
from sogni_core.settings import Settings
from sogni_core.settings.paths import Paths

PRICE_SECONDS = 30.0
"""How long a run with limits waits for its price."""


if TYPE_CHECKING:
    from sogni_core._engine.plans import PlanServices

    class TermServices(PlanServices, Protocol):
        """What the terms of runs need of the engine."""

        settings: Settings
        paths: Paths

        @property
        def journal(self) -> Journal: ...


@frozen
class RunTerms:
    """The terms of a run that is about to begin."""

    journaled: Terms
    notices: tuple[Notice, ...] = ()


async def settle(
    engine: TermServices,
    resolved: Resolved,
    account: str,
    call: CallTerms,
    saving: Saving,
    confirm: Confirm | None,
) -> RunTerms:
    """Return the terms of a run; nothing is reserved yet.

    Only a run that has limits is planned and priced beforehand. Raises MoneyError PRICE_UNKNOWN and NOT_CONFIRMED,
    ConfigError for limits that are not valid.
    """
    now, settings = datetime.now(UTC), engine.settings
    labels = tuple(dict.fromkeys((*settings.require("labels").value, *call.labels)))
    assert isinstance(resolved.request, RenderOptions)
    network, profile = resolved.request.network, engine.paths.profile
    limits = limits_of(settings, most=call.max_cost, labels=labels, profile=profile, network=network, now=now)
    most = None if call.confirmed else confirmation(settings)
    digest = digest_of(resolved, network, account)
    terms = Terms(profile, labels, call.key, digest, limits)
    if limits or most is not None:
        from sogni_core._engine.plans import quoted  # most runs have no limits

        steps, error = await quoted(engine, resolved, Destinations(saving, looks=True), PRICE_SECONDS)
        costs: dict[str, Decimal] = {}
        for step in steps:
            if step.price is None:
                raise unpriced([limit.name for limit in limits] or ["limits.confirm"], error)
            token = str(step.price["token"])
            costs[token] = costs.get(token, Decimal(0)) + Decimal(str(step.price["amount"]))
        terms = replace(terms, costs=tuple(costs.items()))
        for token, cost in costs.items():
            if most is not None and cost > most:
                await _confirmed(cost, token, most, confirm)
    alike = None if call.again else engine.journal.run_alike(digest, now - RECENT)
    return RunTerms(terms, () if alike is None else (same_before(alike, now),))


async def _confirmed(cost: Decimal, token: str, most: Decimal, confirm: Confirm | None) -> None:
    refusal = unconfirmed(cost, token, most, asked=confirm is not None)
    if confirm is None:
        raise refusal
    if not await confirm(f"This run costs {cost.normalize():f} {token}. Continue?"):
        raise refusal
