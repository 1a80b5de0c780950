"""The command line ``sogni``.

``main`` takes an argument list and returns an exit code; tests call it. ``program`` is called by the installed script.
``root`` builds the typer app for one argument list, ``parameters`` makes a subcommand from a request model, and
``commands`` makes one from a function of a plugin. ``help`` and ``command_help`` describe them, ``progress`` shows what
happens, and ``answers`` and ``output`` write the result or the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code. Never raises."""
    from sogni_core.cli.root import run

    return run(list(argv))


def program() -> NoReturn:
    """Run the command of this process, then end the process."""
    from sogni_core.frontend.process import run_process

    run_process(main)
