"""``docs/reference/faults.md``: what comes of each way in which a network can misbehave, from what the tests expect."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_devnet.faults import FAULTS

from tests.faults.outcomes import RESULT, SECTIONS, Row
from tools.markdown import code, page, table

_INTRO = """\
What happens to an image, and to its price, when the network misbehaves. A test runs each line against the
[devnet](../how-to/devnet.md), which misbehaves on demand. *Fault* is a value of its setting `[devnet] faults`; several
are joined by `+`.

Whatever the fault, you get either every output, complete, or one [error](errors.md). No file is incomplete, no
temporary file is left, no request is paid for twice, and the command ends in bounded time.

*Journal* is the state of the project in `sogni show`. Projects that are `failed` or `cancelled` have ended without a
result, so `sogni resume` submits them again. Projects that are `running` or `unknown` may still finish and be charged,
so `sogni resume` looks them up first. *Sent* is how often the same request reached the network."""


def render() -> str:
    """Render the page."""
    return page("Outcomes of faults", _INTRO, _body())


def _body() -> Iterator[str]:
    head = ("Fault", "What the network does", "Outcome", "Exit", "Journal", "Sent", "")
    for title, rows in SECTIONS.items():
        yield f"## {title}"
        yield ""
        yield from table(head, map(_cells, rows))


def _cells(row: Row) -> tuple[str, ...]:
    end = "result" if row.end == RESULT else f"[{code(row.end)}](errors.md#{row.end.lower()})"
    summaries = " ".join(dict.fromkeys(FAULTS[name].summary for name in row.names))
    return (code(row.faults), summaries, end, str(row.exit_code), row.state, str(row.requests), row.note)
