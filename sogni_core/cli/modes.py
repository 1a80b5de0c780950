"""Run a mode for the command line, with progress on standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sogni_core.app import App
from sogni_core.cli.invocation import Invocation
from sogni_core.cli.progress import ProgressView
from sogni_core.frontend import streams
from sogni_core.frontend.execution import execute
from sogni_core.frontend.run_options import RunOptions
from sogni_core.frontend.text_input import read_texts
from sogni_core.result import Plan, Result


def runner(app: App, name: str, invocation: Invocation) -> Callable[[dict[str, Any], RunOptions], Plan | Result]:
    """Return the function that runs a mode with the given options."""

    def run(given: dict[str, Any], run_options: RunOptions) -> Plan | Result:
        given = read_texts(invocation.wording.fields, given, literal=_after_dashes(invocation.argv))

        async def work() -> Plan | Result:
            prepared = await app.prepare(name, run_options=run_options, **given)
            with ProgressView(invocation) as on_progress:
                return await prepared.answer(on_progress)

        with streams.reserved_stdout():
            return execute(app, work)

    return run


def _after_dashes(argv: Sequence[str]) -> Sequence[str]:
    """Return the words after ``--``, which are taken as they are."""
    return argv[argv.index("--") + 1 :] if "--" in argv else ()
