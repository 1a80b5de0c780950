"""What the network says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from sogni_core.errors import SogniError
from sogni_core.frozen import frozen


@frozen
class Price:
    """What a project would cost. Amounts are exact; None if the service did not give them."""

    token: str
    """``spark`` or ``sogni``: the token of ``amount``."""
    amount: Decimal | None
    usd: Decimal | None = None
    spark: Decimal | None = None
    sogni: Decimal | None = None
    seconds: float | None = None
    """Time to render, as the service estimates it."""
    covered: bool = False
    """Whether the account's plan pays for it; then ``amount`` and ``usd`` are 0."""


@frozen
class Collected:
    """One result: where the network keeps it and, if it was saved, facts of the file."""

    url: str = field(repr=False)
    path: Path | None = None
    """None if it was not downloaded; then size and digest are empty too."""
    content_type: str = ""
    """By content if it was downloaded, else by the format that was asked for."""
    size: int = 0
    """Bytes."""
    sha256: str = ""
    """Hex digest."""
    width: int = 0
    """Pixels; 0 if not known."""
    height: int = 0
    """Pixels; 0 if not known."""
    seconds: float = 0.0
    """Duration of a video; 0 if not known."""


@frozen
class Recovery:
    """What is known of a project that another process submitted."""

    state: Literal["running", "ended", "never-arrived", "lost"]
    """``running`` and ``ended``: its events and results come as for a project of this process. ``never-arrived``: the
    service answered every question and does not know it; it may be sent. ``lost``: nobody knows what happened to it,
    or it may not be sent again."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Each question, in order, with its answer. Questions are ``greeting``, ``sync``, ``finished``, ``active`` and
    ``status``; an answer is the project's status, ``known``, ``unknown``, or ``failed: `` and the code of the error."""
    error: SogniError | None = None
    """TransportError CONNECTION_LOST if it is lost; None otherwise."""
