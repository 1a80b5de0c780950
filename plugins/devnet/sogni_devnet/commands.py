"""``sogni devnet serve``: a devnet for other programs."""

from __future__ import annotations

import json
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from sogni_core.errors import InputError
from sogni_devnet.ffmpeg import find_ffmpeg
from sogni_devnet.refusal import NO_FFMPEG_HELP
from sogni_devnet.server import Devnet
from sogni_devnet.settings import DevnetSettings


def serve(
    app: Any,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1. 0 chooses a free one.")] = 0,
    log: Annotated[
        Path | None, typer.Option(help="Write one JSON line per request and frame to this file. Secrets are masked.")
    ] = None,
) -> None:
    """Run a devnet for other programs until interrupted, with the settings of the table ``[devnet]``.

    It prints one JSON line with restUrl, socketUrl and accounts (each with username, password and apiKey; the first has
    funds, the second none). Then it serves until Ctrl-C or a termination signal. Raises ``INVALID_ARGUMENT`` if the
    port is in use, and ``OUTPUT_NOT_WRITABLE`` if the log cannot be written.
    """
    with ExitStack() as stack:
        stream = None if log is None else stack.enter_context(_open_log(log))
        devnet = stack.enter_context(_bind(app.settings.of(DevnetSettings), port, stream))
        if find_ffmpeg() is None:
            devnet.note(NO_FFMPEG_HELP)
            print(NO_FFMPEG_HELP, file=sys.stderr)  # noqa: T201 - standard output is for the JSON line
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            stack.callback(signal.signal, number, signal.signal(number, lambda *_: stop.set()))
        print(json.dumps(announcement(devnet)), flush=True)  # noqa: T201 - callers wait for this line
        # Wait half a second at a time: on Windows, an endless wait does not notice signals.
        while not stop.wait(0.5):
            pass


def announcement(devnet: Devnet) -> dict[str, Any]:
    """Return the addresses and credentials for other programs."""
    return {
        "restUrl": devnet.rest_url,
        "socketUrl": devnet.socket_url,
        "accounts": [account.credentials() for account in devnet.accounts],
    }


def _bind(settings: DevnetSettings, port: int, stream: IO[str] | None) -> Devnet:
    try:
        return Devnet(settings, port=port, log=stream)
    except OSError as error:
        raise InputError(
            "INVALID_ARGUMENT", f"Cannot use port {port}: {error.strerror}.",
            hint="Choose another --port, or omit it to use a free one.", details={"port": port},
        ) from error  # fmt: skip


def _open_log(path: Path) -> IO[str]:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise InputError(
            "OUTPUT_NOT_WRITABLE", f"Cannot write the log {path}: {error.strerror}.", details={"path": str(path)}
        ) from error
