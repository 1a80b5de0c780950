"""The official SDKs beside this repository's own two ends: installed once, driven against ``sogni devnet serve``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .driver import Sdk
from .installation import Missing, Peer, node_peer, python_peer
from .materials import Materials, make
from .staging import Stage, staged

PROGRAM = [sys.executable, "-c", "from sogni_core.cli import program; program()"]
KEPT = ("PATH", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL")

Open = Callable[..., AbstractContextManager[Sdk]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder: they need programs from package registries, and take longer than the others."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.peers)
            item.add_marker(pytest.mark.slow)
            # Of the test alone: the first of all installs the SDKs before it begins.
            item.add_marker(pytest.mark.timeout(func_only=True))


@dataclass(frozen=True)
class Served:
    """A devnet in a process of its own."""

    rest: str
    socket: str
    accounts: list[dict[str, str]]
    """The first has funds, the second none."""


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment with nothing of the user's."""
    home = str(tmp_path_factory.mktemp("peers-home"))
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    folders = dict.fromkeys(("HOME", "USERPROFILE", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), home)
    return {**kept, **folders}


@pytest.fixture(scope="session")
def materials(tmp_path_factory: pytest.TempPathFactory) -> Materials:
    """Files to upload."""
    return make(tmp_path_factory.mktemp("materials"))


@pytest.fixture(scope="session")
def python() -> Peer:
    """The Python SDK."""
    return python_peer()


@pytest.fixture(scope="session", params=["python", "node"])
def peer(request: pytest.FixtureRequest) -> Peer:
    """Each official SDK in turn."""
    peer: Peer = request.getfixturevalue(request.param)
    return peer


@pytest.fixture(scope="session")
def node() -> Peer:
    """The JavaScript SDK."""
    try:
        return node_peer()
    except Missing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def served(clean: dict[str, str]) -> Iterator[Served]:
    """A devnet that renders at once."""
    with _serve(
        clean, seconds_per_image="0", seconds_per_clip="0", pictures="plain", spark="100000", sogni="100000"
    ) as served:
        yield served


@pytest.fixture(scope="session")
def odd(clean: dict[str, str]) -> Iterator[Served]:
    """A devnet with every switch on for what is not known of the live network, or known to vary."""
    with _serve(clean, seconds_per_image="0", seconds_per_clip="0", pictures="plain", tolerated='["all"]') as served:
        yield served


@pytest.fixture(scope="session")
def slow(clean: dict[str, str]) -> Iterator[Served]:
    """A devnet that takes ten minutes for whatever it is asked for."""
    with _serve(clean, seconds_per_image="600", pictures="plain") as served:
        yield served


@pytest.fixture(scope="session")
def open_sdk(clean: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Return a function that starts an SDK and opens a client: as an account, by key, password or not yet."""
    logs = tmp_path_factory.mktemp("logs")

    @contextmanager
    def opened(peer: Peer, at: Served, *, by: str = "key", account: int = 0, quiet: bool = True) -> Iterator[Sdk]:
        number = len(list(logs.iterdir()))
        with Sdk(peer, clean, logs / f"{number}.log", quiet=quiet) as sdk:
            who = at.accounts[account]
            key = {"key": who["apiKey"]} if by == "key" else {}
            sdk.ask("open", rest=at.rest, socket=at.socket, app=f"peer-{number}", **key)
            if by == "password":
                sdk.ask("login", username=who["username"], password=who["password"])
            yield sdk

    return opened


@pytest.fixture(scope="session")
def sdk(open_sdk: Open, peer: Peer, served: Served) -> Iterator[Sdk]:
    """A client of each SDK in turn, logged in by password, with funds."""
    with open_sdk(peer, served, by="password") as sdk:
        yield sdk


@pytest.fixture(scope="session")
def python_sdk(python: Peer, clean: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sdk]:
    """A process of the Python SDK in which nothing is open; not quiet, since it is closed in the midst of its work."""
    with Sdk(python, clean, tmp_path_factory.mktemp("python") / "log", quiet=False) as sdk:
        yield sdk


@pytest.fixture(scope="session")
def node_sdk(node: Peer, clean: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sdk]:
    """A process of the JavaScript SDK, likewise."""
    with Sdk(node, clean, tmp_path_factory.mktemp("node") / "log", quiet=False) as sdk:
        yield sdk


@pytest.fixture(scope="session")
def _stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


@pytest.fixture
def stage(_stage: Stage) -> Stage:
    """A devnet behind a recorder, to which nobody has said anything yet."""
    _stage.said()
    return _stage


@pytest.fixture
def slow_stage() -> Iterator[Stage]:
    """The same; it takes ten minutes for an image."""
    with staged(seconds_per_image=600) as stage:
        yield stage


@pytest.fixture
def late_stage() -> Iterator[Stage]:
    """The same; its clock is an hour behind until somebody exchanges the token that had ended when it came."""
    stages: list[Stage] = []

    def clock() -> float:
        right = any(stage.recorder.heard("/v1/account/refresh-token") for stage in stages)
        return time.time() - (0 if right else 3600)

    with staged(clock, token_seconds=1800) as stage:
        stages.append(stage)
        yield stage


@contextmanager
def _serve(clean: dict[str, str], **settings: str) -> Iterator[Served]:
    environ = {**clean, **{f"SOGNI_DEVNET__{name.upper()}": value for name, value in settings.items()}}
    process = subprocess.Popen(
        [*PROGRAM, "devnet", "serve"], env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        told: dict[str, Any] = json.loads(process.stdout.readline())
        yield Served(told["restUrl"], told["socketUrl"], told["accounts"])
        # Windows has no signal for another process that could be waited for; ending it there says nothing.
        process.terminate()
        assert os.name == "nt" or process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
