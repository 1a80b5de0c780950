"""The command line ``sogni-gen``: one list of flags for all modes, as the Node program of that name has it.

A thin front end on public packages: ``vocabulary`` gathers the flags from the fields of the modes, ``scanner`` reads an
argument list, ``router`` finds the mode that it means, and the rest is the same request, settings, rules and workflow
as ``sogni MODE``. ``dialect`` holds that program's words and order, ``objects``, ``progress`` and ``answers`` say what
came of it, ``call`` holds it together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code. Never raises, whatever goes wrong."""
    from sogni_gen.call import run

    return run(list(argv))


def program() -> NoReturn:
    """Run the command of this process, and end it."""
    from sogni_core.frontend.process import run_process

    run_process(main)
