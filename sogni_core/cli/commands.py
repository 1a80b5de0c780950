"""A subcommand made of a plugin's function: it gets the App, and ``--json`` and ``-q`` beside its own options."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any

from sogni_core.app import App

from .derived import COMMON


def command(function: Callable[..., Any], app: App, carry: Callable[[Any], Any]) -> Callable[..., Any]:
    """Wrap a function: typer sees its options, ``carry`` gets what it returns (a Report, a coroutine, or None)."""
    hints = typing.get_type_hints(function, include_extras=True)
    own = inspect.signature(function).parameters
    parameters = [
        parameter.replace(annotation=hints.get(name, parameter.annotation))
        for name, parameter in own.items()
        if name != "app"
    ]
    added = {name: flag for name, flag in COMMON.items() if name not in own}
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=flag)
        for name, flag in added.items()
    ]

    def run(**options: Any) -> Any:
        for name in added:
            options.pop(name)
        if "app" in own:
            options["app"] = app
        return carry(function(**options))

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__doc__ = None
    return run
