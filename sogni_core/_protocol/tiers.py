"""Tiers: which values the models of a group take, as the service says it.

protocol: there are four shapes. One without ``type`` belongs to the older image models and lists samplers and
schedulers by their display names; the others, of ``type`` ``image``, ``video`` or ``audio``, list aliases. Steps and
guidance outside of a range are the service's to clamp or refuse: its own client checks samplers, schedulers and VAEs
only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, NamedTuple

from sogni_core._protocol.values import count, items, number, positive, record, text
from sogni_core.frozen import frozen
from sogni_core.media import aliases
from sogni_core.media.fields import plain_number

Value = float | str | bool

_NAMES = {
    "comfySampler": "sampler",
    "comfyScheduler": "scheduler",
    "timesignature": "time_signature",
    "keyscale": "key_scale",
    "teacacheThreshold": "teacache",
}
"""What is called otherwise here; anything else is turned from camel case."""

_ALIASES: Mapping[str, Callable[[str], str]] = {"sampler": aliases.sampler, "scheduler": aliases.scheduler}

_MOST_FIELDS = 100
_MOST_CHOICES = 500
_MOST_TIERS = 10_000
_MOST_DECIMALS = 9


class Range(NamedTuple):
    """Numbers that are taken."""

    least: float
    largest: float
    default: float | None
    step: float


class Choice(NamedTuple):
    """Values that are taken."""

    allowed: tuple[Value, ...]
    """Aliases of samplers and schedulers; empty if only the default was said."""
    default: Value | None


@frozen
class Tier:
    """What the models of one tier take. Names are those of a project's fields: ``steps``, ``audio_start``."""

    id: str
    media: str
    """``image``, ``video``, ``audio``, or what else the service names."""
    sampling: str
    """``comfy`` or ``legacy``: which fields of a request carry the sampler."""
    ranges: Mapping[str, Range] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    seconds: float | None = None
    """Time that a render takes by the service's benchmark."""
    size: int | None = None
    """Pixels of width and height when none are given."""
    most_pixels: int | None = None
    """Width times height, at most."""

    @property
    def limits(self) -> dict[str, tuple[float, float]]:
        """Least and largest value by name, as a catalogue entry has them."""
        return {name: (found.least, found.largest) for name, found in self.ranges.items()}

    @property
    def defaults(self) -> dict[str, Value]:
        """Value used by the service by name, where it was said."""
        both: dict[str, Range | Choice] = {**self.choices, **self.ranges}
        return {name: found.default for name, found in both.items() if found.default is not None}

    def takes(self, name: str, value: Value) -> bool:
        """Tell whether a value is taken, as far as was said; a sampler or scheduler may go by either name."""
        limits = self.ranges.get(name)
        if limits is not None:
            return isinstance(value, int | float) and limits.least <= value <= limits.largest
        choice = self.choices.get(name)
        if choice is None or not choice.allowed:
            return True
        return _alias(name, value) in choice.allowed


def read_tiers(payload: object) -> dict[str, Tier]:
    """Read the answer of the tiers: id to tier. What does not parse is left out, field by field."""
    listed = list(record(payload).items())[:_MOST_TIERS]
    return {name: _tier(name, told) for name, told in listed if isinstance(told, dict)}


def _tier(name: str, told: Mapping[str, Any]) -> Tier:
    kind = text(told.get("type"), 20)
    ranges: dict[str, Range] = {}
    choices: dict[str, Choice] = {}
    # the names of today's fields come first, should a tier have both
    for key, value in sorted(list(told.items())[:_MOST_FIELDS], key=lambda pair: not pair[0].startswith("comfy")):
        called = _NAMES.get(key) or _snake(key)
        if not isinstance(value, dict) or called in choices or called in ranges:
            continue
        limits, choice = _range(value), _choice(called, value)
        if limits is not None:
            ranges[called] = limits
        elif choice is not None:
            choices[called] = choice
    return Tier(
        id=text(name, 200),
        media=kind or "image",
        sampling="comfy" if kind else "legacy",
        ranges=ranges,
        choices=choices,
        seconds=positive(record(told.get("benchmark")).get("sec")),
        size=count(told.get("defaultSize")),
        most_pixels=count(told.get("maxPixels")),
    )


def _range(told: Mapping[str, Any]) -> Range | None:
    least, largest, default = (number(told.get(name)) for name in ("min", "max", "default"))
    if least is None or largest is None or least > largest:
        return None
    decimals, step = count(told.get("decimals")), number(told.get("step"))
    if decimals:
        step = 10.0 ** -min(decimals, _MOST_DECIMALS)
    elif step is None or step <= 0:
        step = 1.0
    given = None if default is None else plain_number(default)
    return Range(plain_number(least), plain_number(largest), given, plain_number(step))


def _choice(name: str, told: Mapping[str, Any]) -> Choice | None:
    if "allowed" not in told and "default" not in told:
        return None
    read = (_value(name, value) for value in items(told.get("allowed"))[:_MOST_CHOICES])
    allowed = tuple(dict.fromkeys(value for value in read if value is not None))
    default = _value(name, told.get("default"))
    return Choice(allowed, default) if allowed or default is not None else None


def _value(name: str, told: object) -> Value | None:
    if isinstance(told, bool):
        return told
    if isinstance(told, str):
        cleaned = text(told, 200)
        return _alias(name, cleaned) if cleaned else None
    found = number(told)
    return None if found is None else plain_number(found)


def _alias(name: str, value: Value) -> Value:
    return _ALIASES[name](value) if name in _ALIASES and isinstance(value, str) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text(name, 60)).lower()
