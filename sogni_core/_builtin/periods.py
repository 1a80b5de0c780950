"""Times on the command line: a length before now, or a date."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sogni_core.errors import InputError
from sogni_core.problem import Problem

_LENGTH = re.compile(r"(\d{1,5})\s*([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def moment(text: str, now: datetime, field: str = "since") -> datetime:
    """Return the time that a text means, UTC: ``7d`` before now, or a date or time in this machine's time zone.

    Raises InputError for anything else, and for a time after now.
    """
    stripped = text.strip().lower()
    if found := _LENGTH.fullmatch(stripped):
        return now - int(found[1]) * _UNITS[found[2]]
    try:
        read = datetime.fromisoformat(stripped.upper())
    except ValueError:
        wrong = "{since} must be a length such as 30m, 12h, 7d or 4w, or a date such as 2026-12-01, not {given}."
        raise InputError.of([Problem("since", (field,), wrong.replace("since", field), {"given": text})]) from None
    read = read.astimezone(UTC)
    if read > now:
        raise InputError.of([Problem("since", (field,), f"{{{field}}} is in the future: {{given}}.", {"given": text})])
    return read
