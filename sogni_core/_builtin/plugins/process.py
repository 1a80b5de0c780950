"""Run an installer as a process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sogni_core._builtin.plugins.installer import Installer, shell_line
from sogni_core._core_app import CoreApp
from sogni_core.errors import PluginError
from sogni_core.result import Progress
from sogni_core.text import clean


async def run(app: CoreApp, installer: Installer, command: Sequence[str]) -> None:
    """Run an installer's command and show what it says as progress. Raises PluginError INSTALL_FAILED."""
    app.on_progress(Progress("message", message=f"Running: {shell_line(command)}"))
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        raise failed(installer, command, f"it did not start: {clean(error)}") from error
    last = ""
    assert process.stdout is not None
    async for line in process.stdout:
        text = clean(line)
        if text:
            last = text
            app.on_progress(Progress("message", message=text))
    code = await process.wait()
    if code != 0:
        raise failed(installer, command, f"it ended with exit code {code}: {last}" if last else f"exit code {code}")


def failed(installer: Installer, command: Sequence[str], reason: str) -> PluginError:
    """Make the error of a command that did not do its work."""
    return PluginError(
        "INSTALL_FAILED",
        f"{installer.name} failed: {reason}",
        hint=f"Run it by hand: {shell_line(command)}",
        details={"installer": installer.name, "command": list(command)},
    )
