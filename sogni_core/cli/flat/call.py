"""The way of one flat call: read, find the mode, check, and do what was asked for; one object or lines come out."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core.cli import output
from sogni_core.cli.flat.answers import Answers
from sogni_core.cli.flat.router import Routed, route
from sogni_core.cli.flat.scanner import Scan, scan
from sogni_core.cli.flat.vocabulary import Reached, Vocabulary
from sogni_core.cli.traceback_text import shown_traceback
from sogni_core.errors import InputError, InternalError, InterruptedRunError, ServiceError, SogniError

if TYPE_CHECKING:
    from sogni_core._engine.resolver import Resolved
    from sogni_core.app import App
    from sogni_core.result import Plan, Report, Result

ANYTHING = "?"
"""Prompt of a call that needs none."""


def run(argv: list[str]) -> int:
    """Run one call; returns the exit code: 0, 1, or that of a signal."""
    output.prepare_streams()
    call = Call(argv, os.environ)
    try:
        return call.run()
    except SogniError as error:
        return call.failed(error)
    except KeyboardInterrupt:
        return call.failed(InterruptedRunError("INTERRUPTED", "Stopped by SIGINT."))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the last line of defence: a bug is one clear error too
        bug = InternalError("INTERNAL", f"{type(error).__name__}: {error}")
        bug.__cause__ = error
        return call.failed(bug)


class Call:
    """One call, as far as it got."""

    def __init__(self, argv: list[str], environ: Mapping[str, str]) -> None:
        self._argv = argv
        self._environ = environ
        self._scan = Scan()
        self._resolved: Resolved | None = None
        """The checked request: from here on an error is one of the run."""
        self._answers = Answers(argv, self._scan, openclaw=bool(environ.get("OPENCLAW_PLUGIN_CONFIG")))

    def run(self) -> int:
        """Do what was asked for."""
        host = PluginHost.from_environment(CORE_PLUGIN, self._environ)
        vocabulary = Vocabulary(host.registry)
        scan(self._argv, vocabulary, self._scan)
        from sogni_core.app import App

        app = App(host=host, environ=self._environ)
        if "help" in self._scan.asked:
            from sogni_core.cli.flat.help import help_text

            output.write(help_text(vocabulary, app.registry, app.settings))
            return 0
        if "last" in self._scan.asked:
            return self._last(app)
        return self._carried_out(app, route(self._scan, vocabulary))

    def failed(self, error: SogniError) -> int:
        """Say what went wrong; returns the exit code."""
        if self._environ.get("SOGNI_DEBUG", "") not in ("", "0"):
            output.note(shown_traceback(error))
        try:
            self._answers.error(error, self._resolved)
        except InputError as unwritable:
            output.note(f"Error: {unwritable.message}")
        return error.exit_code if isinstance(error, InterruptedRunError) else 1

    def _last(self, app: App) -> int:
        """Show the last render's file as it is; that there is none is no failure but for a program that asked."""
        try:
            text = app.paths.last_render.read_text("utf-8", "replace")
        except FileNotFoundError:
            missing = InputError("NO_LAST_RENDER", "No previous render found.")
            # The scan ended here: what asks for an object may stand behind.
            if "--json" in self._argv:
                raise missing from None
            output.note(missing.message)
            return 0
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise InputError("NO_LAST_RENDER", f"The last render cannot be read: {reason}.") from None
        output.write(text if text.endswith("\n") else text + "\n")
        return 0

    def _carried_out(self, app: App, routed: Routed) -> int:
        from sogni_core.cli.execution import carry_out

        async def work() -> Report | Plan | Result | None:
            self._resolved = await self._checked(app, routed)
            return await self._answer(app, self._resolved, routed)

        # Standard output is for the answer alone: what a plugin prints on the way goes to standard error.
        with contextlib.redirect_stdout(sys.stderr):
            answer = carry_out(app, work)
        assert self._resolved is not None
        return self._answers.write(answer, self._resolved)

    async def _checked(self, app: App, routed: Routed) -> Resolved:
        """Check the request together with what is wrong with the call; raises InputError with the first by rank."""
        problems = list(routed.problems)
        resolved = None
        for mode, fields in ((routed.mode, routed.fields), *routed.others):
            try:
                prepared = await app.engine.prepare(_named(mode), self._complete(mode, fields))
            except InputError as error:
                problems += error.problems
            else:
                resolved = resolved or prepared
        if problems or resolved is None:
            raise InputError.of(problems)
        return resolved

    def _complete(self, mode: Reached, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields with a prompt where the call needs none, for the rules to look at."""
        needless = {"version", "balance"} & self._scan.asked
        return {mode.prompt: ANYTHING, **fields} if needless and mode.prompt is not None else fields

    async def _answer(self, app: App, resolved: Resolved, routed: Routed) -> Report | Plan | Result | None:
        if "version" in self._scan.asked:
            return None
        if "balance" in self._scan.asked:
            from sogni_core._builtin.account import balance

            report = await balance(app, resolved.request.network)
            return replace(report, fields={**report.fields, "tokenType": resolved.request.token_type})
        if app.planning_option(_named(routed.mode), routed.fields):
            plan = await app.engine.plan_prepared(resolved)
            if plan.price is None:
                raise plan.price_error or ServiceError("SERVICE_ERROR", "The network named no price.")
            return plan
        with self._answers.progress(resolved) as on_progress:
            return await app.engine.run_prepared(resolved, on_progress)


def _named(mode: Reached) -> str:
    """Return the name of a mode that no other plugin's can be mistaken for."""
    return f"{mode.owned.plugin.name}:{mode.name}"
