"""Tiers: what the models of a group take, as the service says it.

protocol: there are four shapes. One without ``type`` belongs to the older image models, whose requests carry the
sampler in other fields; the others are of ``type`` ``image``, ``video`` or ``audio``. A range has ``min`` and ``max``.
Steps and guidance outside of a range are the service's to clamp or refuse: its own client checks samplers, schedulers
and VAEs only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from sogni_core._protocol.values import number, record, text
from sogni_core.frozen import frozen
from sogni_core.media.fields import plain_number

_NAMES = {"teacacheThreshold": "teacache"}
"""Fields that have another name here; all others are turned from camel case."""

_MOST_FIELDS = 100
_MOST_TIERS = 10_000


@frozen
class Tier:
    """What the models of one tier take."""

    sampling: str
    """``comfy`` or ``legacy``: which fields of a request carry the sampler."""
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Least and largest value by the name of a project's field: ``steps``, ``audio_start``."""


def read_tiers(payload: object) -> dict[str, Tier]:
    """Read the answer of the tiers: id to tier. What does not parse is left out, field by field."""
    listed = list(record(payload).items())[:_MOST_TIERS]
    return {name: _tier(told) for name, told in listed if isinstance(told, dict)}


def _tier(told: Mapping[str, Any]) -> Tier:
    limits = {_name(key): _limits(record(value)) for key, value in list(told.items())[:_MOST_FIELDS]}
    return Tier(
        sampling="comfy" if text(told.get("type"), 20) else "legacy",
        limits={name: limit for name, limit in limits.items() if limit is not None},
    )


def _limits(told: Mapping[str, Any]) -> tuple[float, float] | None:
    least, largest = number(told.get("min")), number(told.get("max"))
    if least is None or largest is None or least > largest:
        return None
    return plain_number(least), plain_number(largest)


def _name(key: str) -> str:
    return _NAMES.get(key) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text(key, 60)).lower()
