"""The command line ``sogni``.

``main`` takes an argument list and returns an exit code; it is what tests call. ``program`` is what the installed
script calls, through ``process``. ``root`` builds the typer app for one argument list, ``derived`` makes a subcommand
of a request model, ``commands`` one of a plugin's function, ``answers`` and ``output`` write what came
of it, ``progress`` shows it meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code. Never raises, whatever goes wrong."""
    from sogni_core.cli.root import run

    return run(list(argv))


def program() -> NoReturn:
    """Run the command of this process, and end it."""
    from sogni_core.frontend.process import run_process

    run_process(main)
