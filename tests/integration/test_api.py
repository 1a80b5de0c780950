"""The Python API over real sockets: a network that lives as long as the call, and many runs on one connection."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image
from sogni_devnet.server import Devnet

import sogni_core
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.anyio


@pytest.mark.slow
async def test_the_words_of_the_docstring_work(sogni_home: object, folder: Path) -> None:
    async with sogni_core.open(network="devnet") as app:
        result = await app.run("image", prompt="a cat", output="cat.png")
        assert result.paths == (folder / "cat.png",)
        assert result.network == "devnet"
        assert result.urls == (), "what the network keeps is gone with it"
        assert isinstance(result.seeds[0], int)


async def test_two_hundred_images_on_one_connection(sogni_app: AppFactory, devnet: Devnet, folder: Path) -> None:
    async with sogni_app(environ=devnet.environ) as app:
        async with asyncio.TaskGroup() as group:
            runs = [
                group.create_task(app.run("image", prompt=f"cat {n}", width=256, height=256, output=f"{n}.png"))
                for n in range(200)
            ]
        results = [run.result() for run in runs]
        assert len({result.run_id for result in results}) == 200
        assert len(app.runs(1000)) == 200
    assert all(result.error is None for result in results)
    assert len(list(folder.glob("*.png"))) == 200
    with Image.open(folder / "199.png") as image:
        assert image.size == (256, 256)
    upgrades = [entry for entry in devnet.requests if entry.type == "upgrade" or (entry.path == "/" and entry.method)]
    assert len(upgrades) == 1
    assert len(devnet.job_requests) == 200
