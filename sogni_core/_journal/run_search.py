"""Which runs are listed: by state, mode, label, time and text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sogni_core._journal.entries import INTERRUPTED, RUNNING
from sogni_core._journal.ledger import stamp
from sogni_core.frozen import frozen


@frozen
class RunSearch:
    """What a run has to match; empty values match every run."""

    state: str = ""
    mode: str = ""
    label: str = ""
    since: datetime | None = None
    text: str = ""
    """Part of an option that is a text, such as the prompt; upper and lower case are the same for ASCII letters."""

    def where(self) -> tuple[str, tuple[Any, ...]]:
        """Return the condition and its parameters. ``running`` and ``interrupted`` are one state in the file."""
        parts: list[tuple[str, str]] = []
        if self.state:
            parts.append(("state = ?", RUNNING if self.state == INTERRUPTED else self.state))
        if self.mode:
            parts.append(("mode = ?", self.mode))
        if self.label:
            parts.append(("EXISTS (SELECT 1 FROM json_each(labels) WHERE value = ?)", self.label))
        if self.since is not None:
            parts.append(("began >= ?", stamp(self.since)))
        if self.text:
            options = "SELECT 1 FROM json_each(request, '$.options') WHERE type = 'text'"
            parts.append((f"EXISTS ({options} AND instr(lower(value), lower(?)) > 0)", self.text))
        conditions = " AND ".join(condition for condition, _ in parts)
        return (f"WHERE {conditions}" if parts else ""), tuple(value for _, value in parts)
