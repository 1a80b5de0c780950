"""The JSON objects of a flat call: the fields that the Node program has, in its order, and then ours."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sogni_core import __version__
from sogni_core.app import App
from sogni_core.errors import PluginError, SogniError
from sogni_core.frontend.dialect import Wording
from sogni_core.frontend.objects import error_object, result_object
from sogni_core.prepared import Prepared
from sogni_core.request import RenderOptions
from sogni_core.result import Plan, Report, Result
from sogni_core.text import clean_block
from sogni_gen.dialect import HINTS, ORDER

Fields = dict[str, Any]

IMAGE_CONTEXT = ("model", "width", "height", "count", "tokenType")
"""Fields of the request in the error of a run, for images."""

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

_ANGLES = ("success", "type", "model", "width", "height", "count", "tokenType", "seed", "seedStrategy")
"""First fields of the object of several angles."""


def version() -> Fields:
    """Return the object of ``--version``."""
    return {"success": True, "type": "version", "name": "sogni-gen", "version": __version__, "timestamp": _now()}


def result(found: Result, wording: Wording) -> Fields:
    """Return the object of a result, its fields in the order of the Node program, and the error of a partial one."""
    known = result_object(found, wording)
    order = _ANGLES if found.type.startswith("multi-angle") else ()
    return {name: known[name] for name in (*order, *ORDER) if name in known} | known


async def balance(app: App, prepared: Prepared) -> Report:
    """Return the balance of the account, for the network and the token of the call."""
    request = prepared.request
    assert isinstance(request, RenderOptions), "every mode that flags reach renders"
    found = await app.balance(request.network)
    amounts = {name: float(amount) if amount is not None else None for name, amount in found.items()}
    fields = {"type": "balance", **amounts, "tokenType": request.token_type, "timestamp": _now()}
    text = [f"{name.upper()}: {f'{amount:.2f}' if amount is not None else 'unknown'}" for name, amount in found.items()]
    return Report(fields, text, tuple(app.warnings))


def estimate(plan: Plan, prepared: Prepared) -> Fields:
    """Return the object of ``--estimate-video-cost``. The figures are those of the network, as text."""
    shown = prepared.described()
    frames, fps = shown.get("frames"), shown.get("fps") or 1
    fields: Fields = {"success": True, "type": f"{prepared.media}-cost"}
    fields |= {name: shown.get(name) for name in ("model", "width", "height", "fps", "frames")}
    fields["duration"] = max(1, int((frames - 1) / fps + 0.5)) if frames else shown.get("duration")
    fields |= {name: shown.get(name) for name in ("steps", "tokenType", "count")}
    return {**fields, "estimate": _sum([step.quote for step in plan.steps])}


def _sum(quotes: list[Mapping[str, str]]) -> dict[str, str]:
    """Add up the figures of several projects. Those of a single project are returned unchanged."""
    if len(quotes) == 1:
        return dict(quotes[0])
    from decimal import Decimal

    names = [name for name in quotes[0] if all(name in quote for quote in quotes)]
    return {name: str(sum(Decimal(quote[name]) for quote in quotes)) for name in names}


def error(
    error: SogniError, prompt: str | None, prepared: Prepared | None, wording: Wording, *, openclaw: bool
) -> Fields:
    """Return the object of an error. If the request was checked, the object describes it too."""
    ours = error_object(error, wording)
    fields: Fields = {"success": False, "error": ours.pop("error"), "prompt": prompt}
    fields["errorCode"] = ours.pop("errorCode")
    details = ours.pop("errorDetails", {})
    if ours.get("field") == "output_format" and "value" in details:
        details = {"outputFormat": details["value"], **details}
    if _is_about_a_flag(ours):
        details = {"flag": wording.name(ours["field"]), **details}
    if details:
        fields["errorDetails"] = details
    hint = hint_of(error, wording)
    if hint:
        fields["hint"] = clean_block(hint)
    fields |= {"timestamp": _now(), "node": platform.python_version(), "cwd": _cwd()}
    if prepared is not None:
        fields["context"] = _context(prepared)
    if openclaw:
        fields["openclaw"] = True
    return {**fields, **{name: value for name, value in ours.items() if name not in ("success", "hint")}}


def _is_about_a_flag(ours: Fields) -> bool:
    """Whether a single value is wrong, in which case the Node program names the flag in the details."""
    if not ours.get("field"):
        return False
    return str(ours["problems"][0]["rule"]).startswith(("value.", "count.", "size.", "asset.", "photobooth.face-size"))


def hint_of(error: SogniError, wording: Wording) -> str | None:
    """Return the hint of an error."""
    return HINTS.get(error.code) or wording.error_hint(error)


def compact(value: object) -> str:
    """Return JSON without blanks, as JavaScript writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _context(prepared: Prepared) -> Fields:
    try:
        shown = prepared.described()
    except PluginError:
        shown = prepared.options()  # the error of the run matters more than the broken plugin
    shown = {"workflow": prepared.workflow, **shown}
    video = prepared.media == "video"
    names = VIDEO_CONTEXT if video else IMAGE_CONTEXT
    return {"video": video, **{name: shown.get(name) if name in names else None for name in VIDEO_CONTEXT}}


def _cwd() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:
        return None  # it was removed


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
