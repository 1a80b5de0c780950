"""Help as plain text: sections with two columns, examples at the end, wrapped at words to fit the terminal."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from sogni_core.frozen import frozen

Row = tuple[str, str]
"""A label, such as an option with its value, and what it means."""

_WIDEST = 100
"""Columns. Longer lines are hard to read."""

_NARROWEST = 20
"""Columns. Narrower terminals get longer lines."""

_COLUMN = 30
"""Where the second column starts at most."""

_STACKED = 50
"""Columns. On narrower terminals, a label has its own line."""

_PIECE = re.compile(r"[^\s|/]+[|/]?|[|/]|\s+")
_ARGUMENT = r"""(?:[^\s"']|"[^"]*"|'[^']*')+"""
_WORD = re.compile(rf"--?[\w-]+\s+(?!-){_ARGUMENT}|{_ARGUMENT}")
"""An option with the word after it, or one word."""


@frozen
class Section:
    """Rows under a heading."""

    title: str
    rows: tuple[Row, ...]


@frozen
class HelpPage:
    """The help of one command."""

    usage: str
    summary: str
    sections: tuple[Section, ...]
    examples: Mapping[str, str] = field(default_factory=dict)
    """What an example does to its command line."""
    notes: tuple[str, ...] = ()
    """Paragraphs at the end."""

    def text(self, width: int) -> str:
        """Return the page for a terminal of ``width`` columns. Words are never broken, so a long one may exceed it."""
        blocks = [wrapped(f"Usage: {self.usage}", width, rest=" " * 7), wrapped(self.summary, width)]
        column = column_of((label for section in self.sections for label, _ in section.rows), width)
        for section in self.sections:
            blocks.append([f"{section.title}:", *rows(section.rows, width, column)])
        if self.examples:
            blocks.append(["Examples:" if len(self.examples) > 1 else "Example:", *_examples(self.examples, width)])
        blocks += [wrapped(note, width) for note in self.notes]
        return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def wrapped(text: str, width: int, indent: str = "", rest: str | None = None) -> list[str]:
    """Return the lines of a text, broken at words; ``rest`` is the indentation of all lines but the first."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def terminal_width() -> int:
    """Return the columns to use: those of the terminal or of ``COLUMNS``, 80 without a terminal, at most 100."""
    return max(_NARROWEST, min(shutil.get_terminal_size((80, 24)).columns, _WIDEST))


def column_of(labels: Iterable[str], width: int) -> int:
    """Return where the second column starts: after the longest label that is not too long."""
    most = min(_COLUMN, width // 3 + 2)
    return max((len(label) + 4 for label in labels if len(label) + 4 <= most), default=most)


def rows(entries: Iterable[Row], width: int, column: int) -> Iterator[str]:
    """Yield the lines of rows whose second column starts at ``column``, counted from 0.

    A long label is on its own line, and so is every label if the terminal is narrow.
    """
    for label, meaning in entries:
        longest = max(map(len, meaning.split()), default=0)
        stacked = width < _STACKED or column + longest > width
        start = 6 if stacked else column
        lines = wrapped(meaning, width - start)
        if stacked or len(label) + 4 > column:
            yield from _label(label, width)
        else:
            yield f"  {label:<{column - 2}}{lines.pop(0) if lines else ''}".rstrip()
        yield from (" " * start + line for line in lines)


def _label(label: str, width: int) -> Iterator[str]:
    """Yield the lines of a label, broken after blanks, ``|`` or ``/``."""
    line = "  "
    for piece in _PIECE.findall(label):
        if len((line + piece).rstrip()) > width and line.strip():
            yield line.rstrip()
            line = "    " + piece.lstrip()
        else:
            line += piece
    yield line.rstrip()


def _examples(examples: Mapping[str, str], width: int) -> Iterator[str]:
    for does, command in examples.items():
        yield from wrapped(f"{does}:", width, "  ")
        yield from _command(command, width)


def _command(command: str, width: int) -> Iterator[str]:
    """Yield the lines of a command, broken between arguments with a backslash, as a shell accepts it."""
    line = "   "
    for word in _WORD.findall(command):
        if len(line) + len(word) + 3 > width and line.strip():
            yield f"{line} \\"
            line = " " * 5
        line += f" {word}"
    yield line
