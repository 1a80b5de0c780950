"""Check that links and images lead somewhere and that examples can be tried: ``python -m tools.links``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tools import examples
from tools.repository import ROOT

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def anchors(text: str) -> set[str]:
    """Return the anchors that a page's headings get, as GitHub makes them."""
    found: set[str] = set()
    for heading in _HEADING.findall(_fences_out(text)):
        anchor = re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("`", "")).replace(" ", "-")
        number = sum(1 for one in found if re.fullmatch(rf"{re.escape(anchor)}(-\d+)?", one))
        found.add(f"{anchor}-{number}" if number else anchor)
    return found


def _fences_out(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def broken(page: Path, text: str) -> Iterator[str]:
    """Yield the links of a page that lead nowhere in this repository. Other hosts are not asked."""
    for found in _LINK.finditer(_CODE.sub("", text)):
        target = unquote(found[1] or found[2])
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or not file.is_relative_to(ROOT):
            yield f"{target} is not there"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text("utf-8")):
            yield f"{target}: there is no such heading"


def main() -> int:
    """Check all pages; returns the exit code."""
    wrong = 0
    for page in examples.pages():
        text = page.read_text("utf-8")
        for problem in (*broken(page, text), *examples.problems(text)):
            wrong += 1
            sys.stdout.write(f"{page.relative_to(ROOT)}: {problem}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
