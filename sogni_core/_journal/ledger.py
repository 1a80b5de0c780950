"""The money of the journal: what is reserved, what was charged, and whether a limit allows more.

Functions that take a connection belong to a transaction of the caller. A charge begins in the transaction that notes
that its request is about to be written, so none is missing, whatever kills the process afterwards.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from sogni_core._journal.database import Database
from sogni_core._journal.entries import RUNNING
from sogni_core.costs import Charge
from sogni_core.frozen import frozen

IsPresent = Callable[[str], bool]
"""Tells whether the process of an owner's name is alive."""

_SETTLED: Mapping[str, str] = {
    "completed": "quote",
    "withheld": "quote",
    "partial": "estimate",
    "cancelled": "estimate",
    "failed": "estimate",
}
"""The source of a charge by the state in which its step ended; other states go on."""


@frozen
class Limit:
    """How much may be spent, in the token that pays."""

    name: str
    """Setting or option that set it."""
    most: Decimal
    scope: Literal["run", "period"]
    """Of one run, or of all runs since a time."""
    since: datetime | None = None
    """Beginning of the period."""
    label: str = ""
    """Counts only runs with this label; empty for all."""
    profile: str = ""
    """Counts only runs of this profile, which may be none."""
    networks: tuple[str, ...] = ()
    """Counts only runs on these networks."""

    def counts(self, charge: Charge) -> bool:
        """Whether a charge belongs to what is limited."""
        return self.counts_run(charge.network, charge.profile, charge.labels)

    def counts_run(self, network: str, profile: str, labels: Collection[str]) -> bool:
        """Whether a run of this network, profile and labels belongs to what is limited."""
        return network in self.networks and profile == self.profile and (not self.label or self.label in labels)


@frozen
class Excess:
    """Why a limit does not allow a reservation."""

    limit: Limit
    wanted: Decimal
    """What the run would cost in all, as far as the limit counts it."""
    spent: Decimal = Decimal(0)
    """What other runs were charged, or will be at most."""
    reserved: Decimal = Decimal(0)
    """What other runs hold beyond that, which are still at work."""


class ExceededError(Exception):
    """A limit does not allow a reservation."""

    def __init__(self, excess: Excess, token: str) -> None:
        super().__init__(excess, token)
        self.excess = excess
        self.token = token


class Ledger:
    """What a journal knows of money; see :class:`sogni_core._journal.journal.Journal` for errors."""

    def __init__(self, database: Database, is_present: IsPresent) -> None:
        """Share the journal's file."""
        self._database = database
        self._is_present = is_present

    def reserve(self, run_id: str, token: str, amount: Decimal, limits: Iterable[Limit]) -> None:
        """Let a run spend so much in all; one transaction, so that no two processes pass a limit together.

        Raises ExceededError, and changes nothing then.
        """
        with self._database.writing() as connection:
            reserve(connection, run_id, token, amount, limits, self._is_present)

    def spent(self, run_id: str, token: str) -> Decimal:
        """Return what a run was charged, or will be at most."""
        if not self._database.exists:
            return Decimal(0)
        with self._database.using() as connection:
            return _most(_charges(connection, "run_id = ? AND token = ?", (run_id, token)))

    def charges(self, since: datetime | None = None) -> list[Charge]:
        """Return the charges since a time, the oldest first."""
        if not self._database.exists:
            return []
        with self._database.using() as connection:
            return _charges(connection, "sent >= ?", (stamp(since) if since is not None else "",))

    def of_run(self, run_id: str) -> list[Charge]:
        """Return the charges of a run, the oldest first."""
        if not self._database.exists:
            return []
        with self._database.using() as connection:
            return _charges(connection, "run_id = ?", (run_id,))

    def confirm(self, project_id: str, amount: Decimal, *, usd: Decimal | None = None, payment: str = "") -> None:
        """Note what the network says that it charged."""
        row = (str(amount), None if usd is None else str(usd), payment, project_id)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE charges SET amount = ?, usd = coalesce(?, usd), payment = ?, source = 'actual'"
                " WHERE project_id = ?",
                row,
            )


def reserve(
    connection: sqlite3.Connection,
    run_id: str,
    token: str,
    amount: Decimal,
    limits: Iterable[Limit],
    is_present: IsPresent,
) -> None:
    """Let a run spend so much in all, its charges included. Raises ExceededError."""
    for limit in limits:
        _check(connection, run_id, token, amount, limit, is_present)
    connection.execute(
        "INSERT INTO reservations VALUES (?, ?, ?) ON CONFLICT (run_id, token) DO UPDATE SET amount = excluded.amount",
        (run_id, token, str(amount)),
    )


def begin_charge(connection: sqlite3.Connection, run_id: str, key: str, now: str) -> None:
    """Note that a step's project may be charged from now on; one that was noted before stays as it is."""
    connection.execute(_BEGIN, (now, run_id, key))


def note_charge(connection: sqlite3.Connection, run_id: str, key: str, state: str, *, unpaid: bool) -> None:
    """Note the step's price and, if it has ended, what it costs as far as is known. What the network said stays.

    ``unpaid``: it ended in a way that certainly cost nothing.
    """
    source = "none" if unpaid else _SETTLED.get(state, "open")
    connection.execute(
        "UPDATE charges SET quote = coalesce(s.cost_amount, quote), usd = coalesce(s.cost_usd, usd), source = ?,"
        " amount = CASE ? WHEN 'none' THEN '0' WHEN 'quote' THEN coalesce(s.cost_amount, quote) END"
        " FROM (SELECT project_id, cost_amount, cost_usd FROM steps WHERE run_id = ? AND key = ?) s"
        " WHERE charges.project_id = s.project_id AND source <> 'actual'",
        (source, source, run_id, key),
    )


def _check(
    connection: sqlite3.Connection, run_id: str, token: str, amount: Decimal, limit: Limit, is_present: IsPresent
) -> None:
    if limit.scope == "run":
        if amount > limit.most:
            raise ExceededError(Excess(limit, amount), token)
        return
    since = stamp(limit.since) if limit.since is not None else ""
    counted = filter(limit.counts, _charges(connection, "sent >= ? AND token = ?", (since, token)))
    before = _most(_charges(connection, "sent < ? AND token = ? AND run_id = ?", (since, token, run_id)))
    others = _most(charge for charge in counted if charge.run_id != run_id)
    reserved = sum(_held(connection, run_id, token, limit, is_present), Decimal(0))
    wanted = amount - before
    if others + reserved + wanted > limit.most:
        raise ExceededError(Excess(limit, wanted, others, reserved), token)


def _held(
    connection: sqlite3.Connection, run_id: str, token: str, limit: Limit, is_present: IsPresent
) -> Iterable[Decimal]:
    """Yield what each other run that is at work may still spend beyond its charges."""
    rows = connection.execute(
        "SELECT r.id, r.owner, r.network, r.profile, r.labels, v.amount"
        " FROM reservations v JOIN runs r ON r.id = v.run_id WHERE r.state = ? AND r.id <> ? AND v.token = ?",
        (RUNNING, run_id, token),
    ).fetchall()
    for other, owner, network, profile, labels, amount in rows:
        if not limit.counts_run(network, profile, json.loads(labels)) or not is_present(owner):
            continue
        charged = _most(_charges(connection, "run_id = ? AND token = ?", (other, token)))
        yield max(Decimal(amount) - charged, Decimal(0))


def _charges(connection: sqlite3.Connection, where: str, parameters: Sequence[Any]) -> list[Charge]:
    query = f"SELECT {', '.join(_COLUMNS)} FROM charges WHERE {where} ORDER BY sent, rowid"  # noqa: S608 - clauses above
    return [_charge(*row) for row in connection.execute(query, parameters)]


_COLUMNS = tuple(part.name for part in fields(Charge))


def _charge(*row: Any) -> Charge:
    said: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    for name in ("quote", "amount", "usd"):
        said[name] = None if said[name] is None else Decimal(said[name])
    said["sent"] = datetime.fromisoformat(said["sent"])
    said["labels"] = tuple(json.loads(said["labels"]))
    return Charge(**said)


def _most(charges: Iterable[Charge]) -> Decimal:
    return sum((charge.most for charge in charges), Decimal(0))


def stamp(moment: datetime) -> str:
    """Return a time as the journal keeps it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


_BEGIN = """
INSERT OR IGNORE INTO charges
    (project_id, run_id, step, mode, model, network, account, profile, labels, token, quote, usd, source, sent)
SELECT s.project_id, r.id, s.key, r.mode, coalesce(json_extract(s.project, '$.model'), ''), r.network,
    coalesce(r.account, ''), r.profile, r.labels,
    coalesce(s.cost_token, json_extract(s.project, '$.token_type'), 'spark'), s.cost_amount, s.cost_usd, 'open', ?
FROM steps s JOIN runs r ON r.id = s.run_id WHERE s.run_id = ? AND s.key = ?
"""
