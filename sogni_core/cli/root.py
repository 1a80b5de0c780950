"""The program: find the command that was typed, build a typer app for it alone, run it, and write its answer.

The other commands of its group are placeholders, so that typer can suggest names and no other plugin is imported. Help
is rendered here: typer neither groups options nor shows which of them are required, since it gets all values as text.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._host.registry import Owned
from sogni_core.cli import help as help_pages
from sogni_core.cli import invocation as invocations
from sogni_core.cli import output
from sogni_core.cli.help import HELP_FLAGS, VERSION_FLAGS
from sogni_core.cli.invocation import PLUGIN, PROFILE, Invocation
from sogni_core.errors import InputError, InternalError, InterruptedRunError, PluginError, SogniError
from sogni_core.frontend import streams
from sogni_core.frontend.help_page import HelpPage, terminal_width
from sogni_core.plugin import Command, Mode

if TYPE_CHECKING:
    import typer

    from sogni_core._core_app import CoreApp
    from sogni_core.app import App


def run(argv: list[str]) -> int:
    """Run one command and return its exit code."""
    streams.prepare_streams()
    invocation = invocations.read(argv, debug=os.environ.get("SOGNI_DEBUG", "") not in ("", "0"))
    try:
        return _dispatch(invocation)
    except SogniError as error:
        return _failed(error, invocation)
    except KeyboardInterrupt:
        return _failed(InterruptedRunError("INTERRUPTED", "Stopped by SIGINT."), invocation)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - report a bug as an error too
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
        # Standard output cannot be written, so standard error gets the message.
        output.write_error(error, replace(invocation, json=False))
    return error.exit_code


def _dispatch(invocation: Invocation) -> int:
    if invocation.argv[:1] and invocation.argv[0] in VERSION_FLAGS:
        from sogni_core import __version__

        if invocation.json:
            streams.write_json({"success": True, "type": "version", "version": __version__})
        else:
            streams.write_lines([__version__])
        return 0
    if invocation.profile == "":
        raise InputError("INVALID_ARGUMENT", f"{PROFILE} requires a name.", hint="List them with: sogni profiles")
    if invocation.word == "help":
        return _dispatch(replace(invocation, argv=(*invocation.argv[1:], "--help")))
    host = PluginHost.from_environment(CORE_PLUGIN, os.environ, files=_files(invocation))
    argv = list(invocation.argv)
    if not argv or argv[0] in HELP_FLAGS:
        return _show(help_pages.program_page(host.registry))
    if invocation.word is None:
        return _call_typer(_root_app(), argv, invocation)
    name, rest = invocation.argv[0], argv[1:]
    if name == "call":
        if not rest or rest[0].startswith("-"):
            raise InputError("INVALID_ARGUMENT", "A mode is required.", hint="sogni call PLUGIN:MODE [OPTIONS] …")
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


def _files(invocation: Invocation) -> tuple[str, ...]:
    """Return the plugin files that were named; raises InputError if one does not exist, since the call relies on it."""
    if not invocation.files:
        return ()
    from sogni_core.files import absolute
    from sogni_core.text import quote_path

    for file in invocation.files:
        if not file:
            raise InputError("INVALID_ARGUMENT", f"{PLUGIN} requires a file.", hint=f"{PLUGIN} my_plugin.py")
        if not absolute(file).is_file():
            text = f"The plugin file {quote_path(file)} does not exist."
            raise InputError("MISSING_FILE", text, hint="Check the path.", details={"path": file})
    return invocation.files


def _show(page: HelpPage) -> int:
    streams.write(_rendered(page))
    return 0


def _rendered(page: HelpPage) -> str:
    return page.text(terminal_width())


def _root_app() -> typer.Typer:
    import typer

    root = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        # For typer apps of plugins, whose help typer renders.
        context_settings={"help_option_names": [*HELP_FLAGS], "terminal_width": terminal_width()},
    )

    @root.callback()
    def options(version: bool = typer.Option(False, *VERSION_FLAGS)) -> None:
        pass

    return root


OWN_HELP: dict[str, Any] = {"help_option_names": []}
"""Settings of a command that has a help option from :func:`sogni_core.cli.parameters.help_option`."""


def _placeholder() -> None:
    raise AssertionError("a placeholder is never run")


def _run_mode(host: PluginHost, mode: Owned[Mode], name: str, rest: list[str], invocation: Invocation) -> int:
    from sogni_core._core_app import CoreApp
    from sogni_core._engine.resolver import request_class
    from sogni_core.cli import modes, parameters
    from sogni_core.frontend.run_options import RUN_OPTIONS

    app = CoreApp(host, profile=invocation.profile)
    model = request_class(mode)
    invocation.wording.fields.update({**RUN_OPTIONS, **model.specs()})
    word = name.rpartition(":")[2]
    typed = name if name == word else f"call {name}"
    show_help = parameters.help_option(
        parameters.help_flags(model), lambda: _rendered(parameters.page(typed, mode.record, model, app.settings))
    )
    root = _root_app()
    function = parameters.command(model, show_help, modes.runner(app, name, invocation))
    root.command(word, context_settings=OWN_HELP)(function)
    return _call_typer(root, [word, *rest], invocation)


def _run_command(host: PluginHost, group: list[Owned[Command]], argv: list[str], invocation: Invocation) -> int:
    from sogni_core._core_app import CoreApp
    from sogni_core.cli import commands
    from sogni_core.frontend.run_options import RUN_OPTIONS

    word = argv[0]
    members = {owned.record.name.partition(" ")[2]: owned for owned in group}
    alone = members.pop("", None)
    wanted = next((name for name in argv[1:] if name in members), None)
    if members and argv[1:] and argv[1] in HELP_FLAGS:
        return _show(help_pages.group_page(word, group))
    app = CoreApp(host, profile=invocation.profile)
    invocation.wording.fields.update(RUN_OPTIONS)
    root = _root_app()
    carry: Callable[[Any], Any] | None = None
    if members:
        parent = _group_app(word, group, alone if wanted is None else None, app, invocation)
        root.add_typer(parent, name=word)
        for name, owned in members.items():
            if name == wanted:
                carry = _add(parent, owned, app, invocation)
            else:
                parent.command(name)(_placeholder)
    elif alone is not None:
        carry = _add(root, alone, app, invocation)
    typed = members[wanted] if wanted is not None else alone or group[0]
    with commands.attributed(typed, host.registry):
        return _call_typer(root, argv, invocation, app=app, carry=carry)


def _group_app(
    word: str, group: list[Owned[Command]], alone: Owned[Command] | None, app: CoreApp, invocation: Invocation
) -> typer.Typer:
    """Return the app of a group of commands. ``alone``: the command that its first word is, if nothing follows."""
    import typer

    from sogni_core.cli import commands, parameters

    parent = typer.Typer(rich_markup_mode=None)
    show_help = parameters.help_option(HELP_FLAGS, lambda: _rendered(help_pages.group_page(word, group)))
    if alone is None:
        function = commands.command(lambda: None, app, lambda _: None, show_help)
    else:
        target = app.host.resolve(alone, alone.record.target)
        if isinstance(target, typer.Typer):
            raise _app_in_group(alone, group)
        function = commands.command(target, app, commands.carrier(app, alone, invocation), show_help)
    parent.callback(invoke_without_command=alone is not None, context_settings=OWN_HELP)(function)
    return parent


def _app_in_group(alone: Owned[Command], group: list[Owned[Command]]) -> PluginError:
    from sogni_core._host.target_check import no_group

    label = alone.plugin.label
    others = [owned.record.name for owned in group if owned is not alone]
    text = f"Plugin {label}: command {alone.record.name}: {no_group(alone.record, others)}."
    return PluginError("PLUGIN_HOOK", text, plugin=label)


def _add(
    parent: typer.Typer, owned: Owned[Command], app: CoreApp, invocation: Invocation
) -> Callable[[Any], Any] | None:
    """Resolve the target of a command, and add it to an app; return what carries out the answers of a typer app."""
    import typer

    from sogni_core.cli import command_help, commands, parameters

    target = app.host.resolve(owned, owned.record.target)
    name = owned.record.name.split()[-1]
    carry = commands.carrier(app, owned, invocation)
    if isinstance(target, typer.Typer):
        # Its functions are typer's own: they find the App in the context, and return an answer as others do.
        # Typer renders its help, also below a group that renders its own.
        settings = {"help_option_names": [*HELP_FLAGS]}
        parent.add_typer(target, name=name, help=owned.record.summary, context_settings=settings)
        return carry
    shown = list(command_help.parameters_of(target))
    show_help = parameters.help_option(
        command_help.help_flags(shown), lambda: _rendered(command_help.page(owned.record, shown))
    )
    function = commands.command(target, app, carry, show_help)
    parent.command(name, context_settings=OWN_HELP)(function)
    return None


def _call_typer(
    root: typer.Typer,
    argv: list[str],
    invocation: Invocation,
    app: App | None = None,
    carry: Callable[[Any], Any] | None = None,
) -> int:
    """Run it and write the answer; ``app`` is the context's ``obj``, ``carry`` makes an answer of what was returned."""
    import typer

    try:
        answer = root(args=argv, standalone_mode=False, prog_name="sogni", obj=app)
    except typer.TyperException as error:
        raise _usage(error, argv) from None
    except typer.Abort:
        raise InterruptedRunError("INTERRUPTED", "Stopped.") from None
    except SystemExit as done:
        if isinstance(done.__context__, BrokenPipeError):
            return 0  # typer ends with 1 if the reader of its help has gone away
        raise
    if isinstance(answer, int):
        # typer returns the exit code of what ends a command: 0 after help, 130 after Ctrl-C, that of a typer.Exit.
        if answer == InterruptedRunError.exit_code:
            raise InterruptedRunError("INTERRUPTED", "Stopped by SIGINT.")
        return answer
    if carry is not None:
        answer = carry(answer)
    if answer is None:
        return 0  # of a command that wrote for itself
    from sogni_core.cli.answers import write_answer

    return write_answer(answer, invocation)


def _usage(error: typer.TyperException, argv: list[str]) -> InputError:
    message = error.format_message().strip()
    command = next((word for word in argv if not word.startswith("-")), "")
    hint = f"List its options with: sogni {command} --help" if command else "List the commands with: sogni --help"
    if "unexpected extra argument" in message:
        hint = "Put quotes around a prompt of several words."
    return InputError("INVALID_ARGUMENT", message, hint=hint, details={"argv": [*argv][:1]})


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
