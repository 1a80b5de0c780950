"""The flat command line ``sogni-gen``: one list of flags for all modes, as the Node program of that name has it.

A thin front: ``vocabulary`` gathers the flags from the schemas of the modes, ``scanning`` reads an argument list,
``routing`` finds the mode that it means, and the rest is the same request, settings, rules and workflow as
``sogni MODE``. ``objects`` and ``lines`` say the outcome in that program's words, ``front`` holds it together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code. Never raises, whatever goes wrong."""
    from sogni_core.cli.flat.call import run

    return run(list(argv))


def program() -> NoReturn:
    """Run the command of this process, and end it."""
    from sogni_core.cli.process import run_process

    run_process(main)
