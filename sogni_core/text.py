"""Text of servers, files and plugins, made safe to show; numbers in text; and the nearest of known names.

Whatever comes from elsewhere is cleaned before a person, a terminal or an agent sees it: escape
sequences could repaint the screen, bidirectional marks could make a path read as another one, and
a line break could forge a second line of output.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

_ESCAPES = re.compile(
    "(?:\x1b\\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)"  # OSC: titles, links, clipboard
    "|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\\\|\x9c)"  # DCS, SOS, PM, APC
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, screen
    "|\x1b[ -/]*[0-~]"  # everything else that begins with ESC
)
# What a reader cannot see: Unicode's default-ignorable characters, the other format characters
# without a glyph, and lone surrogates, which no encoder takes.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSEEN = re.compile(f"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f{_INVISIBLE}]")
_UNSEEN_IN_PATH = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_INVISIBLE}]")
_BLANKS = re.compile(r"\s+")
_LINE_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_PLAIN_PATH = re.compile(r"[\w@%+=:,./\\~-]+")

# A hostile text may be megabytes of escapes; past this many characters for each one shown, it is not looked at.
_LOOKED_AT = 64


def clean(text: object, limit: int = 500) -> str:
    """Return ``text`` as one visible line of at most ``limit`` characters, cut with ``…``.

    Escape sequences, control characters, invisible and bidirectional format characters and lone
    surrogates are dropped; every run of white space becomes one blank.
    """
    return _cut(_BLANKS.sub(" ", _visible(text, limit)).strip(), limit)


def clean_block(text: object, limit: int = 4000, lines: int = 60) -> str:
    """Return ``text`` cleaned as :func:`clean` does it, its line breaks kept.

    At most ``limit`` characters in ``lines`` lines; runs of empty lines become one.
    """
    rows: list[str] = []
    for row in _LINE_BREAKS.split(_visible(text, limit)):
        shown = row.replace("\t", "    ").rstrip()
        if shown or (rows and rows[-1]):
            rows.append(shown)
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) > lines:
        rows = [*rows[: max(lines - 1, 0)], "…"]
    return _cut("\n".join(rows), limit)


def quote_path(path: str | os.PathLike[str]) -> str:
    """Return a path for a message: as it is if it is plain, else in double quotes.

    What :func:`clean` would drop is written as an escape instead, so that two different paths never look alike.
    """
    text = os.fspath(path)
    return text if _PLAIN_PATH.fullmatch(text) else f'"{_UNSEEN_IN_PATH.sub(_escape, text)}"'


def read_number(text: str) -> int | float | None:
    """Return the decimal number that ``text`` is, ``16``, ``-.5`` or ``1e3``; None if it is none.

    Hexadecimal, underscores, digits of other scripts, ``nan`` and numbers too large for a float are refused. A whole
    number is an int, however it is written.
    """
    stripped = text.strip()
    if not _DECIMAL.fullmatch(stripped):
        return None
    value = float(stripped)
    if value in (float("inf"), float("-inf")):
        return None
    if _WHOLE.fullmatch(stripped):
        return int(stripped)
    return int(value) if value.is_integer() else value


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that ``word`` was probably meant to be, None if none is near."""
    from difflib import get_close_matches

    names = {name.casefold().replace("_", "-"): name for name in known}
    found = get_close_matches(word[:100].casefold().replace("_", "-"), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def _visible(text: object, limit: int) -> str:
    if isinstance(text, bytes | bytearray):
        text = bytes(text[: limit * _LOOKED_AT]).decode("utf-8", "replace")
    return _UNSEEN.sub("", _ESCAPES.sub("", str(text)[: limit * _LOOKED_AT]))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    # Bytes of a file name that are not text arrive as surrogates (PEP 383); show the byte itself.
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
