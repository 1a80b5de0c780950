"""Run a mode for the command line: its progress on standard error, its result for standard output."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

from sogni_core.app import App
from sogni_core.cli.execution import carry_out
from sogni_core.cli.invocation import Invocation
from sogni_core.cli.progress import ProgressView
from sogni_core.result import Plan, Result


def carrier(app: App, name: str, invocation: Invocation) -> Callable[[dict[str, Any], bool], Plan | Result]:
    """Make the function that carries a mode out with the options that were given."""

    def carry(given: dict[str, Any], dry_run: bool) -> Plan | Result:
        async def work() -> Plan | Result:
            if dry_run or app.planning_option(name, given):
                return await app.plan(name, **given)
            with ProgressView(invocation) as on_progress:
                return await app.run(name, on_progress=on_progress, **given)

        # Standard output is for the answer alone: what a plugin prints on the way goes to standard error.
        with contextlib.redirect_stdout(sys.stderr):
            return carry_out(app, work)

    return carry
