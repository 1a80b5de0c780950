"""The same through the command line: for each way to end, one fault that leads to it quickly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sogni_devnet.server import Devnet

from sogni_core.testing.pytest_plugin import Program

from .outcomes import RESULT, ROWS, Row

pytestmark = pytest.mark.slow

QUICK = {
    "garbage_frames + duplicated_frames + disordered_frames + foreign_frames + replayed_frames", "key_refused",
    "http_html path=/v1/account/nonce", "http_empty path=/v1/*/uploadUrl", "unknown_word", "plan_too_small",
    "insufficient_funds", "subscription_queue_full", "refused_4015", "close_4010", "never_starts", "no_workers",
    "job_error", "withheld", "partial_failure", "http_401 times=all",
}  # fmt: skip

PICKED = [row for row in ROWS if row.faults in QUICK]

StartDevnet = Callable[..., Devnet]


def test_every_end_is_tried() -> None:
    # What is not reached at all takes three tries; tests/integration/test_image_mode.py has it.
    assert {row.end for row in PICKED} == {row.end for row in ROWS} - {"CONNECTION_ERROR"}
    assert len(PICKED) == len(QUICK)


def account(devnet: Devnet, *, password: bool) -> dict[str, str]:
    first = devnet.accounts[0]
    if not password:
        return devnet.environ
    return {**devnet.environ, "SOGNI_API_KEY": "", "SOGNI_USERNAME": first.username, "SOGNI_PASSWORD": first.password}


@pytest.mark.parametrize("row", PICKED, ids=lambda row: row.end)
def test_the_command_says_what_the_table_says(
    sogni_cli: Program, start_devnet: StartDevnet, folder: Path, row: Row
) -> None:
    devnet = start_devnet(seconds_per_image=row.pace, faults=row.faults.split(" + "))
    argv = [
        "image",
        "a cat",
        "-o",
        "out/out.png",
        "--json",
        "-t",
        str(row.timeout),
        "--queue-timeout",
        str(row.timeout),
        "-n",
        str(row.count),
    ]
    if row.context:
        Image.new("RGB", (64, 48), "teal").save(folder / "reference.png")
        argv += ["-c", "reference.png"]
    called = sogni_cli(*argv, environ=account(devnet, password=row.password))
    found = called.json
    assert called.exit_code == row.exit_code
    assert found["success"] is (row.end == RESULT)
    assert found.get("errorCode") == (None if row.end == RESULT else row.end)
    saved = sorted(path.name for path in (folder / "out").iterdir()) if (folder / "out").is_dir() else []
    assert len(saved) == (row.count if row.end == RESULT else row.saved)
    assert [Path(path).name for path in found.get("localPaths", [])] == saved
    assert len(devnet.job_requests) == row.requests
    assert "Traceback" not in called.stderr
    assert "\x1b" not in called.stdout + called.stderr
    told = called.stderr + called.stdout.replace(_urls(found), "")
    assert not [secret for secret in (devnet.accounts[0].api_key, devnet.accounts[0].password) if secret in told]


def _urls(found: dict[str, Any]) -> str:
    return "\n".join(found.get("urls", ()))


@pytest.mark.parametrize("password", [False, True], ids=["key", "password"])
def test_an_image_whatever_the_live_network_is_like(
    sogni_cli: Program, start_devnet: StartDevnet, folder: Path, password: bool
) -> None:
    """All that is not known of the live network at once; what excludes each other takes turns."""
    devnet = start_devnet(tolerated=["all"])
    Image.new("RGB", (64, 48), "teal").save(folder / "reference.png")
    for turn, more in enumerate([[], ["-c", "reference.png"], ["-n", "3"]]):
        called = sogni_cli(
            "image", "a cat", "-o", f"{turn}/out.png", "--json", *more, environ=account(devnet, password=password)
        )
        assert called.exit_code == 0, called.stdout
        assert called.json["warnings"] == []
        assert len(devnet.job_requests) == turn + 1
        made = {file.path.read_bytes() for file in devnet.files if file.slot == "complete"}
        for path in map(Path, called.json["localPaths"]):
            with Image.open(path) as image:
                image.load()
            assert path.read_bytes() in made
        assert len(list((folder / str(turn)).iterdir())) == len(called.json["localPaths"])
    assert [project.status for project in devnet.projects] == ["completed"] * 3


OPEN = [row for row in ROWS if row.faults in {"http_401 times=all", "http_401 times=2 after=1", "close_4010",
                                              "close_4015", "cancel_refused"}]  # fmt: skip
"""What the journal keeps open, quickly."""


@pytest.mark.parametrize("row", OPEN, ids=lambda row: row.faults)
def test_what_is_kept_open_is_taken_up_and_not_paid_again(
    sogni_cli: Program, start_devnet: StartDevnet, folder: Path, row: Row
) -> None:
    devnet = start_devnet(seconds_per_image=min(row.pace, row.timeout + 0.7), faults=row.faults.split(" + "))
    argv = [
        "image",
        "a cat",
        "-o",
        "out.png",
        "--json",
        "-t",
        str(row.timeout),
        "--queue-timeout",
        str(row.timeout),
        "-n",
        str(row.count),
    ]
    failed = sogni_cli(*argv, environ=devnet.environ)
    assert (failed.exit_code, failed.json["errorCode"]) == (row.exit_code, row.end)
    run_id = failed.json.get("runId") or failed.json["errorDetails"]["runId"]
    devnet.faults.clear()
    resumed = sogni_cli("resume", run_id, "--json", environ=devnet.environ)
    assert resumed.exit_code == 0, resumed.stdout
    assert len(devnet.job_requests) == len(devnet.projects) == 1
    assert [Path(path).name for path in resumed.json["localPaths"]] == sorted(path.name for path in folder.iterdir())
    made = {file.path.read_bytes() for file in devnet.files if file.slot == "complete"}
    assert {path.read_bytes() for path in folder.iterdir()} == made
    assert len(made) == row.count
