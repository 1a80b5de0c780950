"""A subcommand made of a request model: one option a field, everything received as text."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from sogni_core.field import FieldSpec
from sogni_core.frontend.help_text import help_of
from sogni_core.frontend.run_options import RUN_OPTIONS, RunOptions
from sogni_core.request import Request
from sogni_core.settings import Settings

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.", show_default=False)]
QuietFlag = Annotated[bool, typer.Option("-q", "--quiet", help="Hide progress.", show_default=False)]

COMMON = {"json_output": JsonFlag, "quiet": QuietFlag}
"""Parameters that every command has."""


def signature(model: type[Request], settings: Settings) -> inspect.Signature:
    """Make the signature that typer reads. Every option is text or a list of texts, None if it was not given."""
    parameters = [_parameter(spec.name, _annotation(spec, settings), None) for spec in model.specs().values()]
    parameters += [_parameter(name, flag, False) for name, flag in COMMON.items()]
    parameters += [_parameter(spec.name, _annotation(spec, settings), None) for spec in RUN_OPTIONS.values()]
    return inspect.Signature(parameters)


def _annotation(spec: FieldSpec, settings: Settings) -> Any:
    kind: Any = list[str] | None if spec.many else str | None
    if spec.positional:
        return Annotated[kind, typer.Argument(help=spec.help, metavar=spec.metavar, show_default=False)]
    text = help_of(spec, settings)
    if spec.kind == "switch":
        return Annotated[bool | None, typer.Option(*spec.flags, help=text, show_default=False)]
    return Annotated[kind, typer.Option(*spec.flags, help=text, metavar=spec.metavar, show_default=False)]


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def command(
    model: type[Request], settings: Settings, run: Callable[[dict[str, Any], RunOptions], Any]
) -> Callable[..., Any]:
    """Make the function that typer calls; it hands the options that were given, and those of the run, to ``run``."""

    def call(*, json_output: bool, quiet: bool, **options: Any) -> Any:
        asked = {name: bool(options.pop(name)) for name in RUN_OPTIONS}
        given = {name: value for name, value in options.items() if value is not None and value != []}
        return run(given, RunOptions(**asked))

    call.__signature__ = signature(model, settings)  # type: ignore[attr-defined]
    call.__annotations__ = {p.name: p.annotation for p in call.__signature__.parameters.values()}  # type: ignore[attr-defined]
    call.__doc__ = None
    return call


def takes_h(model: type[Request]) -> bool:
    """Whether ``-h`` is an option of the mode, so that it does not mean help there."""
    return any("-h" in spec.flags for spec in model.specs().values())
