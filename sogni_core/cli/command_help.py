"""The help of a command whose target is a function: its parameters, read from their typer annotations."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Literal, get_args, get_origin

import typer

from sogni_core.cli.help import HELP, HELP_FLAGS, sections
from sogni_core.cli.parameters import COMMON
from sogni_core.frontend.help_page import HelpPage
from sogni_core.frontend.help_text import OPTIONS
from sogni_core.frozen import frozen
from sogni_core.plugin import Command

_METAVARS: tuple[tuple[type, str], ...] = ((int, "INTEGER"), (float, "NUMBER"), (PurePath, "PATH"))

_ARGUMENT, _OPTION = type(typer.Argument()), type(typer.Option())


@frozen
class Parameter:
    """One parameter of a command, as people see it."""

    name: str
    flags: tuple[str, ...]
    """Spellings, ``"--a/--no-a"`` for both forms of a switch; empty for an argument."""
    metavar: str
    """Name of the value; empty for a switch."""
    help: str
    required: bool
    facts: tuple[str, ...]
    """Range and default, as text."""

    @property
    def label(self) -> str:
        """Spellings and the name of the value."""
        return " ".join(filter(None, (", ".join(self.flags), self.metavar)))

    @property
    def meaning(self) -> str:
        """Its help, with its default or whether it is required."""
        facts = "; ".join((*(["required"] if self.required else []), *self.facts))
        return f"{self.help} [{facts}]".strip() if facts else self.help


def parameters_of(function: Callable[..., Any]) -> Iterator[Parameter]:
    """Yield the parameters of a function that a command line shows; ``app`` and typer's context are none of them."""
    hints = typing.get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if name != "app" and hints.get(name) is not typer.Context:
            yield _parameter(name, hints.get(name, str), parameter.default)


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    kind, *marks = get_args(hint) if get_origin(hint) is typing.Annotated else (hint,)
    mark: Any = next((mark for mark in marks if isinstance(mark, (_ARGUMENT, _OPTION))), None)
    spelled = spellings(mark) if mark is not None else ()
    if isinstance(default, (_ARGUMENT, _OPTION)):
        # Typer's older form: ``port: int = typer.Option(0, "--port")``.
        mark, spelled = default, tuple(default.param_decls or ())
        default = inspect.Parameter.empty if mark.default is ... else mark.default
    required = default is inspect.Parameter.empty
    is_argument = isinstance(mark, _ARGUMENT) if mark is not None else required
    return Parameter(
        name,
        () if is_argument else spelled or _flags(name, kind),
        _metavar(name, kind, mark, is_argument),
        (mark.help or "").strip() if mark is not None else "",
        required,
        tuple(_facts(mark, default)),
    )


def spellings(mark: Any) -> tuple[str, ...]:
    """Return the flags in ``Annotated[…, typer.Option("--a", "-b")]``; empty if typer derives them from the name."""
    # typer keeps the first one as the default.
    first = (mark.default,) if isinstance(mark.default, str) else ()
    return (*first, *(mark.param_decls or ()))


def _flags(name: str, kind: Any) -> tuple[str, ...]:
    flag = f"--{name.replace('_', '-')}"
    return (f"{flag}/--no-{flag[2:]}",) if kind is bool else (flag,)


def _metavar(name: str, kind: Any, mark: Any, is_argument: bool) -> str:
    if mark is not None and mark.metavar:
        return str(mark.metavar)
    if is_argument:
        return name.upper()
    plain = _plain(kind)
    if plain is bool:
        return ""
    if get_origin(plain) is Literal:
        return "|".join(map(str, get_args(plain)))
    return next((word for known, word in _METAVARS if isinstance(plain, type) and issubclass(plain, known)), "TEXT")


def _plain(kind: Any) -> Any:
    """Return a type without None and without the list around it."""
    if get_origin(kind) in (typing.Union, types.UnionType):
        return _plain(next(one for one in get_args(kind) if one is not types.NoneType))
    return _plain(get_args(kind)[0]) if get_origin(kind) in (list, tuple) else kind


def _facts(mark: Any, default: Any) -> Iterator[str]:
    least, most = getattr(mark, "min", None), getattr(mark, "max", None)
    if least is not None and most is not None:
        yield f"{least} to {most}"
    elif least is not None or most is not None:
        yield f"at least {least}" if least is not None else f"at most {most}"
    if default not in (None, False, inspect.Parameter.empty, "", [], ()):
        yield f"default: {default}"


def help_flags(shown: Sequence[Parameter]) -> tuple[str, ...]:
    """Return the flags for help: without those that the function has taken."""
    taken = {flag for one in shown for flag in one.flags}
    return tuple(flag for flag in HELP_FLAGS if flag not in taken)


def page(command: Command, shown: Sequence[Parameter]) -> HelpPage:
    """Return the help of a command."""
    words = ["sogni", command.name, "[OPTIONS]"]
    words += [f"{one.flags[0]} {one.metavar}".strip() for one in shown if one.flags and one.required]
    words += [one.metavar if one.required else f"[{one.metavar}]" for one in shown if not one.flags]
    arguments = [(one.label, one.meaning) for one in shown if not one.flags]
    own = {one.name for one in shown}
    options = [
        *((one.label, one.meaning) for one in shown if one.flags),
        *((", ".join(flags), text) for name, (flags, text) in COMMON.items() if name not in own),
        (", ".join(help_flags(shown)), HELP),
    ]
    groups: Mapping[str, Sequence[tuple[str, str]]] = {OPTIONS: options}
    return HelpPage(" ".join(words), command.summary, sections(arguments, groups.items()), command.examples)
