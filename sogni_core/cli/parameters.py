"""A subcommand from a request model: one option for each field. Every value arrives as text."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from sogni_core._host.registry import summary_of
from sogni_core.cli.help import HELP, HELP_FLAGS, sections
from sogni_core.field import FieldSpec, Group
from sogni_core.frontend.help_page import HelpPage, Row
from sogni_core.frontend.help_text import grouped, row, usage
from sogni_core.frontend.run_options import RUN_OPTIONS, RunOptions, run_options_of
from sogni_core.frontend.streams import write
from sogni_core.plugin import Mode
from sogni_core.request import Request
from sogni_core.settings import Settings

COMMON: dict[str, tuple[tuple[str, ...], str]] = {
    "json_output": (("--json",), "Print one JSON object."),
    "quiet": (("-q", "--quiet"), "Hide progress."),
}
"""Switches that every command has: name of the parameter to its flags and its help."""

SHOW_HELP = "show_help"
"""Name of the parameter behind ``--help``."""

_NOTE = (
    "Options may be anywhere after the command. A text can come from a file, @prompt.txt, or from standard input, -. "
    "Put -- before a prompt that starts with - or @."
)


def signature(model: type[Request], show_help: inspect.Parameter) -> inspect.Signature:
    """Return the signature that typer reads: every option is text or a list of texts, None if it was not given."""
    fields = [*model.specs().values(), *run_options_of(paid=model.paid).values()]
    parameters = [keyword(spec.name, _annotation(spec), None) for spec in fields]
    return inspect.Signature([*parameters, *map(switch, COMMON), show_help])


def _annotation(spec: FieldSpec) -> Any:
    if spec.kind == "switch":
        return Annotated[bool | None, typer.Option(*spec.flags)]
    kind: Any = list[str] | None if spec.many else str | None
    if spec.positional:
        return Annotated[kind, typer.Argument(metavar=spec.metavar)]
    return Annotated[kind, typer.Option(*spec.flags, metavar=spec.metavar)]


def keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    """Return a parameter for typer."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def switch(name: str) -> inspect.Parameter:
    """Return the parameter of a switch that every command has."""
    return keyword(name, Annotated[bool, typer.Option(*COMMON[name][0])], False)


def help_option(flags: tuple[str, ...], page: Callable[[], str]) -> inspect.Parameter:
    """Return the parameter of ``--help``, which writes a page and ends the command before anything else is checked."""

    def show(asked: bool) -> None:
        if asked:
            write(page())
            raise typer.Exit

    return keyword(SHOW_HELP, Annotated[bool, typer.Option(*flags, is_eager=True, callback=show)], False)


def command(
    model: type[Request], show_help: inspect.Parameter, run: Callable[[dict[str, Any], RunOptions], Any]
) -> Callable[..., Any]:
    """Return the function that typer calls; it passes the options that were given, and those of the run, to ``run``."""

    def call(**options: Any) -> Any:
        for name in (SHOW_HELP, *COMMON):
            options.pop(name)
        chosen = {name: options.pop(name, None) for name in RUN_OPTIONS}
        asked = {name: value for name, value in chosen.items() if value is not None and value != []}
        given = {name: value for name, value in options.items() if value is not None and value != []}
        return run(given, RunOptions.of(asked))

    call.__signature__ = signature(model, show_help)  # type: ignore[attr-defined]
    call.__annotations__ = {p.name: p.annotation for p in call.__signature__.parameters.values()}  # type: ignore[attr-defined]
    call.__doc__ = None
    return call


def help_flags(model: type[Request]) -> tuple[str, ...]:
    """Return the flags for help: without ``-h`` if that is an option of the mode."""
    taken = {flag for spec in model.specs().values() for flag in spec.flags}
    return tuple(flag for flag in HELP_FLAGS if flag not in taken)


def page(name: str, mode: Mode, model: type[Request], settings: Settings) -> HelpPage:
    """Return the help of a mode: its arguments, its own options, then the options that modes share."""
    fields = model.specs()
    groups = {title: [row(spec, fields, settings) for spec in specs] for title, specs in grouped(fields)}
    for spec in run_options_of(paid=model.paid).values():
        groups.setdefault(spec.group or Group.RUN, []).append(row(spec, RUN_OPTIONS, settings))
    groups.setdefault(Group.RUN, []).extend([
        *common_rows(),
        (", ".join(help_flags(model)), HELP),
    ])
    arguments = [row(spec, fields, settings) for spec in fields.values() if spec.positional]
    return HelpPage(
        usage(f"sogni {name}", fields), summary_of(mode), sections(arguments, groups.items()), mode.examples, (_NOTE,)
    )


def common_rows() -> list[Row]:
    """Return the rows of the switches that every command has."""
    return [(", ".join(flags), text) for flags, text in COMMON.values()]
