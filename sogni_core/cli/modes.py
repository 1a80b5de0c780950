"""Run a mode for the command line, with progress on standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sogni_core.app import App
from sogni_core.cli.confirmation import confirmation
from sogni_core.cli.invocation import Invocation
from sogni_core.cli.progress import ProgressView
from sogni_core.cli.standard_output import StandardOutput, is_asked
from sogni_core.frontend import streams
from sogni_core.frontend.execution import execute
from sogni_core.frontend.run_options import RunOptions
from sogni_core.frontend.text_input import read_texts
from sogni_core.result import Plan, Progress, Result


def runner(app: App, name: str, invocation: Invocation) -> Callable[[dict[str, Any], RunOptions], Plan | Result | None]:
    """Return the function that runs a mode with the given options."""

    def run(given: dict[str, Any], run_options: RunOptions) -> Plan | Result | None:
        fields = invocation.wording.fields
        given = read_texts(fields, given, literal=_after_dashes(invocation.argv))
        piped = StandardOutput(app, invocation) if is_asked(fields, given) else None
        if piped is None:
            return _answer(app, name, invocation, given, run_options)
        given, run_options = piped.options(fields, given, run_options)
        try:
            answer = _answer(app, name, invocation, given, run_options, files=False)
        except BaseException:
            piped.close()
            raise
        if not isinstance(answer, Result):
            return answer
        piped.write(answer)
        return None

    return run


def _answer(
    app: App,
    name: str,
    invocation: Invocation,
    given: dict[str, Any],
    run_options: RunOptions,
    *,
    files: bool = True,
) -> Plan | Result:
    """Run a mode. ``files``: whether to tell where files are saved."""

    async def work() -> Plan | Result:
        prepared = await app.prepare(name, run_options=run_options, **given)
        with ProgressView(invocation) as on_progress:

            def tell(progress: Progress) -> None:
                if files or progress.kind != "saved":
                    on_progress(progress)

            return await prepared.answer(tell, confirm=confirmation(invocation))

    with streams.reserved_stdout():
        return execute(app, work)


def _after_dashes(argv: Sequence[str]) -> Sequence[str]:
    """Return the words after ``--``, which are taken as they are."""
    return argv[argv.index("--") + 1 :] if "--" in argv else ()
