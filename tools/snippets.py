"""Code that pages show out of tested files.

A page says ``<!-- include: examples/…/mode.py#mode -->`` before a code block; the block is filled with what
stands in that file between ``# docs: mode`` and the next ``# docs:`` line, or with the whole file if no part
is named.
"""

from __future__ import annotations

import re
from pathlib import Path

from tools.repository import ROOT

_INCLUDE = re.compile(
    r"(?P<comment><!-- include: (?P<file>[^\s#]+)(?:#(?P<part>[\w-]+))? -->\n)"
    r"```(?P<language>\w*)\n(?P<text>.*?)```\n",
    re.DOTALL,
)


def pages() -> list[Path]:
    """List the written pages that include something."""
    candidates = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in candidates if "<!-- include: " in page.read_text("utf-8")]


def filled(text: str) -> str:
    """Return a page with its included blocks as they should be. Raises LookupError for a part that is not there."""

    def fill(found: re.Match[str]) -> str:
        shown = part(ROOT / found["file"], found["part"])
        return f"{found['comment']}```{found['language']}\n{shown}\n```\n"

    return _INCLUDE.sub(fill, text)


def part(path: Path, name: str | None) -> str:
    """Return the part of a file that a marker names."""
    lines = path.read_text("utf-8").splitlines()
    if name is None:
        return "\n".join(lines).strip()
    begin = [place for place, line in enumerate(lines) if line.strip() == f"# docs: {name}"]
    if len(begin) != 1:
        raise LookupError(f"{path} has {len(begin)} parts named {name}")
    rest = lines[begin[0] + 1 :]
    end = next((place for place, line in enumerate(rest) if line.strip().startswith("# docs:")), len(rest))
    return "\n".join(rest[:end]).strip()
