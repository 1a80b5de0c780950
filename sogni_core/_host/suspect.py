"""A plugin that is not loaded and may have rules for what is paid for."""

from __future__ import annotations

from sogni_core.errors import SogniError
from sogni_core.frozen import frozen


@frozen
class Suspect:
    """A plugin whose rules, if it has any, are not checked."""

    name: str
    label: str
    """Name with distribution and version, or with the file, for messages."""
    distribution: str
    failure: SogniError | None
    """Why it could not be loaded; None if it had rules and is no longer installed."""
