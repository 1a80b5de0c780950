"""The examples of a page: its code blocks, and the comments that say what a reader does with each.

``<!-- needs: photo.jpg, no account -->`` anywhere on a page: what has to be there first. Before a block:
``<!-- file: NAME -->`` the block is a file that the reader saves, ``<!-- not run: REASON -->`` it cannot be
tried here, ``<!-- include: … -->`` it is cut from a tested file (see :mod:`tools.snippets`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.repository import ROOT

LANGUAGES = frozenset(("console", "python", "toml", "json", "sh", "text", "dotenv"))
"""Languages of code blocks; ``console`` and ``python`` are run, ``sh`` only as a file that a console block runs."""

RUN = frozenset(("console", "python"))

_BLOCK = re.compile(
    r"(?:^<!-- (?P<word>file|not run|include): (?P<what>[^\n]+?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_NEEDS = re.compile(r"^<!-- needs: ([^\n]+) -->$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One code block."""

    line: int
    language: str
    text: str
    file: str = ""
    """Name under which the reader saves it."""
    not_run: str = ""
    """Why it cannot be tried here."""
    included: bool = False
    """Whether it is cut from a tested file."""


@dataclass(frozen=True)
class Command:
    """One command of a console block."""

    line: str
    output: tuple[str, ...] = field(default=())
    """What the page shows after it; ``…`` stands for anything."""


def pages() -> list[Path]:
    """List all pages for readers."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    found += [*ROOT.glob("plugins/*/README.md"), *ROOT.glob("examples/*/README.md"), *skill_pages()]
    return sorted({*found})


def skill_pages() -> list[Path]:
    """List the pages that agents read."""
    return [ROOT / "SKILL.md", *sorted((ROOT / "references").glob("*.md"))]


def typed_in_tables(text: str) -> list[str]:
    """Return the commands that stand in tables of what a user says: each is one to be typed as it is."""
    rows = [row for row in _BLOCK.sub("", text).splitlines() if row.startswith("| ")]
    return [command for row in rows for command in re.findall(r"`(sogni [^`]+)`", row)]


def blocks(text: str) -> Iterator[Block]:
    """Yield the code blocks of a page."""
    for found in _BLOCK.finditer(text):
        said = {str(found["word"]): str(found["what"])} if found["word"] else {}
        yield Block(
            line=text.count("\n", 0, found.start("language")) + 1,
            language=found["language"],
            text=found["text"],
            file=said.get("file", ""),
            not_run=said.get("not run", ""),
            included="include" in said,
        )


def needs(text: str) -> frozenset[str]:
    """Return what a page needs before its first example."""
    return frozenset(word.strip() for found in _NEEDS.findall(text) for word in found.split(","))


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block; a line that ends with a backslash goes on in the next one."""
    line = ""
    output: list[str] = []
    for row in block.text.replace("\\\n", " ").splitlines():
        if row.startswith("$ "):
            if line:
                yield Command(line, tuple(output))
            line, output = row[2:], []
        elif row.strip():
            output.append(row)
    if line:
        yield Command(line, tuple(output))


def problems(text: str) -> Iterator[str]:
    """Yield what keeps a page's examples from being tried."""
    for block in blocks(text):
        if block.language not in LANGUAGES:
            language = block.language or "no language"
            yield f"line {block.line}: a code block in {language}; use one of {sorted(LANGUAGES)}"
        if block.language == "console" and not block.not_run and not block.text.startswith("$ "):
            yield f"line {block.line}: a console block begins with $"
        elif block.language == "sh" and not (block.file or block.not_run):
            yield f"line {block.line}: a script needs a file name, so that a console block can run it"
    opened = len(re.findall(r"^```", text, re.MULTILINE))
    if opened != 2 * len(list(blocks(text))):
        yield "a code block is not closed, or not at the margin"
