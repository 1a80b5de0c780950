"""The official SDKs beside this repository's own two ends: installed once, driven against ``sogni devnet serve``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .driver import Sdk
from .installation import Missing, Peer, node_peer, python_peer
from .materials import Materials, make

PROGRAM = [sys.executable, "-c", "import sys; from sogni_core.cli import main; sys.exit(main())"]
KEPT = ("PATH", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL")

Open = Callable[..., AbstractContextManager[Sdk]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder: they need programs from package registries, and take longer than the others."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.peers)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(600 if "peer" in getattr(item, "fixturenames", ()) else 120))


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
def slow(clean: dict[str, str]) -> Iterator[Served]:
    """A devnet that takes ten minutes for whatever it is asked for."""
    with _serve(clean, seconds_per_image="600", pictures="plain") as served:
        yield served


@pytest.fixture(scope="session")
def open_sdk(clean: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Return a function that starts an SDK and opens a client: as an account, by key, password or not yet."""
    logs = tmp_path_factory.mktemp("logs")

    @contextmanager
    def opened(peer: Peer, at: Served, *, by: str = "key", account: int = 0) -> Iterator[Sdk]:
        number = len(list(logs.iterdir()))
        with Sdk(peer, clean, logs / f"{number}.log") as sdk:
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
