"""The tables of the README, generated from the code: ``python -m sogni_devnet.tables README.md`` writes them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sogni_devnet.faults import FAULTS, MOMENTS
from sogni_devnet.tolerances import SWITCHES

_NEEDS = {
    "upload": "an upload", "cancel": "a cancel", "token": "a login by password", "key": "an API key",
    "login": "a login by password", "refresh": "a refresh", "many": "several jobs",
}  # fmt: skip


def faults() -> str:
    """Return the table of all faults, by moment."""
    lines = ["| fault | what happens | options | how often | requires |", "|---|---|---|---|---|"]
    for moment, when in MOMENTS.items():
        lines.append(f"| **{moment}** | *at {when}* | | | |")
        for fault in FAULTS.values():
            if fault.moment == moment:
                often = "always" if fault.times is None else "once" if fault.times == 1 else f"{fault.times} times"
                lines.append(
                    f"| `{fault.name}` | {fault.summary} | {_options(fault.options)} | {often} "
                    f"| {_NEEDS.get(fault.needs, '')} |"
                )
    return "\n".join(lines)


def switches() -> str:
    """Return the table of all switches."""
    lines = ["| switch | what the server does if it is on | protocol | alternates with |", "|---|---|---|---|"]
    for switch in SWITCHES.values():
        others = [f"`{o.name}`" for o in SWITCHES.values() if switch.turn and o.turn == switch.turn and o is not switch]
        lines.append(f"| `{switch.name}` | {switch.summary} | {switch.section} | {', '.join(others)} |")
    return "\n".join(lines)


TABLES: dict[str, Callable[[], str]] = {"faults": faults, "switches": switches}
"""Name of a table in the README to the function that renders it."""


def filled(text: str) -> str:
    """Return the README with current tables."""
    for name, table in TABLES.items():
        begin, end = f"<!-- table: {name} -->", f"<!-- end of table: {name} -->"
        before, _, rest = text.partition(begin)
        _, found, after = rest.partition(end)
        if found:
            text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


def _options(options: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}={_short(value)}`" for name, value in options.items())


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    text = text if len(text) < 40 else text[:36] + "…"
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        path = Path(argument)
        path.write_text(filled(path.read_text("utf-8")), "utf-8", newline="\n")
