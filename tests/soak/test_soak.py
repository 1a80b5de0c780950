"""Two thousand images through one connection while everything goes wrong that can: nothing is left behind.

``SOGNI_SOAK_SEED`` chooses the moments of the faults; a run that fails names its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.testing.isolation import isolated_environ

from .faults import SURVIVED, arm, expected, refused

RUNS, AT_ONCE = 2000, 40
PER_RUN = 4096
"""Bytes of resident memory that a run may leave behind."""

TRACED_PER_RUN = 8192
"""The same for what is allocated while it is traced: bounded caches that were full before count as new then."""

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("SOGNI_SOAK_SEED", "20261123"))


def test_two_thousand_images_and_nothing_left_behind(
    start_devnet: Callable[..., Devnet], tmp_path: Path, seed: int
) -> None:
    devnet = start_devnet(slots=16, token_seconds=86400, spark=1_000_000)
    armed = arm(devnet, seed, RUNS)
    found = _soak(devnet, tmp_path)
    struck = Counter(fault.fault.name for fault in armed for _ in range(fault.struck))
    print(f"\nseed {seed}: {sum(struck.values())} faults struck, the runs ended {found['ends']}")
    print(json.dumps({name: found[name] for name in found if name not in {"ends", "wrong"}}))
    _ended_as_they_should(found, expected(armed), refused(armed), devnet)
    _left_nothing(found)
    unused = {name for name in SURVIVED if not struck[name]}
    assert not unused, "these never struck, so nothing was shown of them"


def _soak(devnet: Devnet, folder: Path) -> dict[str, Any]:
    first = devnet.accounts[0]
    own = {"SOGNI_REST_URL": devnet.rest_url, "SOGNI_SOCKET_URL": devnet.socket_url,
           "SOGNI_USERNAME": first.username, "SOGNI_PASSWORD": first.password}  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("client.py")), str(RUNS), str(AT_ONCE)],
        cwd=folder,
        env={**isolated_environ(folder / "home", kept), **own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    left = sorted(path.name for path in folder.iterdir() if path.name != "home")
    assert left == [], "a file that no run stands for"
    return found


def _ended_as_they_should(found: dict[str, Any], ends: Counter[str], turned_away: int, devnet: Devnet) -> None:
    assert found["wrong"] == []
    assert Counter(found["ends"]) == ends + Counter({"result": RUNS - ends.total()})
    failed = ends.total()
    assert found["states"] == {"completed": RUNS - failed, "failed": failed}
    assert found["interrupted"] == 0
    assert len(devnet.projects) == RUNS - turned_away, "each was paid for once"
    assert {project.repeats for project in devnet.projects} == {0}, "what went out twice had not been taken"


def _left_nothing(found: dict[str, Any]) -> None:
    warm, worked, closed = found["warm"], found["worked"], found["closed"]
    assert worked["tasks"] <= warm["tasks"] <= 4, "the caller, the socket, and what watches over it"
    assert closed["tasks"] == 1
    assert worked["threads"] <= warm["threads"] + 1
    assert found["process"]["threads"] == 1
    files = [{name: number for name, number in one["open"].items() if name != "socket"} for one in (warm, worked)]
    assert files[1] == files[0]
    assert worked["open"].get("socket", 0) <= 2 * 16 + 3, "the lines that are kept, the socket, and the loop's own"
    assert found["process"]["after"] == found["process"]["before"]
    resident = (worked["rss"] - warm["rss"]) / found["runs"]["resident"]
    traced = (found["traced to"]["traced"] - found["traced from"]["traced"]) / found["runs"]["traced"]
    print(f"per run: {resident:.0f} bytes resident, {traced:.0f} bytes traced")
    assert traced < TRACED_PER_RUN
    assert resident < PER_RUN
