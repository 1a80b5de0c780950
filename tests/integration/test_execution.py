"""Signals while a command is carried out."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from sogni_devnet.server import Devnet

from sogni_core.errors import InterruptedRunError
from sogni_core.frontend.execution import execute
from sogni_core.frontend.objects import error_object
from sogni_core.result import Progress, Result
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_connections_close_does_not_lose_the_answer(
    sogni_app: AppFactory, devnet: Devnet, folder: Path, number: signal.Signals
) -> None:
    app = sogni_app(environ=devnet.environ)

    async def work() -> Result:
        result = await app.run("image", prompt="a cat", output="cat.png")
        os.kill(os.getpid(), number)
        return result

    assert execute(app, work).paths == (folder / "cat.png",)


def test_a_second_signal_while_the_connections_close_does_not_hide_the_first(
    sogni_app: AppFactory, devnet: Devnet
) -> None:
    app = sogni_app(environ=devnet.environ)

    async def work() -> None:
        await app.balance()
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await app.run("image", prompt="a cat")
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(InterruptedRunError) as caught:
        execute(app, work)
    assert caught.value.exit_code == 143


@pytest.mark.parametrize("kind", ["saved", "finished"])
def test_a_signal_after_the_last_output_still_names_the_project_and_what_is_saved(
    sogni_app: AppFactory, devnet: Devnet, folder: Path, kind: str
) -> None:
    app = sogni_app(environ=devnet.environ)

    def stop(progress: Progress) -> None:
        if progress.kind == kind:
            os.kill(os.getpid(), signal.SIGINT)

    async def work() -> Result:
        return await app.run("image", prompt="a cat", output="cat.png", on_progress=stop)

    with pytest.raises(InterruptedRunError) as caught:
        execute(app, work)
    found = error_object(caught.value)
    assert [project["state"] for project in found["errorDetails"]["projects"]] == ["completed"]
    assert found["localPaths"] == [str(folder / "cat.png")]
    assert [output["path"] for output in found["outputs"]] == found["localPaths"]
    assert found["runId"] == found["errorDetails"]["runId"] == app.runs(1)[0].id
