"""Ids that a client makes."""

from __future__ import annotations

import os
import re
from uuid import UUID

_UUID4 = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")

LONGEST_APP_ID = 256
"""protocol: an app id has 1 to 256 printable characters (seen in public applications, not in the SDK)."""


def make(random: bytes | None = None) -> str:
    """Make an id of a project or of an upload: an upper-case UUID of version 4.

    protocol: the Mac workers need upper case. ``random`` is 16 bytes, the system's by default. Raises ValueError
    for another length.
    """
    return str(UUID(bytes=os.urandom(16) if random is None else random, version=4)).upper()


def is_project_id(text: str) -> bool:
    """Tell whether text is an id of the form that :func:`make` returns."""
    return _UUID4.fullmatch(text) is not None


def is_app_id(text: str) -> bool:
    """Tell whether text is a valid app id."""
    return 0 < len(text) <= LONGEST_APP_ID and text.isprintable() and text == text.strip()
