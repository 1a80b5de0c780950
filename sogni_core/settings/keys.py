"""Keys of settings: ``video.fps`` is table ``[video]`` in TOML and ``SOGNI_VIDEO__FPS`` in the environment.

A part that is not plain (letters, digits, ``_``, ``-``) is quoted as in TOML:
``video.model_defaults."wan_v2.2-14b".steps``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from sogni_core.text import clean

_PART = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|[A-Za-z0-9_-]+')
_BARE = re.compile(r"[A-Za-z0-9_-]+")

PREFIX = "SOGNI_"
"""Prefix of every environment variable of this program."""


def split_key(key: str) -> tuple[str, ...]:
    """Return the parts of a key. Raises ValueError if it is not a key."""
    parts: list[str] = []
    place = 0
    while True:
        match = _PART.match(key, place)
        if match is None:
            raise ValueError(f"{key!r} is not a key: parts are separated by dots, and quoted if they contain one")
        text = match.group()
        parts.append(json.loads(text) if text[0] == '"' else text[1:-1] if text[0] == "'" else text)
        place = match.end()
        if place == len(key):
            return tuple(parts)
        if key[place] != ".":
            raise ValueError(f"{key!r} is not a key: a dot is missing after {text}")
        place += 1


def join_key(parts: Iterable[str]) -> str:
    """Return the key made of parts, quoted if needed; characters that cannot be seen are escaped."""
    return ".".join(part if _BARE.fullmatch(part) else _quoted(part) for part in parts)


def variable(parts: Iterable[str]) -> str:
    """Return the environment variable of a key; parts with characters that a shell does not allow stay as they are."""
    return PREFIX + "__".join(part.upper().replace("-", "_") for part in parts)


def _quoted(part: str) -> str:
    text = json.dumps(part, ensure_ascii=False)
    return text if clean(text, len(text)) == text else json.dumps(part).replace("\x7f", "\\u007f")
