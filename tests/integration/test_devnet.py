"""The whole way over a Supernet on loopback that was written apart from this code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sogni_core._network.account import Account
from sogni_core._network.session import Session
from sogni_core._protocol import failures, ids
from sogni_core._protocol.events import JobFinished, ProjectCompleted, ProjectFailed
from sogni_core._transport.http import Http
from sogni_core.errors import AuthError
from sogni_core.media.asset import read_asset
from sogni_core.project import Asset, ImageProject
from sogni_core.settings.credentials import Credentials
from tests.media import medium_of

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def session(
    devnet: Any, state: Path, *, account: int = 0, key: bool = False, password: str | None = None, app_id: str = "app-1"
) -> AsyncIterator[Session]:
    """Speak to a devnet as one of its accounts."""
    who = devnet.accounts[account]
    endpoint = replace(devnet.endpoint, username=None, password=None, api_key=None)
    given = Credentials(api_key=who.api_key) if key else Credentials(who.username, password or who.password)
    http = Http()
    made = Session(
        endpoint, account=Account(endpoint, given, state, http), http=http, medium_of=medium_of, app_id=lambda _: app_id
    )
    try:
        yield made
    finally:
        await made.close()
        await http.close()


async def render(made: Session, folder: Path, before: Callable[[], None] = lambda: None, **fields: Any) -> list[Any]:
    """Submit a project and save all of it; returns the files, or the failure."""
    project = ImageProject(**{
        "model": "z_image_turbo_bf16",
        "prompt": "a cat wearing a hat",
        "width": 256,
        "height": 256,
        **fields,
    })
    submission = made.submission(project, ids.make(), comfy=True)
    await submission.upload()
    await submission.send(before)
    saved: list[Any] = []
    async for event in submission.events():
        if isinstance(event, JobFinished):
            output = folder / f"{submission.project_id}-{event.index}.png"
            saved.append(await submission.collect(event.index, output))
        if isinstance(event, ProjectFailed):
            return [failures.project_error(event)]
    assert submission.state.done
    return saved


def paths(devnet: Any) -> list[str]:
    return [entry.path for entry in devnet.requests if getattr(entry, "path", None)]


@pytest.mark.parametrize("key", [False, True])
async def test_a_picture_from_a_login_to_a_file(devnet: Any, tmp_path: Path, key: bool) -> None:
    async with session(devnet, tmp_path / "state", key=key) as made:
        (collected,) = await render(made, tmp_path, seed=5)
    with Image.open(collected.path) as picture:
        assert picture.size == (256, 256)
    assert (collected.content_type, collected.width, collected.size) == (
        "image/png",
        256,
        collected.path.stat().st_size,
    )


async def test_a_second_call_asks_for_nothing_that_can_be_spared(devnet: Any, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "state") as made:
        await render(made, tmp_path)
    before = len(paths(devnet))
    async with session(devnet, tmp_path / "state") as made:
        await render(made, tmp_path)
    asked = [path.partition("?")[0] for path in paths(devnet)[before:]]
    others = [path for path in asked if path != "/" and not path.startswith("/api/v1/models")]
    assert others[0] == "/v1/image/downloadUrl"
    assert len(others) == 2


async def test_many_at_once(devnet: Any, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "state") as made, asyncio.TaskGroup() as group:
        tasks = [group.create_task(render(made, tmp_path, count=2, seed=number)) for number in range(20)]
    assert [len(task.result()) for task in tasks] == [2] * 20
    assert len(list(tmp_path.glob("*.png"))) == 40


async def test_an_edit_with_its_uploads(devnet: Any, tmp_path: Path) -> None:
    source = tmp_path / "source.png"
    Image.new("RGB", (300, 200), "teal").save(source)
    asset = read_asset(Asset(str(source)))
    async with session(devnet, tmp_path / "state") as made:
        (collected,) = await render(
            made, tmp_path, model="qwen_image_edit_2511_fp8_lightning", context_images=(asset, asset)
        )
    assert collected.path.exists()


async def test_no_funds(devnet: Any, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "state", account=1) as made:
        (error,) = await render(made, tmp_path)
    assert error.code == "INSUFFICIENT_BALANCE"
    assert "Insufficient funds" in error.message


async def test_a_wrong_password(devnet: Any, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "state", password="wrong") as made:
        with pytest.raises(AuthError) as caught:
            await render(made, tmp_path)
    assert caught.value.code == "AUTHENTICATION_ERROR"


async def test_questions_beside_the_work(devnet: Any, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "state") as made:
        balance = await made.balance()
        price = await made.estimate(ImageProject(model="z_image_turbo_bf16", prompt="x", steps=8), "fast")
        models = await made.models("fast")
    assert (
        balance.spark == devnet.accounts[0].balance["spark"].net if isinstance(devnet.accounts[0].balance, dict) else 1
    )
    assert price.amount
    assert price.token == "spark"
    assert "z_image_turbo_bf16" in {model.id for model in models if model.workers}


@pytest.mark.parametrize("devnet", [{"token_seconds": 600, "seconds_per_image": 0}], indirect=True)
async def test_an_expired_login_is_refreshed_without_the_password(devnet: Any, tmp_path: Path) -> None:
    from sogni_core._network.tokens import TokenFile, Tokens

    async with session(devnet, tmp_path / "state") as made:
        await made.balance()
        kept = TokenFile(tmp_path / "state", devnet.accounts[0].username.lower(), devnet.rest_url)
        stored = kept.read()
    assert stored is not None
    kept.write(Tokens("x.eyJleHAiOjF9.x", stored.refresh_token))
    async with session(devnet, tmp_path / "state") as made:
        await made.balance()
    assert sum(path.startswith("/v1/account/refresh-token") for path in paths(devnet)) == 1
    assert sum(path.startswith("/v1/account/login") for path in paths(devnet)) == 1


@pytest.mark.parametrize("devnet", [{"seconds_per_image": 30}], indirect=True)
async def test_a_cancel_is_confirmed(devnet: Any, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "state") as made:
        project = ImageProject(model="z_image_turbo_bf16", prompt="x", width=256, height=256)
        submission = made.submission(project, ids.make(), comfy=True)
        await submission.send(lambda: None)
        assert await made.cancel([submission.project_id], 5) == {submission.project_id: "cancelled"}
        last = [event async for event in submission.events()][-1]
    assert isinstance(last, ProjectFailed)
    assert last.canceled


async def test_two_processes_with_one_app_id_are_told_apart(devnet: Any, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "a") as first, session(devnet, tmp_path / "a") as second:
        await render(first, tmp_path)
        await render(second, tmp_path)
        with pytest.raises(Exception, match="took this app id") as caught:
            await render(first, tmp_path)
        assert getattr(caught.value, "code", "") == "CONNECTION_REPLACED"


async def test_events_end_with_the_end(devnet: Any, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "state") as made:
        project = ImageProject(model="z_image_turbo_bf16", prompt="x", width=256, height=256, count=3)
        submission = made.submission(project, ids.make(), comfy=True)
        await submission.send(lambda: None)
        events = [event async for event in submission.events()]
    assert isinstance(events[-1], ProjectCompleted)
    assert sorted(event.index for event in events if isinstance(event, JobFinished)) == [0, 1, 2]
