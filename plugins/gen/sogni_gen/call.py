"""One call: read the arguments, find the mode, check the request, run it, and write the answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from sogni_core.app import App
from sogni_core.errors import InputError, InternalError, InterruptedRunError, ServiceError, SogniError
from sogni_core.frontend import streams
from sogni_core.frontend.execution import execute
from sogni_core.frontend.modes import ModeInfo
from sogni_core.frontend.run_options import RunOptions
from sogni_core.frontend.traceback_text import shown_traceback
from sogni_core.prepared import Prepared
from sogni_core.result import Plan, Report, Result
from sogni_gen import objects
from sogni_gen.answers import Answers
from sogni_gen.router import Routed, route
from sogni_gen.scanner import Scan, scan
from sogni_gen.vocabulary import Vocabulary

ANYTHING = "?"
"""Prompt for a call that needs none."""


def run(argv: list[str]) -> int:
    """Run one call and return its exit code: 0, 1, or that of a signal."""
    streams.prepare_streams()
    call = Call(argv, os.environ)
    try:
        return call.run()
    except SogniError as error:
        return call.failed(error)
    except KeyboardInterrupt:
        return call.failed(InterruptedRunError("INTERRUPTED", "Stopped by SIGINT."))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - report a bug as an error too
        bug = InternalError("INTERNAL", f"{type(error).__name__}: {error}")
        bug.__cause__ = error
        return call.failed(bug)


def run_options(app: App) -> RunOptions:
    """Return how to run a request.

    As by the Node program, existing files are overwritten, and nothing is saved without ``-o``, unless settings differ.
    """
    return RunOptions(
        overwrite=app.settings.require("existing_files").built_in,
        save=False if app.settings.require("save").built_in else None,
        again=True,
        force=True,
    )


class Call:
    """The state of one call."""

    def __init__(self, argv: list[str], environ: Mapping[str, str]) -> None:
        self._argv = argv
        self._environ = environ
        self._scan = Scan()
        self._prepared: Prepared | None = None
        """The checked request. Once it is set, errors belong to the run."""
        self._answers = Answers(argv, self._scan, openclaw=bool(environ.get("OPENCLAW_PLUGIN_CONFIG")))

    def run(self) -> int:
        """Run the call and return its exit code."""
        # As the Node program: the file pays, and a host's configuration that cannot be read is a warning.
        app = App(environ=self._environ, credentials_order=("file", "environment"), host_config_optional=True)
        vocabulary = Vocabulary(app.modes, self._argv)
        scan(self._argv, vocabulary, self._scan)
        if "help" in self._scan.asked:
            from sogni_core.frontend.help_page import terminal_width
            from sogni_gen.help import help_text

            streams.write(help_text(vocabulary, app.settings, terminal_width()))
            return 0
        if "last" in self._scan.asked:
            return self._last(app)
        return self._execute(app, route(self._scan, vocabulary))

    def failed(self, error: SogniError) -> int:
        """Write an error and return the exit code."""
        if self._environ.get("SOGNI_DEBUG", "") not in ("", "0"):
            streams.note(shown_traceback(error))
        try:
            self._answers.error(error, self._prepared)
        except InputError as unwritable:
            streams.note(f"Error: {unwritable.message}")
        return error.exit_code if isinstance(error, InterruptedRunError) else 1

    def _last(self, app: App) -> int:
        """Show the file of the last render unchanged. If there is none, it is an error only with ``--json``."""
        try:
            text = app.paths.last_render.read_text("utf-8", "replace")
        except FileNotFoundError:
            missing = InputError("NO_LAST_RENDER", "No previous render found.")
            # The scan has ended, and --json may come later.
            if "--json" in self._argv:
                raise missing from None
            streams.note(missing.message)
            return 0
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise InputError("NO_LAST_RENDER", f"The last render cannot be read: {reason}.") from None
        streams.write(text if text.endswith("\n") else text + "\n")
        return 0

    def _execute(self, app: App, routed: Routed) -> int:
        self._answers.wording.fields.update(routed.mode.fields)

        async def work() -> Report | Plan | Result | None:
            self._prepared = await self._checked(app, routed)
            return await self._answer(app, self._prepared)

        with streams.reserved_stdout():
            answer = execute(app, work)
        assert self._prepared is not None
        return self._answers.write(answer, self._prepared)

    async def _checked(self, app: App, routed: Routed) -> Prepared:
        """Check the request and the call; raises InputError with all problems in order."""
        problems = list(routed.problems)
        prepared = None
        for mode, fields in ((routed.mode, routed.fields), *routed.others):
            try:
                found = await app.prepare(
                    mode.qualified_name, run_options=run_options(app), **self._complete(mode, fields)
                )
            except InputError as error:
                problems += error.as_problems()
            else:
                prepared = prepared or found
        if problems or prepared is None:
            raise InputError.of(self._answers.wording.ordered(problems))
        return prepared

    def _complete(self, mode: ModeInfo, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields, with a prompt if the call needs none, so that the rules can be checked.

        As by the Node program, one time limit covers the queue and all outputs.
        """
        if "queue_timeout" in mode.fields:
            fields = {"queue_timeout": 0, **fields}
        needless = {"version", "balance"} & self._scan.asked
        return {mode.argument.name: ANYTHING, **fields} if needless and mode.argument is not None else fields

    async def _answer(self, app: App, prepared: Prepared) -> Report | Plan | Result | None:
        if "version" in self._scan.asked:
            return None
        if "balance" in self._scan.asked:
            return await objects.balance(app, prepared)
        if prepared.plans:
            plan = await prepared.plan()
            if plan.price is None:
                raise plan.price_error or ServiceError("SERVICE_ERROR", "The network named no price.")
            return plan
        with self._answers.progress(prepared) as on_progress:
            return await prepared.run(on_progress)
