"""A subcommand made of a request model: one option a field, everything received as text."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogni_core._engine.conversion import choices_of, is_many, leaves
from sogni_core.request import Argument, Option, Request
from sogni_core.settings import Settings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.", show_default=False)]
QuietFlag = Annotated[bool, typer.Option("-q", "--quiet", help="No progress.", show_default=False)]
DryRunFlag = Annotated[
    bool,
    typer.Option("--dry-run", help="Show what would be submitted, and its price; submit nothing.", show_default=False),
]

COMMON = {"json_output": JsonFlag, "quiet": QuietFlag}
"""Parameters that every command has."""


def signature(model: type[Request], settings: Settings) -> inspect.Signature:
    """Make the signature that typer reads. Every option is text or a list of texts, None if it was not given."""
    parameters = []
    for name, mark in model.markers():
        info = model.model_fields[name]
        if isinstance(mark, Argument):
            shown = typer.Argument(help=mark.help, metavar=mark.metavar or name.upper(), show_default=False)
            kind: Any = list[str] | None if is_many(info) else str | None
        elif leaves(info.annotation) == {bool}:
            shown = typer.Option(*mark.flags, help=help_of(info, mark, settings), show_default=False)
            kind = bool | None
        else:
            shown = typer.Option(
                *mark.flags, help=help_of(info, mark, settings), metavar=metavar_of(info, mark), show_default=False
            )
            kind = list[str] | None if is_many(info) else str | None
        parameters.append(_parameter(name, Annotated[kind, shown], None))
    flags = {**COMMON, "dry_run": DryRunFlag}
    parameters += [_parameter(name, flag, False) for name, flag in flags.items()]
    return inspect.Signature(parameters)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def metavar_of(info: FieldInfo, mark: Option) -> str:
    """Return what help calls the value of an option; empty for a switch."""
    if leaves(info.annotation) == {bool}:
        return ""
    if mark.metavar:
        return mark.metavar
    choices = choices_of(info)
    if choices:
        return "|".join(choices)
    found = leaves(info.annotation)
    return "INTEGER" if found == {int} else "NUMBER" if float in found else "TEXT"


def help_of(info: FieldInfo, mark: Option, settings: Settings) -> str:
    """Add the default to an option's help, and the setting behind it."""
    if mark.setting is not None:
        builtin = settings.builtin(mark.setting)
        default = f"default: {_said(builtin, mark)}; " if builtin not in (None, "") else ""
        return f"{mark.help} [{default}setting: {mark.setting}]"
    if mark.shown:
        return f"{mark.help} [default: {mark.shown}]"
    if info.default not in (None, "", (), False) and not info.is_required():
        return f"{mark.help} [default: {_said(info.default, mark)}]"
    return mark.help


def _said(value: Any, mark: Option) -> str:
    if isinstance(value, bool):
        on, _, off = mark.flags[0].partition("/")
        return (on if value else off or "off").lstrip("-")
    return str(value)


def command(
    model: type[Request], settings: Settings, carry: Callable[[dict[str, Any], bool], Any]
) -> Callable[..., Any]:
    """Make the function that typer calls; it hands the options that were given, and ``--dry-run``, to ``carry``."""

    def run(*, json_output: bool, quiet: bool, dry_run: bool, **options: Any) -> Any:
        given = {name: value for name, value in options.items() if value is not None and value != []}
        return carry(given, dry_run)

    run.__signature__ = signature(model, settings)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in run.__signature__.parameters.values()}  # type: ignore[attr-defined]
    run.__doc__ = None
    return run


def takes_h(model: type[Request]) -> bool:
    """Whether ``-h`` is an option of the mode, so that it does not mean help there."""
    return any(isinstance(mark, Option) and "-h" in mark.flags for _, mark in model.markers())
