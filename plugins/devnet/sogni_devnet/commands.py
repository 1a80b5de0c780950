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
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    log: Annotated[
        Path | None, typer.Option(help="File for one JSON line per request and frame; secrets are masked.")
    ] = None,
) -> None:
    """Run a devnet for other programs until interrupted; its pace and money are those of the table ``[devnet]``.

    Prints one JSON line with restUrl, socketUrl and accounts (each username, password, apiKey; the first
    has funds, the second none), then serves until Ctrl-C or a termination signal. Raises ``INVALID_ARGUMENT``
    if the port is taken and ``OUTPUT_NOT_WRITABLE`` if the log cannot be written.
    """
    with ExitStack() as stack:
        stream = None if log is None else stack.enter_context(_open_log(log))
        devnet = stack.enter_context(_bind(app.settings.of(DevnetSettings), port, stream))
        if find_ffmpeg() is None:
            devnet.note(NO_FFMPEG_HELP)
            print(NO_FFMPEG_HELP, file=sys.stderr)  # noqa: T201 - standard output is for the announcement
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            stack.callback(signal.signal, number, signal.signal(number, lambda *_: stop.set()))
        print(json.dumps(announcement(devnet)), flush=True)  # noqa: T201 - the line that callers wait for
        # Half a second and not for ever: on Windows a wait without end does not see signals.
        while not stop.wait(0.5):
            pass


def announcement(devnet: Devnet) -> dict[str, Any]:
    """Return what other programs need to log in."""
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
            "INVALID_ARGUMENT", f"Port {port} of this machine cannot be used: {error.strerror}.",
            hint="Choose another --port, or leave it out to get a free one.", details={"port": port},
        ) from error  # fmt: skip


def _open_log(path: Path) -> IO[str]:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise InputError(
            "OUTPUT_NOT_WRITABLE", f"The log {path} cannot be written: {error.strerror}.", details={"path": str(path)}
        ) from error
