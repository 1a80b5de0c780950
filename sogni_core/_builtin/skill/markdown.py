"""Markdown: code, tables, and the sections of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sogni_core.text import clean

_COMMENT = re.compile(r"^<!--.*?-->\n?|<!--.*?-->", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~)")


def code(text: object) -> str:
    """Return text as code, also for use in a table."""
    shown = str(text).replace("|", "\\|")
    return f"`{shown}`"


def cell(text: object) -> str:
    """Return untrusted text as one cell of a table."""
    return clean(text).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table and an empty one after it."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell or ' ' for cell in row)} |"
    yield ""


def uncommented(text: str) -> str:
    """Return a text without HTML comments, so that agents read only what people see."""
    return _COMMENT.sub("", text)


def sections(text: str) -> list[tuple[str, str]]:
    """Split a text at its second-level headings into headings and contents; the first part has the heading ``""``."""
    found: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in text.splitlines():
        fenced ^= _FENCE.match(line) is not None
        if line.startswith("## ") and not fenced:
            found.append((line[3:].strip(), []))
        else:
            found[-1][1].append(line)
    return [(heading, "\n".join(lines).strip()) for heading, lines in found]
