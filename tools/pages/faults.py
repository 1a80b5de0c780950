"""``docs/reference/faults.md``: what comes of each way in which a network can misbehave, from what the tests expect."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_devnet.faults import FAULTS

from tests.faults.outcomes import RESULT, SECTIONS, Row
from tools.markdown import code, page, table

_INTRO = """\
For whoever wants to know what becomes of an image, and of its price, when the network misbehaves. Each line was
run against the [devnet](../how-to/devnet.md), which misbehaves on demand: *Fault* is what its setting
`[devnet] faults` takes, several joined by `+`.

Whatever the fault, the outcome is every output whole or one [error](errors.md); no file is half written, nothing is
left beside it, no request is paid twice, and the call ends in bounded time. *Journal* is the state of the project in
`sogni show`: `failed` and `cancelled` are over and were not rendered, so `sogni resume` submits anew; `running` and
`unknown` may go on and be charged, so it takes them up again. *Written* is how often one and the same request
reached the network."""


def render() -> str:
    """Render the page."""
    return page("Outcomes of faults", _INTRO, _body())


def _body() -> Iterator[str]:
    head = ("Fault", "What the network does", "Outcome", "Exit", "Journal", "Written", "")
    for title, rows in SECTIONS.items():
        yield f"## {title}"
        yield ""
        yield from table(head, map(_cells, rows))


def _cells(row: Row) -> tuple[str, ...]:
    end = "result" if row.end == RESULT else f"[{code(row.end)}](errors.md#{row.end.lower()})"
    summaries = " ".join(dict.fromkeys(FAULTS[name].summary for name in row.names))
    return (code(row.faults), summaries, end, str(row.exit_code), row.state, str(row.requests), row.note)
