"""A command that is the whole of its process: started, ended, and made quick on both ends."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

Main = Callable[[Sequence[str]], int]
"""Runs one command and returns its exit code."""


def run_process(main: Main) -> NoReturn:
    """Run the command that this process was started for, and end the process with its exit code.

    For the installed script alone: whoever caught the SystemExit would still end with this code.
    """
    # pydantic would open every installed distribution once more, for plugins of its own that change how models are
    # checked; a program that pays by what they say wants none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # A command imports some hundred thousand objects, all of which live as long as it does. The collector would look
    # through them dozens of times while they come, and twice more when the interpreter ends: a quarter of the time of
    # a short command. It still runs where garbage gathers, and what it has not found by the end goes with the process.
    gc.set_threshold(200_000)
    # Libraries are imported in threads while the network answers; what it says must not wait 5 ms for its turn.
    sys.setswitchinterval(0.0005)
    ended = _left_quickly()
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        # Only while the program itself is being imported: from then on it answers for itself.
        code = _stopped(sys.argv[1:])
    targets = sys.modules.get("sogni_core._host.targets")
    if targets is None or not targets.strangers:
        # Code of somebody else's plugin may have left a file open, which only a whole end would write.
        gc.freeze()
        ended(code)
    sys.exit(code)


def _left_quickly() -> Callable[[int], None]:
    """Let the process end right after all exit handlers; returns what has to be told its exit code.

    The interpreter would go on to take all modules apart, which takes 15 to 40 ms and is of no use to what is known to
    leave nothing open. Threads are waited for before the handlers. Nothing is done if somebody has registered a handler
    already, which would come after ours.
    """
    codes: list[int] = []

    def leave() -> None:
        if not codes:
            return
        try:
            for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
                stream.flush()  # type: ignore[union-attr]
        except (OSError, ValueError, AttributeError):
            return  # Python has its own way with a stream that is gone
        os._exit(codes[0])

    if atexit._ncallbacks() == 0:
        atexit.register(leave)
    return codes.append


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
