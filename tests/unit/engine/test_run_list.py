"""Lists of runs: what they say, and how they are narrowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sogni_core.errors import SogniError
from sogni_core.frontend.run_options import RunOptions
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import AppFactory

pytestmark = pytest.mark.anyio


@pytest.fixture
async def listed(sogni_app: AppFactory, sogni_network: MemoryNetwork, folder: Path) -> Any:
    """Run three images, of which the last fails, and return the function that lists their prompts."""
    async with sogni_app(plugins=[], network=sogni_network) as app:
        await app.run("image", prompt="a Café at night", output=folder / "cafe.png")
        await app.run("image", prompt="100% wool", run_options=RunOptions(labels=("agent-3",)))
        sogni_network.fail("worker lost")
        with pytest.raises(SogniError):
            await app.run("image", prompt="a wolf")

    def names(limit: int = 20, **search: Any) -> list[str]:
        return [str(run.options["prompt"]) for run in sogni_app(plugins=[]).runs(limit, **search)]

    return names


async def test_runs_are_found_by_what_is_known_of_them(listed: Any) -> None:
    assert listed() == ["a wolf", "100% wool", "a Café at night"]
    assert listed(state="failed") == ["a wolf"]
    assert listed(state="completed", limit=1) == ["100% wool"]
    assert listed(label="agent-3") == ["100% wool"]
    assert listed(label="agent") == []
    assert listed(search="WO") == ["a wolf", "100% wool"]
    assert listed(search="café") == listed(search="Café at") == ["a Café at night"]
    assert listed(search='"') == listed(search="'; DROP TABLE runs") == []
    assert listed(mode="video") == listed(state="interrupted") == listed(limit=0) == []
    assert listed(since=datetime.now(UTC) + timedelta(hours=1)) == []
    assert len(listed(since=datetime.now(UTC) - timedelta(hours=1), mode="image")) == 3


async def test_the_newest_run_and_the_run_of_a_file(listed: Any, sogni_app: AppFactory, folder: Path) -> None:
    app = sogni_app(plugins=[])
    assert app.find_run("last").options["prompt"] == "a wolf"
    assert app.find_run(str(folder / "cafe.png")).options["prompt"] == "a Café at night"
    for unknown in (str(folder / "other.png"), "nothing", "\0", ""):
        with pytest.raises(SogniError) as caught:
            app.find_run(unknown)
        assert caught.value.code == "UNKNOWN_RUN"


def test_a_line_says_what_a_run_made(sogni_cli: Any, sogni_network: MemoryNetwork, folder: Path) -> None:
    with sogni_network.default():
        assert sogni_cli("image", "a cat", "-n", "2", "-o", "cat.png").exit_code == 0
        called = sogni_cli("runs", "--search", "cat", "--since", "1h")
        row = sogni_cli("runs", "--json").json["runs"][0]
    assert called.stdout.rstrip().endswith("completed    image:text  memory  1 spark  2 files  a cat")
    assert (row["prompt"], row["cost"], len(row["files"])) == ("a cat", {"token": "spark", "amount": 1.0}, 2)
