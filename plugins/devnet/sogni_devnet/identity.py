"""The ids of the protocol and their form."""

from __future__ import annotations

import re
import uuid

_UUID4 = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")


def is_project_id(value: object) -> bool:
    """Return whether this is an upper-case UUID of version 4 with dashes, as clients create them."""
    return isinstance(value, str) and _UUID4.fullmatch(value) is not None


def new_id() -> str:
    """Return a new id of the same form, for a job (``imgID``)."""
    return str(uuid.uuid4()).upper()
