"""The command line ``sogni``.

``main`` takes an argument list and returns an exit code; it is what tests call. ``root`` builds the typer
app for one argument list, ``derived`` makes a subcommand of a request model, ``commands`` one of a plugin's
function, ``carrying`` runs them, ``output`` writes standard output, ``lines`` and ``display`` show progress.
``flat`` is the other command line, ``sogni-gen``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, that of the process by default; returns the exit code. Never raises, whatever goes wrong."""
    return unhurried(_run, argv)


def unhurried(run: Callable[[Sequence[str]], int], argv: Sequence[str] | None) -> int:
    """Run a program that ends soon; with the process's own arguments its garbage is collected more rarely."""
    if argv is not None:
        return run(argv)
    import gc
    import os
    import sys

    # pydantic would open every installed distribution once more, for plugins of its own that change how models are
    # checked; a program that pays by what they say wants none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # A command imports some hundred thousand objects, all of which live as long as it does. The collector would look
    # through them dozens of times while they come, and twice more when the interpreter ends: a quarter of the time of
    # a short command. It still runs where garbage gathers, and what it has not found by the end goes with the process.
    gc.set_threshold(200_000)
    try:
        return run(sys.argv[1:])
    except KeyboardInterrupt:
        # Only while the program itself is being imported: from then on it answers for itself.
        return _stopped(sys.argv[1:])
    finally:
        gc.freeze()


def _stopped(argv: Sequence[str]) -> int:
    from sogni_core.cli import invocation, output
    from sogni_core.errors import InterruptedRunError

    error = InterruptedRunError("INTERRUPTED", "Stopped by SIGINT.")
    output.write_error(error, invocation.read(argv, debug=False))
    return error.exit_code


def _run(argv: Sequence[str]) -> int:
    from sogni_core.cli.root import run

    return run(list(argv))
