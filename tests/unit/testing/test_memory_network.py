"""The network in memory, as an author of plugins uses it."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from PIL import Image

import sogni_core
from sogni_core.errors import SogniError
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import AppFactory, Program

MP4 = b"\0\0\0\x10ftypisom\0\0\0\0"


@pytest.fixture(autouse=True)
def _no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a socket that connects fail the test: what is said of the network is that it opens none."""

    def refuse(*_: object) -> None:
        raise AssertionError("a socket was connected")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.anyio
async def test_what_was_asked_for_can_be_looked_at(
    sogni_app: AppFactory, sogni_network: MemoryNetwork, tmp_path: Path
) -> None:
    reference = tmp_path / "a.png"
    Image.new("RGB", (64, 48), "teal").save(reference)
    async with sogni_app(plugins=[], network=sogni_network) as app:
        result = await app.run("image", prompt="a hat", context=[str(reference)], width=320, height=256, count=2)
    (project,) = sogni_network.projects
    assert (project.prompt, project.model, project.count) == ("a hat", "qwen_image_edit_2511_fp8_lightning", 2)
    assert (project.size, project.format, project.state) == ((320, 256), "png", "completed")
    assert (project.payload["tokenType"], project.frame["hasContextImage1"]) == ("spark", True)
    assert list(project.assets) == ["contextImage1"]
    assert project.assets["contextImage1"].startswith(b"\x89PNG")
    assert result.urls[0].startswith("http://memory.test/files/")
    assert "PUT /files" in {call[:10] for call in sogni_network.calls}


@pytest.mark.anyio
@pytest.mark.parametrize("output_format", ["png", "jpg", "webp"])
async def test_images_have_the_size_that_was_asked_for(
    sogni_app: AppFactory, sogni_network: MemoryNetwork, folder: Path, output_format: str
) -> None:
    async with sogni_app(plugins=[], network=sogni_network) as app:
        found = await app.run("image", prompt="x", width=512, height=320, count=3, output=f"x.{output_format}")
    assert [(artifact.width, artifact.height) for artifact in found.artifacts] == [(512, 320)] * 3
    assert len({artifact.sha256 for artifact in found.artifacts}) == 3


def test_whole_programs_run_on_it(sogni_cli: Program, sogni_network: MemoryNetwork, folder: Path) -> None:
    called = sogni_cli("image", "a cat", "-o", "cat.png", "--json", network=sogni_network)
    assert called.exit_code == 0, called
    assert (called.json["network"], called.json["localPath"]) == ("memory", str(folder / "cat.png"))
    assert sogni_network.projects[0].prompt == "a cat"
    sogni_network.fund(spark=2.5)
    assert sogni_cli("balance", "--json", network=sogni_network).json["spark"] == 2.5


def test_one_network_serves_one_program_after_the_other(
    sogni_cli: Program, sogni_network: MemoryNetwork, folder: Path
) -> None:
    sogni_network.refuse_cancel()
    sogni_network.slow(50)
    first = sogni_cli("image", "a cat", "--timeout", "30", "-o", "x.png", "--json", network=sogni_network).json
    assert first["errorCode"] == "TIMEOUT"
    second = sogni_cli("resume", first["errorDetails"]["runId"], "--json", network=sogni_network).json
    assert (second["success"], second["projectIds"]) == (True, [sogni_network.projects[0].id])


def test_it_can_stand_for_the_live_network(sogni_cli: Program) -> None:
    live = MemoryNetwork("fast")
    assert sogni_cli("image", "a cat", "--json", network=live).json["network"] == "fast"
    called = sogni_cli("image", "a cat", "--json", network=live, environ={"SOGNI_API_KEY": "somebody-else"})
    assert (called.exit_code, called.json["errorCode"]) == (3, "AUTHENTICATION_ERROR")
    called = sogni_cli("image", "a cat", "--json", network=live, environ={"SOGNI_API_KEY": ""})
    assert (called.exit_code, called.json["errorCode"]) == (3, "MISSING_CREDENTIALS")
    assert len(live.projects) == 1


def test_the_default_network_ends_with_its_block(sogni_home: object) -> None:
    network = MemoryNetwork()

    async def name() -> str:
        async with sogni_core.open() as app:
            return str(await app.balance())

    with network.default():
        assert "1000" in asyncio.run(name())
    with pytest.raises(SogniError, match="credentials"):
        asyncio.run(name())


@pytest.mark.anyio
async def test_the_price_and_the_balance_are_what_a_test_says(
    sogni_app: AppFactory, sogni_network: MemoryNetwork
) -> None:
    sogni_network.price(1.5)
    sogni_network.fund(spark=3, sogni=0)
    async with sogni_app(plugins=[], network=sogni_network) as app:
        assert (await app.plan("image", prompt="x")).price == {"token": "spark", "amount": 1.5}
        assert (await app.run("image", prompt="x")).cost == {"token": "spark", "estimated": 1.5, "left": 1.5}
        assert await app.balance() == {"spark": 1.5, "sogni": 0}
        sogni_network.price(None)
        plan = await app.plan("image", prompt="y", count=2)
    assert (plan.price, len(plan.warnings)) == (None, 1)


@pytest.mark.anyio
async def test_a_fault_can_concern_one_project(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    sogni_network.withhold(project=1)
    async with sogni_app(plugins=[], network=sogni_network) as app:
        await app.run("image", prompt="one")
        with pytest.raises(SogniError, match="safety filter"):
            await app.run("image", prompt="two")
        await app.run("image", prompt="three")
        sogni_network.fail("overheated", message="too hot")
        with pytest.raises(SogniError, match="too hot"):
            await app.run("image", prompt="four")
        sogni_network.heal()
        await app.run("image", prompt="five")
    assert [project.state for project in sogni_network.projects] == [
        "completed", "completed", "completed", "errored", "completed",
    ]  # fmt: skip


@pytest.mark.anyio
async def test_files_of_other_hosts_are_served_or_missing(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    picture = "https://pictures.example/hat.png"
    sogni_network.serve(picture, b"not an image")
    async with sogni_app(plugins=[], network=sogni_network) as app:
        with pytest.raises(SogniError, match=r"image"):
            await app.run("image", prompt="x", context=[picture])
        with pytest.raises(SogniError, match="404"):
            await app.run("image", prompt="x", context=["https://pictures.example/none.png"])


@pytest.mark.anyio
@pytest.mark.parametrize(("times", "sent"), [(3, True), (4, False)])
async def test_uploads_that_fail_are_tried_four_times(
    sogni_app: AppFactory, sogni_network: MemoryNetwork, tmp_path: Path, times: int, sent: bool
) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    sogni_network.fail_upload(times=times)
    async with sogni_app(plugins=[], network=sogni_network) as app:
        try:
            await app.run("image", prompt="x", context=[str(tmp_path / "a.png")])
        except SogniError as error:
            assert error.code == "UPLOAD_FAILED"
    assert bool(sogni_network.projects) is sent


@pytest.mark.anyio
async def test_a_connection_can_be_ended_from_outside(sogni_app: AppFactory, sogni_network: MemoryNetwork) -> None:
    sogni_network.slow(30)
    async with sogni_app(plugins=[], network=sogni_network) as app:
        result = await app.run(
            "image",
            prompt="x",
            timeout=60,
            on_progress=lambda told: sogni_network.disconnect() if told.kind == "started" else None,
        )
    assert result.error is None
    assert len(sogni_network.projects) == 1
