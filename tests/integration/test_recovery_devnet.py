"""Recovery over a Supernet that was written apart from this code: drops, restarts, and processes that die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core._network.account import Account
from sogni_core._network.session import Session
from sogni_core._network.submission import Submission
from sogni_core._protocol import ids
from sogni_core._protocol.events import JobFinished, ProjectCompleted
from sogni_core._transport.http import Http
from sogni_core.errors import TransportError
from sogni_core.project import ImageProject
from sogni_core.settings.credentials import Credentials
from tests.media import medium_of

from .servers import at_once

pytestmark = pytest.mark.anyio

PROJECT = ImageProject(model="z_image_turbo_bf16", prompt="a cat", width=256, height=256)


@asynccontextmanager
async def session(devnet: Devnet, state: Path, **more: Any) -> AsyncIterator[Session]:
    """Speak to a devnet, without waiting between tries."""
    endpoint = replace(devnet.endpoint, username=None, password=None, api_key=None)
    http = Http(pause=at_once)
    account = Account(endpoint, Credentials(api_key=devnet.accounts[0].api_key), state, http)

    made = Session(
        endpoint, account=account, http=http, medium_of=medium_of, app_id=lambda _: "app-1", pause=at_once, **more
    )
    try:
        yield made
    finally:
        await made.close()
        await http.close()


def requests(devnet: Devnet) -> int:
    return len(devnet.job_requests)


async def saved(submission: Submission, folder: Path) -> list[Any]:
    files = []
    async for event in submission.events():
        if isinstance(event, JobFinished):
            files.append(await submission.collect(event.index, folder / f"{event.index}.png"))
    return files


@pytest.mark.parametrize(
    ("fault", "frames"),
    [
        ("drop_before_admission", 2),
        ("server_restarting", 2),
        ("drop_after_request", 1),
        ("drop_queued", 1),
        ("drop_rendering", 1),
        ("drop_after_result", 1),
        ("drop_before_completed", 1),
        ("drop_after_greeting", 1),
    ],
)
async def test_a_picture_survives(devnet: Devnet, tmp_path: Path, fault: str, frames: int) -> None:
    devnet.faults.add(fault)
    async with session(devnet, tmp_path / "state") as made:
        submission = made.submission(PROJECT, ids.make(), comfy=True)
        await submission.send(lambda: None)
        (file,) = await saved(submission, tmp_path)
    assert file.width == 256
    assert requests(devnet) == frames


async def test_what_was_taken_and_is_forgotten_is_lost_and_not_sent_again(devnet: Devnet, tmp_path: Path) -> None:
    devnet.faults.add("drop_rendering_lost")
    async with session(devnet, tmp_path / "state") as made:
        submission = made.submission(PROJECT, ids.make(), comfy=True)
        await submission.send(lambda: None)
        with pytest.raises(TransportError) as caught:
            await saved(submission, tmp_path)
    assert caught.value.code == "CONNECTION_LOST"
    assert set(caught.value.details["answers"].values()) == {"unknown"}
    assert requests(devnet) == 1


@pytest.mark.parametrize("devnet", [{"seconds_per_image": 0.3}], indirect=True)
async def test_what_runs_on_after_its_process_is_taken_up(devnet: Devnet, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "state") as made:
        first = made.submission(PROJECT, ids.make(), comfy=True)
        await first.send(lambda: None)
        while not first.life.mentions:
            await asyncio.sleep(0)
    async with session(devnet, tmp_path / "state") as made:
        second = made.attach(PROJECT, first.project_id, comfy=True, resend=True)
        assert (await second.recover()).state == "running"
        (file,) = await saved(second, tmp_path)
    assert file.width == 256
    assert requests(devnet) == 1


async def test_what_ended_after_its_process_is_collected_without_a_connection(devnet: Devnet, tmp_path: Path) -> None:
    async with session(devnet, tmp_path / "state") as made:
        first = made.submission(PROJECT, ids.make(), comfy=True)
        await first.send(lambda: None)
        assert [event async for event in first.events()][-1] == ProjectCompleted()
    found: list[Any] = []
    async with session(devnet, tmp_path / "state", found=found.append) as made:
        second = made.attach(PROJECT, first.project_id, comfy=True, resend=True)
        assert (await second.recover()).state == "ended"
        assert made.connection.number == 0
        (file,) = await saved(second, tmp_path)
    assert file.width == 256
    assert requests(devnet) == 1


async def test_what_never_arrived_is_sent_by_the_next_process(devnet: Devnet, tmp_path: Path) -> None:
    name = ids.make()
    async with session(devnet, tmp_path / "state") as made:
        submission = made.attach(PROJECT, name, comfy=True, resend=True)
        assert (await submission.recover()).state == "never-arrived"
        await submission.send(lambda: None)
        (file,) = await saved(submission, tmp_path)
    assert file.width == 256
    assert requests(devnet) == 1


@pytest.mark.parametrize("devnet", [{"seconds_per_image": 0.2}], indirect=True)
async def test_what_ends_unseen_is_handed_to_whoever_connects_next(devnet: Devnet, tmp_path: Path) -> None:
    devnet.faults.add("drop_queued")
    async with session(devnet, tmp_path / "state") as made:
        first = made.submission(PROJECT, ids.make(), comfy=True)
        await first.send(lambda: None)
        while made.connection.is_ready:
            await asyncio.sleep(0)
    found: list[Any] = []
    async with session(devnet, tmp_path / "state", found=found.append) as made:
        made.open()
        while not found:
            await asyncio.sleep(0.01)
    assert [one["id"].upper() for one in found] == [first.project_id]
