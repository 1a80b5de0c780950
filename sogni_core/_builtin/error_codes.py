"""The command ``errors``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sogni_core import errors as tree
from sogni_core._core_app import CoreApp
from sogni_core.errors import InputError
from sogni_core.plugin import ErrorCode
from sogni_core.result import Report
from sogni_core.text import clean, nearest


def errors(app: CoreApp, code: Annotated[str | None, typer.Argument(help="Code; all if left out.")] = None) -> Report:
    """Explain error codes: what happened, what to do, whether a retry helps, whether it may charge again."""
    if code is None:
        listed = list(app.error_codes.values())
        width = max(len(one.name) for one in listed)
        text = [f"{one.name:<{width}}  {exit_code(one):>3}  {one.meaning}" for one in listed]
        return Report({"type": "errors", "errors": [_code_fields(one) for one in listed]}, text)
    one_code = app.registry.error_code(code.upper())
    if one_code is None:
        close = nearest(code.upper(), app.error_codes)
        raise InputError(
            "INVALID_ARGUMENT",
            f"Unknown error code {clean(code, 80)!r}.",
            hint=f"Did you mean {close}?" if close else "List all codes with: sogni errors",
        )
    fields = _code_fields(one_code)
    text = [
        f"{one_code.name} (exit {fields['exitCode']})",
        one_code.meaning,
        *([one_code.remedy] if one_code.remedy else []),
        f"Trying again can help: {'yes' if one_code.retryable else 'no'}",
        f"Trying again may charge again: {'yes' if one_code.may_charge_again else 'no'}",
    ]
    return Report({"type": "error", **fields}, text)


def exit_code(code: ErrorCode) -> int:
    """Give the exit code of an error code."""
    return int(getattr(tree, code.kind).exit_code)


def _code_fields(code: ErrorCode) -> dict[str, Any]:
    return {
        "code": code.name,
        "exitCode": exit_code(code),
        "meaning": code.meaning,
        "remedy": code.remedy or None,
        "retryable": code.retryable,
        "mayChargeAgain": code.may_charge_again,
    }
