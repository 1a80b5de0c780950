"""``docs/reference/commands.md``: every mode and command, from records, request models and signatures."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

import typer

from sogni_core._engine.resolver import request_class
from sogni_core._host.host import PluginHost
from sogni_core._host.registry import Owned, summary_of
from sogni_core.cli.command_help import spellings
from sogni_core.frontend.help_text import usage
from sogni_core.plugin import Command, Mode, Network, Workflow
from sogni_core.request import Argument, Option, Request
from sogni_core.settings import schema
from sogni_core.settings.keys import split_key
from tools.kinds import default, described
from tools.markdown import code, codes, fence, line, page, table
from tools.repository import distribution, host

_INTRO = """\
Every command of `sogni` and every option.

Flags may be anywhere after the command. Every command accepts `--json` (print exactly one JSON object to stdout),
`-q`/`--quiet` (hide progress) and `--help`. Every mode also accepts `--dry-run` (show what would be submitted, and its
price; submit nothing). `-h` is short for `--help`, except in commands where it sets the height. Put `--` before a
prompt that starts with `-`. `sogni --version` prints the version. `--profile NAME`, anywhere before `--`, uses
another account and its settings: [Profiles](../how-to/profiles.md). `--plugin FILE`, anywhere before `--`, loads a
[plugin from a file](../plugins/how-to/one-file.md) for this call."""


def render() -> str:
    """Render the page."""
    return page("Commands", _INTRO, _body(host()))


def _body(made: PluginHost) -> Iterator[str]:
    yield "## Modes"
    yield ""
    yield "A mode renders something and costs money on the live network. *Name* is for Python and JSON Schema."
    yield ""
    for owned in made.registry.usable(Mode):
        if not owned.record.hidden:
            yield from _mode(made, owned)
    yield from _call()
    yield "## Commands"
    yield ""
    yield "These commands cost nothing."
    yield ""
    for command in made.registry.usable(Command):
        yield from _command(made, command)
    yield "## Networks"
    yield ""
    yield "Values for `--network`."
    yield ""
    rows = [
        ("`fast`", "sogni-core", "The live Supernet."),
        ("`relaxed`", "sogni-core", "The live Supernet, cheaper and slower."),
    ]
    rows += [
        (code(owned.record.name), distribution(owned.plugin), owned.record.summary)
        for owned in made.registry.usable(Network)
    ]
    yield from table(("Name", "From", ""), rows)


def _mode(made: PluginHost, owned: Owned[Mode]) -> Iterator[str]:
    model = request_class(owned)
    arguments = [(name, mark) for name, mark in model.markers() if isinstance(mark, Argument)]
    yield f"### `sogni {owned.record.name}`"
    yield ""
    called = usage(f"sogni {owned.record.name}", model.specs())
    yield f"{summary_of(owned.record)} From {distribution(owned.plugin)}. Usage: `{called}`"
    yield ""
    for name, mark in arguments:
        yield f"- `{mark.metavar or name.upper()}`: {mark.help}"
    yield ""
    if owned.record.examples:
        yield "<!-- not run: a test runs the examples of all records -->"
        yield fence("\n".join(f"$ {command}" for command in owned.record.examples.values()), "console")
        yield ""
    yield from table(("Workflow", "Takes", "Model", "Time limit", ""), _workflows(made, owned))
    yield from table(("Option", "Value", "Default", "Name", ""), _options(made, model))


def _workflows(made: PluginHost, owned: Owned[Mode]) -> Iterator[tuple[str, ...]]:
    for one in made.registry.workflows(owned):
        record: Workflow = one.record
        yield (
            code(f"{record.mode}:{record.name}"),
            codes(record.accepts),
            _behind(made, record.model_setting) or (code(record.default_model) if record.default_model else ""),
            f"{_behind(made, record.timeout_setting)} s" if record.timeout_setting else "",
            record.summary,
        )


def _behind(made: PluginHost, key: str | None) -> str:
    """Say a setting's built-in value and its key."""
    if key is None:
        return ""
    return f"{default(builtin(made, key))} (setting `{key}`)"


def builtin(made: PluginHost, key: str) -> Any:
    """Return what a setting is when nobody set it."""
    parts = split_key(key)
    sections = made.registry.settings()
    section = parts[0] if len(parts) > 1 and parts[0] in sections else ""
    owned = sections[section]
    return schema.value_at(made.resolve(owned, owned.record.model)(), parts[1:] if section else parts)


def _options(made: PluginHost, model: type[Request]) -> Iterator[tuple[str, ...]]:
    for name, mark in model.markers():
        if not isinstance(mark, Option) or mark.hidden:
            continue
        info = model.model_fields[name]
        if mark.setting is not None:
            value = _behind(made, mark.setting)
            if _is_switch(info.annotation):
                value = value.replace("`true`", code(_flags(mark)[0])).replace("`false`", code(_flags(mark)[-1]))
        elif mark.shown:
            value = mark.shown
        else:
            value = "" if info.is_required() or info.default is False else default(info.default)
        taken = "" if _is_switch(info.annotation) else described(info)
        help = f"{mark.help} Deprecated: {mark.deprecated}" if mark.deprecated else mark.help
        yield codes(_flags(mark)), taken, value, code(name), help


def _flags(mark: Option) -> list[str]:
    return [flag for spelled in mark.flags for flag in spelled.split("/")]


def _is_switch(annotation: Any) -> bool:
    return annotation is bool


def _call() -> Iterator[str]:
    yield "### `sogni call`"
    yield ""
    yield "Run a mode of one plugin where two plugins claim its name. Usage: `sogni call PLUGIN:MODE [OPTIONS] …`"
    yield ""


def _command(made: PluginHost, owned: Owned[Command]) -> Iterator[str]:
    target = made.resolve(owned, owned.record.target)
    if isinstance(target, typer.Typer):
        for info in target.registered_commands:
            assert info.callback is not None
            yield from _function(f"{owned.record.name} {info.name or info.callback.__name__}", owned, info.callback)
    else:
        yield from _function(owned.record.name, owned, target)


def _function(name: str, owned: Owned[Command], function: Callable[..., Any]) -> Iterator[str]:
    yield f"### `sogni {name}`"
    yield ""
    summary = line(inspect.getdoc(function)) or owned.record.summary
    yield summary if owned.plugin.is_core else f"{summary} From {distribution(owned.plugin)}."
    yield ""
    rows = list(_parameters(function))
    if rows:
        yield from table(("Option", "Value", "Default", ""), rows)


def _parameters(function: Callable[..., Any]) -> Iterator[tuple[str, ...]]:
    hints = typing.get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "app":
            continue
        kind, *marks = typing.get_args(hints[name])
        mark: Any = marks[0]
        plain = described(kind)
        limits = [f"at least {mark.min}"] if mark.min is not None else []
        limits += [f"at most {mark.max}"] if mark.max is not None else []
        if isinstance(mark, type(typer.Argument())):
            shown = code(mark.metavar or name.upper())
        else:
            shown = codes(spellings(mark) or [f"--{name.replace('_', '-')}"])
        switch = kind is bool
        value = "" if parameter.default in (None, False, parameter.empty) else default(parameter.default)
        yield shown, "" if switch else ", ".join([plain, *limits]), value, str(mark.help)
