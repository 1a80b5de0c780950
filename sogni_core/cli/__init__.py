"""The command line ``sogni``.

``main`` takes an argument list and returns an exit code; it is what tests call. ``root`` builds the typer
app for one argument list, ``derived`` makes a subcommand of a request model, ``commands`` one of a plugin's
function, ``carrying`` runs them, ``output`` writes standard output, ``lines`` and ``display`` show progress.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Never raises, whatever goes wrong."""
    import sys

    from sogni_core.cli.root import run

    return run(list(sys.argv[1:] if argv is None else argv))
