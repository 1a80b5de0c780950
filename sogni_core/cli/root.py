"""The root: find the command that was typed, build a typer app with that command alone, run it, write what came.

Every other command is a placeholder with its record's name and summary, so that help and suggestions
work and no plugin's heavy modules are imported for them.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._host.registry import Owned, Registry
from sogni_core.cli import invocation as invocations
from sogni_core.cli import output
from sogni_core.cli.invocation import Invocation
from sogni_core.errors import InputError, InternalError, InterruptedRunError, SogniError
from sogni_core.frontend import streams
from sogni_core.plugin import Command, Mode

if TYPE_CHECKING:
    import typer

    from sogni_core.app import App

SUMMARY = "Turn prompts and reference media into images and videos on the Sogni Supernet."

EPILOG = "Options of a command: sogni COMMAND --help. Error codes: sogni errors."


def run(argv: list[str]) -> int:
    """Run one command; returns the exit code."""
    streams.prepare_streams()
    invocation = invocations.read(argv, debug=os.environ.get("SOGNI_DEBUG", "") not in ("", "0"))
    try:
        return _dispatch(invocation)
    except SogniError as error:
        return _failed(error, invocation)
    except KeyboardInterrupt:
        return _failed(InterruptedRunError("INTERRUPTED", "Stopped by SIGINT."), invocation)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the last line of defence: a bug is one clear error too
        bug = InternalError("INTERNAL", f"{type(error).__name__}: {error}")
        bug.__cause__ = error
        return _failed(bug, invocation)


def _failed(error: SogniError, invocation: Invocation) -> int:
    if invocation.debug:
        from sogni_core.frontend.traceback_text import shown_traceback

        streams.note(shown_traceback(error))
    try:
        output.write_error(error, invocation)
    except InputError:
        # There is no standard output; whoever reads the other one learns of it.
        output.write_error(error, replace(invocation, json=False))
    return error.exit_code


def _dispatch(invocation: Invocation) -> int:
    if invocation.word is None and invocation.argv[:1] in (("--version",), ("-V",)):
        from sogni_core import __version__

        if invocation.json:
            streams.write_json({"success": True, "type": "version", "version": __version__})
        else:
            streams.write_lines([__version__])
        return 0
    host = PluginHost.from_environment(CORE_PLUGIN, os.environ)
    argv = list(invocation.argv)
    if invocation.word is None:
        return _call_typer(_help_app(host.registry), argv or ["--help"], invocation)
    if argv[0] == "help":
        return run([*argv[1:], "--help"])
    name, rest = invocation.argv[0], argv[1:]
    if name == "call":
        if not rest or rest[0].startswith("-"):
            raise InputError("INVALID_ARGUMENT", "Name the mode to call.", hint="sogni call PLUGIN:MODE [OPTIONS] …")
        name, rest = rest[0], rest[1:]
        mode = host.registry.mode(name)
        return _run_mode(host, mode, name, rest, invocation)
    modes = [owned for owned in host.registry.usable(Mode) if owned.record.name == name]
    if modes:
        return _run_mode(host, modes[0], name, rest, invocation)
    commands = [owned for owned in host.registry.usable(Command) if owned.record.name.split()[0] == name]
    if commands:
        return _run_command(host, commands, argv, invocation)
    if any(owned.record.name == name for owned in host.registry.every(Mode)):
        host.registry.mode(name)
    host.registry.command(name)
    raise AssertionError("the registry says what is missing")


def _new_app(**options: Any) -> typer.Typer:
    import typer

    return typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        **options,
    )


def _root_app() -> typer.Typer:
    root = _new_app(help=SUMMARY, epilog=EPILOG)

    @root.callback()
    def options(
        version: bool = _version_option(),
    ) -> None:
        pass

    return root


def _version_option() -> Any:
    import typer

    return typer.Option(False, "--version", "-V", help="Print the version.", show_default=False)


def _placeholder() -> None:
    raise AssertionError("a placeholder is never run")


def _help_app(registry: Registry) -> typer.Typer:
    """Build the app for the root's help: every name with its summary, nothing loaded."""
    root = _root_app()
    names: dict[str, str] = {owned.record.name: owned.record.summary for owned in registry.usable(Mode)}
    for owned in registry.usable(Command):
        word, _, more = owned.record.name.partition(" ")
        if more and word in names:
            names[word] = f"{names[word].rstrip('.')}, {more}."
        else:
            names[word] = f"Commands: {more}." if more else owned.record.summary
    for name, summary in names.items():
        root.command(name, help=summary)(_placeholder)
    return root


def _run_mode(host: PluginHost, mode: Owned[Mode], name: str, rest: list[str], invocation: Invocation) -> int:
    from sogni_core._engine.resolver import request_class
    from sogni_core.app import App
    from sogni_core.cli import modes, parameters

    app = App(host=host)
    model = request_class(mode)
    invocation.wording.fields.update(model.specs())
    root = _root_app()
    word = name.rpartition(":")[2]
    help_names = ["--help"] if parameters.takes_h(model) else ["-h", "--help"]
    function = parameters.command(model, app.settings, modes.runner(app, name, invocation))
    description = f"{mode.record.summary} Flags may stand anywhere; a prompt that begins with - goes after --."
    root.command(word, help=description, context_settings={"help_option_names": help_names})(function)
    return _call_typer(root, [word, *rest], invocation)


def _run_command(host: PluginHost, group: list[Owned[Command]], argv: list[str], invocation: Invocation) -> int:
    import typer

    from sogni_core.app import App
    from sogni_core.cli import commands

    app = App(host=host)
    word = argv[0]
    wanted = " ".join(argv[:2])
    root = _root_app()
    parent, grouped = root, any(" " in owned.record.name for owned in group)
    if grouped:
        parent = _new_app(help=f"Commands: {', '.join(o.record.name.partition(' ')[2] for o in group)}.")
        parent.callback()(lambda: None)
        root.add_typer(parent, name=word)

    for owned in group:
        name = owned.record.name.split()[-1]
        if grouped and owned.record.name != wanted:
            parent.command(name, help=owned.record.summary)(_placeholder)
            continue
        target = host.resolve(owned, owned.record.target)
        if isinstance(target, typer.Typer):
            parent.add_typer(target, name=name, help=owned.record.summary)
        else:
            carry = commands.carrier(app, owned, invocation)
            parent.command(name, help=owned.record.summary)(commands.command(target, app, carry))
    typed = next((owned for owned in group if owned.record.name == wanted), group[0])
    with commands.attributed(typed):
        return _call_typer(root, argv, invocation, app=app)


def _call_typer(root: typer.Typer, argv: list[str], invocation: Invocation, app: App | None = None) -> int:
    import typer

    try:
        answer = root(args=argv, standalone_mode=False, prog_name="sogni", obj=app)
    except typer.TyperException as error:
        raise _usage(error, argv) from None
    except typer.Abort:
        raise InterruptedRunError("INTERRUPTED", "Stopped.") from None
    except SystemExit as done:
        if isinstance(done.__context__, BrokenPipeError):
            return 0  # typer's 1 for a reader of the help that has gone away
        raise
    if answer is None:
        return 0  # of a command that wrote for itself
    if isinstance(answer, int):
        # typer hands back the code of what it takes for an end: 0 after help, 130 for a Ctrl-C, a typer.Exit.
        if answer == InterruptedRunError.exit_code:
            raise InterruptedRunError("INTERRUPTED", "Stopped by SIGINT.")
        return answer
    from sogni_core.cli.answers import write_answer

    return write_answer(answer, invocation)


def _usage(error: typer.TyperException, argv: list[str]) -> InputError:
    message = error.format_message().strip()
    command = next((word for word in argv if not word.startswith("-")), "")
    hint = f"Use sogni {command} --help to see its options." if command else None
    if "unexpected extra argument" in message:
        hint = "Put quotes around a prompt of several words."
    return InputError("INVALID_ARGUMENT", message, hint=hint, details={"argv": [*argv][:1]})


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
