"""Projects that the network names and no run here submitted: written down once, and shown."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sogni_devnet.server import Devnet

from sogni_core._journal.app_ids import lease_app_id
from sogni_core._journal.journal import Journal
from sogni_core._network.account import Account
from sogni_core._network.session import Session
from sogni_core._protocol import ids
from sogni_core._transport.http import Http
from sogni_core.project import ImageProject
from sogni_core.settings import Paths
from sogni_core.settings.credentials import Credentials
from sogni_core.testing.pytest_plugin import AppFactory, Program
from tests.media import medium_of

ENDPOINT, ACCOUNT, APP = "wss://socket.example.test", "me", "app-1"
DONE = {"imgID": "A", "status": "jobCompleted", "seedUsed": 7}


def note(home: Paths, *projects: Mapping[str, object]) -> None:
    journal = Journal(home.journal)
    for project in projects:
        journal.note_found(project, ENDPOINT, ACCOUNT, APP)
    journal.close()


def test_nothing_found_is_said(sogni_cli: Program, sogni_home: Paths) -> None:
    called = sogni_cli("runs", "--found")
    assert (called.exit_code, called.stdout) == (0, "No projects found.\n")
    assert sogni_cli("runs", "--found", "--json").json == {"success": True, "type": "foundProjects", "projects": []}


def test_found_projects_are_listed_and_runs_are_not(sogni_cli: Program, sogni_home: Paths) -> None:
    kept = {**DONE, "imgID": "B", "triggeredNSFWFilter": True}
    note(
        sogni_home,
        {"id": "P1", "status": "active"},
        {"id": "P2", "status": "errored", "completedWorkerJobs": [kept]},
        {"id": "P3", "status": "completed", "model": {"id": "m"}, "completedWorkerJobs": [DONE, kept]},
    )
    lines = sogni_cli("runs", "--found").stdout.splitlines()
    assert [line.split()[:3] for line in lines if line.startswith("P")] == [
        ["P3", "completed", "m"],
        ["P2", "errored", "unknown"],
        ["P1", "active", "unknown"],
    ]
    assert [line for line in lines if line.startswith(" ")] == [
        f"  1 output on {ENDPOINT}, kept for 24 hours after rendering",
        "  no outputs",
        "  still rendering when last seen",
    ]
    assert sogni_cli("runs", "--found", "-n", "1", "--json").json["projects"][0]["projectId"] == "P3"
    assert sogni_cli("runs").stdout == "No runs yet.\n"


def test_text_of_the_network_is_shown_cleaned(sogni_cli: Program, sogni_home: Paths) -> None:
    request = json.dumps({"keyFrames": [{"positivePrompt": "a \x1b[31mred\x1b[0m\ncat"}]}).encode()
    told = {"id": "P1", "status": "comp\x1b[2Jleted", "clientRequestData": base64.b64encode(request).decode()}
    note(sogni_home, told)
    called = sogni_cli("runs", "--found")
    assert "\x1b" not in called.stdout
    assert "  a red cat\n" in called.stdout


@pytest.mark.anyio
@pytest.mark.parametrize("devnet", [{"seconds_per_image": 0.2}], indirect=True)
async def test_what_another_program_left_is_found_by_the_next_run(
    sogni_app: AppFactory, sogni_home: Paths, devnet: Devnet, tmp_path: Path
) -> None:
    """The other program has the same account and app id, and no journal."""
    devnet.faults.add("drop_queued")
    project = ImageProject(model="z_image_turbo_bf16", prompt="a cat", width=256, height=256)
    http = Http()
    owner = Credentials(api_key=devnet.accounts[0].api_key)
    endpoint = replace(devnet.endpoint, username=None, password=None, api_key=None)
    account = Account(endpoint, owner, tmp_path, http)
    lease = lease_app_id(sogni_home.state, account.name, endpoint.socket_url)
    session = Session(endpoint, account=account, http=http, medium_of=medium_of, app_id=lambda _: lease.app_id)
    submission = session.submission(project, ids.make(), comfy=True)
    await submission.send(lambda: None)
    while session.connection.is_ready:
        await asyncio.sleep(0)
    await session.close()
    await http.close()
    lease.release()
    async with sogni_app(environ=devnet.environ) as app:
        await app.run("image", prompt="a dog", width=256, height=256)
        while not app.found_projects():
            await app.run("image", prompt="another dog", width=256, height=256)
        (found,) = app.found_projects()
        assert len(app.runs()) >= 1
    assert found.project_id == submission.project_id
    assert found.endpoint == devnet.endpoint.socket_url
    assert found.account == account.name
    assert (found.model, found.prompt) == ("z_image_turbo_bf16", "a cat")
