"""The JSON objects of a flat call: the fields that the Node program has, in its order, and then ours."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sogni_core import __version__
from sogni_core._engine.report import described, options
from sogni_core.cli import output
from sogni_core.errors import PartialError, PluginError, SogniError
from sogni_core.result import Plan, Result

if TYPE_CHECKING:
    from sogni_core._engine.resolver import Resolved

Fields = dict[str, Any]

IMAGE_CONTEXT = ("model", "width", "height", "count", "tokenType")
"""What an error of a run says of the request of an image; of a video it says more."""

VIDEO_CONTEXT = (
    "workflow",
    "model",
    "width",
    "height",
    "strictSize",
    "count",
    "tokenType",
    "fps",
    "duration",
    "frames",
    "autoResizeVideoAssets",
    "refImage",
    "refImageEnd",
    "refAudio",
    "refVideo",
    "effectiveWidth",
    "effectiveHeight",
    "adjustedVideoDims",
)

_HINTS = {"MISSING_CREDENTIALS": "Set SOGNI_USERNAME/SOGNI_PASSWORD or create ~/.config/sogni/credentials."}
"""Hints in the Node program's words, where ours would name a command that its users do not have in mind."""

_ANGLES = ("success", "type", "model", "width", "height", "count", "tokenType", "seed", "seedStrategy")
"""How the object of several angles begins."""


def version() -> Fields:
    """Return the object of ``--version``."""
    return {"success": True, "type": "version", "name": "sogni-gen", "version": __version__, "timestamp": _now()}


def result(found: Result) -> Fields:
    """Return the object of a result; of a partial one with what is missing."""
    fields = found.as_json()
    if isinstance(found.error, PartialError):
        fields |= output.partial_fields(found.error)
    if found.type.startswith("multi-angle"):
        fields = {name: fields[name] for name in _ANGLES if name in fields} | fields
    return fields


def estimate(plan: Plan, resolved: Resolved) -> Fields:
    """Return the object of ``--estimate-video-cost``; the figures are those of the network, as text."""
    shown = described(resolved)
    frames, fps = shown.get("frames"), shown.get("fps") or 1
    fields: Fields = {"success": True, "type": f"{resolved.model.media}-cost"}
    fields |= {name: shown.get(name) for name in ("model", "width", "height", "fps", "frames")}
    fields["duration"] = max(1, int((frames - 1) / fps + 0.5)) if frames else shown.get("duration")
    fields |= {name: shown.get(name) for name in ("steps", "tokenType", "count")}
    return {**fields, "estimate": _sum([step.quote for step in plan.steps])}


def _sum(quotes: list[Mapping[str, str]]) -> dict[str, str]:
    """Add the network's figures of several projects; those of one stay as they were written."""
    if len(quotes) == 1:
        return dict(quotes[0])
    from decimal import Decimal

    names = [name for name in quotes[0] if all(name in quote for quote in quotes)]
    return {name: str(sum(Decimal(quote[name]) for quote in quotes)) for name in names}


def error(error: SogniError, prompt: str | None, resolved: Resolved | None, *, openclaw: bool) -> Fields:
    """Return the object of an error; with a checked request it is one of the run, and says what was asked for."""
    ours = output.error_fields(error)
    fields: Fields = {"success": False, "error": ours.pop("error"), "prompt": prompt}
    fields["errorCode"] = ours.pop("errorCode")
    if "errorDetails" in ours:
        fields["errorDetails"] = ours.pop("errorDetails")
    hint = hint_of(error)
    if hint:
        fields["hint"] = output.shown(hint)
    fields |= {"timestamp": _now(), "node": platform.python_version(), "cwd": _cwd()}
    if resolved is not None:
        fields["context"] = _context(resolved)
    if openclaw:
        fields["openclaw"] = True
    return {**fields, **{name: value for name, value in ours.items() if name not in ("success", "hint")}}


def hint_of(error: SogniError) -> str | None:
    """Return the hint of an error."""
    return _HINTS.get(error.code, error.hint)


def compact(value: object) -> str:
    """Write JSON without blanks, as JavaScript does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _context(resolved: Resolved) -> Fields:
    try:
        shown = described(resolved)
    except PluginError:
        shown = options(resolved)  # what went wrong with the run is to be said, whatever a plugin thinks of it
    shown = {"workflow": resolved.workflow.record.name, **shown}
    video = resolved.model.media == "video"
    names = VIDEO_CONTEXT if video else IMAGE_CONTEXT
    return {"video": video, **{name: shown.get(name) if name in names else None for name in VIDEO_CONTEXT}}


def _cwd() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:
        return None  # it was removed


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
