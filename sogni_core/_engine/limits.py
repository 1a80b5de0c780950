"""Limits for what runs may cost: those of settings and of one call, and the errors for what they do not allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sogni_core._host.registry import LIVE_NETWORKS
from sogni_core._journal.entries import Run
from sogni_core._journal.ledger import Excess, Limit
from sogni_core.errors import ConfigError, MoneyError, SogniError
from sogni_core.settings import Settings
from sogni_core.settings.limits import LimitSettings, SpendingLimits
from sogni_core.text import clean

_PERIODS = {"day": timedelta(hours=24), "month": timedelta(days=30)}
_WORDS = {"day": "in 24 hours", "month": "in 30 days"}


def limits_of(
    settings: Settings, *, most: Decimal | None, labels: Sequence[str], profile: str, network: str, now: datetime
) -> tuple[Limit, ...]:
    """Return all limits that a run is under. ``most``: that of the call.

    Runs on the live networks share them; any other network has its own sums. Raises ConfigError for a limit that is
    set and not valid: it must not be taken for none.
    """
    table = _settings(settings)
    found = list(_of_table(table, "limits", now))
    for label in labels:
        if label in table.labels:
            found += _of_table(table.labels[label], f"limits.labels.{label}", now, label)
    if most is not None:
        found.append(Limit("max_cost", most, "run"))
    networks = LIVE_NETWORKS if network in LIVE_NETWORKS else (network,)
    return tuple(replace(limit, profile=profile, networks=networks) for limit in found)


def most_of(run: Run) -> Decimal | None:
    """Return the ``max_cost`` that a run was begun with."""
    said = (run.request.get("terms") or {}).get("maxCost")
    return Decimal(said) if isinstance(said, str) else None


def confirmation(settings: Settings) -> Decimal | None:
    """Return what a run may cost without being confirmed; None for anything."""
    most = _settings(settings).confirm
    return None if most is None else _decimal(most)


def _settings(settings: Settings) -> LimitSettings:
    found = settings.core.limits
    wrong = next((problem for problem in settings.problems if "limits" in problem.key.lower()), None)
    if wrong is not None:
        raise ConfigError(
            "INVALID_CONFIG",
            f"{wrong} It may be a limit, so nothing is paid for.",
            details={"key": wrong.key, "origin": wrong.origin},
        )
    return found


def _of_table(table: SpendingLimits, name: str, now: datetime, label: str = "") -> Iterator[Limit]:
    if table.run is not None:
        yield Limit(f"{name}.run", _decimal(table.run), "run", label=label)
    for key, length in _PERIODS.items():
        most = getattr(table, key)
        if most is not None:
            yield Limit(f"{name}.{key}", _decimal(most), "period", now - length, label)


def refused(excess: Excess, token: str) -> MoneyError:
    """Return the error for a limit, with the arithmetic."""
    limit = excess.limit
    allowed = f"{_name(limit.name)} allows {_amount(limit.most)}"
    if limit.scope == "period":
        allowed += f" {_WORDS[limit.name.rpartition('.')[2]]}"
        taken = [f"{_amount(excess.spent)} was spent"] if excess.spent else []
        taken += [f"{_amount(excess.reserved)} is reserved by other runs"] if excess.reserved else []
        allowed += f", of which {' and '.join(taken)}" if taken else ""
    left = limit.most - excess.spent - excess.reserved
    return MoneyError(
        "LIMIT_REACHED",
        f"The run costs {_amount(excess.wanted)} {token}, but {allowed}.",
        details={
            "limit": limit.name,
            "tokenType": token,
            "required": float(excess.wanted),
            "allowed": float(limit.most),
            "spent": float(excess.spent),
            "reserved": float(excess.reserved),
            "left": float(max(left, Decimal(0))),
        },
    )


def unpriced(limits: Sequence[str], reason: SogniError | None) -> MoneyError:
    """Return the error for a run that has limits, by their names, and no price."""
    names = ", ".join(map(_name, limits))
    said = f": {reason.message}" if reason is not None else "."
    return MoneyError(
        "PRICE_UNKNOWN",
        f"The price of the run is unknown, and it is limited by {names}{said}",
        details={"limits": [*limits], **({"reason": reason.code} if reason is not None else {})},
    )


def unconfirmed(cost: Decimal, token: str, most: Decimal, *, asked: bool) -> MoneyError:
    """Return the error for a run that nobody confirmed. ``asked``: somebody was asked, and said no."""
    text = f"The run costs {_amount(cost)} {token}, and the setting limits.confirm asks above {_amount(most)}."
    details = {"tokenType": token, "required": float(cost), "confirm": float(most)}
    return MoneyError(
        "NOT_CONFIRMED",
        "The run was not confirmed. Nothing was sent." if asked else text,
        hint=None if asked else "Use --yes to confirm it.",
        details=details,
    )


def _name(limit: str) -> str:
    return "the limit of the call" if limit == "max_cost" else f"the setting {clean(limit, 80)}"


def _amount(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))
