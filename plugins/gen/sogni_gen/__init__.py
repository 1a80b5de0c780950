"""The command line ``sogni-gen``: one list of flags for all modes, like the Node program of that name.

It is a thin front end on public packages. ``vocabulary`` collects the flags from the fields of the modes, ``scanner``
reads the arguments, and ``router`` finds the mode. Request, settings, rules and workflows are the same as in
``sogni MODE``. ``dialect`` has the words and the order of the Node program, ``objects``, ``progress`` and ``answers``
write the output, and ``call`` connects them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit code. Never raises."""
    from sogni_gen.call import run

    return run(list(argv))


def program() -> NoReturn:
    """Run the command of this process, then end the process."""
    from sogni_core.frontend.process import run_process

    run_process(main)
