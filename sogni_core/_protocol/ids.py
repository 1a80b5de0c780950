"""Ids that a client makes."""

from __future__ import annotations

import os
import re

_UUID4 = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")

LONGEST_APP_ID = 256
"""protocol: an app id has 1 to 256 printable characters (seen in public applications, not in the SDK)."""


def make(random: bytes | None = None) -> str:
    """Make an id of a project or of an upload: an upper-case UUID of version 4.

    protocol: the Mac workers need upper case. ``random`` is 16 bytes; without it the system's are taken.
    """
    raw = bytearray(os.urandom(16) if random is None else random)
    if len(raw) != 16:
        raise ValueError("an id is made of 16 bytes")
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex().upper()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_project_id(text: str) -> bool:
    """Tell whether text is an id as :func:`make` makes them."""
    return _UUID4.fullmatch(text) is not None


def is_app_id(text: str) -> bool:
    """Tell whether text can name an installation."""
    return 0 < len(text) <= LONGEST_APP_ID and text.isprintable() and text == text.strip()
