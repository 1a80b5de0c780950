"""A subcommand from a function of a plugin. It gets the App, and ``--json`` and ``-q`` besides its own options."""

from __future__ import annotations

import contextlib
import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import blame
from sogni_core.app import App
from sogni_core.cli.invocation import Invocation
from sogni_core.cli.parameters import COMMON, switch
from sogni_core.cli.progress import ProgressView
from sogni_core.errors import PluginError, SogniError
from sogni_core.frontend.execution import execute, finish
from sogni_core.plugin import Command
from sogni_core.result import Plan, Report, Result


@contextlib.contextmanager
def attributed(owned: Owned[Command], registry: Registry) -> Iterator[None]:
    """Name the plugin if its command raises an unexpected exception."""
    import typer

    try:
        yield
    except SogniError as error:
        registry.require_registered(owned.plugin, error)
        raise
    except (typer.TyperException, typer.Abort, typer.Exit):
        raise
    except (Exception, SystemExit) as error:
        if owned.plugin.is_core:
            raise
        raise blame(owned.plugin, f"Command {owned.record.name!r} of plugin {owned.plugin.label}", error) from error


def carrier(app: App, owned: Owned[Command], invocation: Invocation) -> Callable[[Any], Any]:
    """Return the function that completes what a command returned: an answer, a coroutine of one, or None."""

    def carry(value: Any) -> Any:
        with ProgressView(invocation) as app.on_progress:
            answer = execute(app, finish(value))
        if isinstance(answer, Result | Plan) and (mode := app.modes.get(answer.mode)) is not None:
            # A resumed run has the options of its mode.
            invocation.wording.fields.update(mode.fields)
        if answer is None or isinstance(answer, Report | Result | Plan):
            return answer
        given = type(answer).__name__
        raise PluginError(
            "PLUGIN_HOOK",
            f"Command {owned.record.name!r} of plugin {owned.plugin.label} returned {given}, not a Report.",
            plugin=owned.plugin.label,
        )

    return carry


def command(
    function: Callable[..., Any], app: App, carry: Callable[[Any], Any], show_help: inspect.Parameter
) -> Callable[..., Any]:
    """Return a wrapper of a function: typer reads its options, and ``carry`` gets what it returns."""
    hints = typing.get_type_hints(function, include_extras=True)
    own = inspect.signature(function).parameters
    parameters = [
        parameter.replace(annotation=hints.get(name, parameter.annotation))
        for name, parameter in own.items()
        if name != "app"
    ]
    added = [switch(name) for name in COMMON if name not in own] + [show_help]
    parameters += added

    def run(**options: Any) -> Any:
        for parameter in added:
            options.pop(parameter.name)
        if "app" in own:
            options["app"] = app
        return carry(function(**options))

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__doc__ = None
    return run
