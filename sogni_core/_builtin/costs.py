"""The command that shows what runs cost."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import typer

from sogni_core._builtin.periods import moment
from sogni_core.app import App
from sogni_core.costs import Charge, CostReport, CostSum
from sogni_core.result import Report
from sogni_core.text import clean


async def costs(
    app: App,
    since: Annotated[
        str | None, typer.Option("--since", help="Only what was sent since then: 7d, 12h, or a date, 2026-12-01.")
    ] = None,
    by: Annotated[
        Literal["day", "mode", "model", "label", "profile"], typer.Option("--by", help="How to sum up.")
    ] = "day",
    network: Annotated[
        str | None,
        typer.Option("--network", help="Network whose costs are shown; the live networks by default."),
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Write every charge as a line of CSV.", show_default=False)
    ] = False,
) -> Report:
    """Show what runs cost, as far as the network has said it."""
    begin = moment(since, datetime.now(UTC)) if since is not None else None
    found = await app.costs(begin, by=by, network=network)
    shown = {
        "type": "costs",
        "since": begin.isoformat() if begin is not None else None,
        "by": by,
        "groups": [_sum_fields(group) for group in found.groups],
        "totals": [_sum_fields(total) for total in found.totals],
    }
    text = [_csv(found.charges)] if as_csv else [*_lines(found)] or ["No costs yet."]
    failure = found.unconfirmed
    warnings = (f"Some charges are not confirmed: {failure.message}",) if failure is not None else ()
    return Report(shown, text, warnings)


def _lines(found: CostReport) -> Iterator[str]:
    width = max([len(_name(group)) for group in found.groups] + [5])
    for group in found.groups:
        yield f"{_name(group):<{width}}  {_amounts(group)}"
    for total in found.totals:
        yield f"{'Total':<{width}}  {_amounts(total)}"


def _name(group: CostSum) -> str:
    return clean(group.name, 60) or "none"


def _amounts(group: CostSum) -> str:
    projects = "1 project" if group.projects == 1 else f"{group.projects} projects"
    parts = [f"{_plain(group.amount)} {group.token}", projects]
    if group.uncertain:
        parts.append(f"{_plain(group.uncertain)} not confirmed")
    if group.unknown:
        parts.append(f"{group.unknown} without a price")
    return ", ".join(parts)


def _sum_fields(group: CostSum) -> dict[str, Any]:
    return {
        "name": group.name,
        "token": group.token,
        "projects": group.projects,
        "amount": float(group.amount),
        "uncertain": float(group.uncertain),
        "unknown": group.unknown,
    }


def _csv(charges: Iterable[Charge]) -> str:
    names = [part.name for part in fields(Charge)]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(names)
    for charge in charges:
        table.writerow([_cell(getattr(charge, name)) for name in names])
    return out.getvalue().rstrip("\n")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, datetime):
        return value.isoformat()
    text = clean(" ".join(value) if isinstance(value, tuple) else str(value), 200)
    # A table program would run what begins like a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
