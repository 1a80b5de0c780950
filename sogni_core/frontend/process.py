"""The process of a command: the installed script starts it and ends it with the command's exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from sogni_core._startup import collector, pydantic_plugins

Main = Callable[[Sequence[str]], int]
"""Runs one command and returns its exit code."""


def run_process(main: Main) -> NoReturn:
    """Run the command that this process was started for, and end the process with its exit code.

    For installed scripts alone: the settings of the interpreter that are changed here suit a process that runs one
    command and ends.
    """
    files_before = collector.open_files()
    pydantic_plugins.disable()
    collector.collect_rarely()
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        # Only while the program itself is being imported; afterwards main answers for itself.
        code = _stopped(sys.argv[1:])
    collector.skip_last_collections(files_before)
    sys.exit(code)


def _stopped(argv: Sequence[str]) -> int:
    from sogni_core.errors import InterruptedRunError
    from sogni_core.frontend.objects import error_object
    from sogni_core.frontend.streams import note, write_json

    error = InterruptedRunError("INTERRUPTED", "Stopped by SIGINT.")
    if "--json" in argv:
        write_json(error_object(error))
    else:
        note(f"Error: {error.message}")
    return error.exit_code
