"""Money that is not there, and all that can go wrong while it is rendered."""

from __future__ import annotations

import json
import re
import socket
from typing import Any

import pytest

from .conftest import MODEST, POOR

CLIP = "--video --duration 1 -w 480 -h 480"
POINTS = "https://app.sogni.ai/"

MODES = ["x", "-c a.png x", "--photobooth --ref face.jpg x", "--multi-angle -c subject.jpg x", f"{CLIP} x"]


@pytest.mark.parametrize("argv", MODES)
def test_insufficient_funds_keep_the_networks_words(stage: Any, argv: str) -> None:
    stage.devnet.faults.add("insufficient_funds", times=None)
    found = stage.fail(argv)
    assert (found["error"], found["errorCode"]) == ("Debit Error: Insufficient funds", "INSUFFICIENT_BALANCE")
    assert POINTS in found["hint"]


@pytest.mark.parametrize("argv", MODES[:2])
def test_an_account_without_funds(stage: Any, argv: str) -> None:
    found = stage.fail(argv, account=POOR)
    assert found["errorCode"] == "INSUFFICIENT_BALANCE"
    assert POINTS in found["hint"]


@pytest.mark.parametrize(("flags", "token"), [("", "SPARK"), ("--token sogni", "SOGNI")])
def test_a_video_is_not_begun_without_funds(stage: Any, flags: str, token: str) -> None:
    found = stage.fail(f"{CLIP} {flags} x", account=POOR)
    assert (found["error"], found["errorCode"]) == (
        f"Insufficient {token} balance (have 0.00).", "INSUFFICIENT_BALANCE",
    )  # fmt: skip
    assert found["errorDetails"]["tokenType"] == token.lower()
    assert float(found["errorDetails"]["available"]) == 0
    assert stage.projects == []


def test_a_video_is_not_begun_with_too_little(stage: Any) -> None:
    found = stage.fail("--video x", account=MODEST)
    assert re.fullmatch(
        r"Insufficient SPARK balance for video render \(need ~\d+\.\d\d, have 0\.50\)\.", found["error"]
    )
    assert found["errorCode"] == "INSUFFICIENT_BALANCE"
    assert float(found["errorDetails"]["available"]) == 0.5
    assert float(found["errorDetails"]["required"]) > 0.5
    assert stage.projects == []


def test_an_unknown_balance_is_told_and_the_video_made(stage: Any) -> None:
    stage.devnet.faults.add("http_400", times=None, path="/v4/account/balance")
    assert stage.call(f"{CLIP} x").exit_code == 0
    assert any(re.match(r"Warning: Could not fetch balance \(.+\)$", line) for line in stage.lines), stage.called.stderr


def test_an_unknown_price_is_told_and_the_video_made(stage: Any) -> None:
    stage.devnet.faults.add("http_400", times=None, path="/api/*/estimate/*")
    assert stage.call(f"{CLIP} x").exit_code == 0
    said = [line for line in stage.lines if re.match(r"Warning: Could not estimate video cost \(.+\)$", line)]
    assert said, stage.called.stderr


def test_an_unknown_price_is_an_error_where_it_was_asked_for(stage: Any) -> None:
    stage.devnet.faults.add("http_400", times=None, path="/api/*/estimate/*")
    assert stage.fail("--video --estimate-video-cost")["errorCode"]


BROKEN = [
    (fault, argv) for fault in ("job_error", "project_error") for argv in MODES
]  # fmt: skip


@pytest.mark.parametrize(("fault", "argv"), BROKEN)
def test_what_fails_is_told_at_once(stage: Any, fault: str, argv: str) -> None:
    """No mode waits for its time to run out, and the network's words are kept."""
    stage.devnet.faults.add(fault, times=None)
    found = stage.fail(argv)
    assert found["error"] == {"job_error": "The worker failed", "project_error": "The project failed"}[fault]
    assert "context" in found


@pytest.mark.parametrize("argv", MODES)
def test_a_refusal_is_told_at_once(stage: Any, argv: str) -> None:
    stage.devnet.faults.add("unknown_code", times=None)
    assert stage.fail(argv)["error"] == "Something else"


@pytest.mark.parametrize("argv", ["x", "-c a.png x", f"{CLIP} x"])
def test_what_is_withheld_is_no_success(stage: Any, argv: str) -> None:
    """The original has a text for it that it cannot reach; one that says more is as good."""
    stage.devnet.faults.add("withheld", times=None)
    found = stage.fail(argv)
    assert re.search("filtered|withheld", found["error"])
    assert found["errorCode"]


def test_some_that_fail_fail_the_call_and_the_rest_is_there(stage: Any) -> None:
    stage.devnet.faults.add("partial_failure")
    found = stage.fail("-n 3 -o x.png x")
    assert found["errorCode"] == "PARTIAL"
    assert len(found["localPaths"]) == 2
    assert len(list(stage.folder.glob("x*.png"))) == 2


@pytest.mark.parametrize("argv", ["-c a.png x", f"{CLIP} x", "--photobooth --ref face.jpg x"])
def test_when_the_time_is_up_it_is_said(stage: Any, argv: str) -> None:
    stage.devnet.faults.add("never_starts")
    found = stage.fail(f"-t 1 {argv}")
    assert (found["error"], found["errorCode"]) == ("Timeout after 1s", "TIMEOUT")
    assert "context" in found


def test_a_key_that_is_refused(stage: Any) -> None:
    found = stage.fail("x", environ={"SOGNI_API_KEY": "wrong"})
    assert found["errorCode"] == "AUTHENTICATION_ERROR"
    assert "wrong" not in json.dumps(found)


def test_a_network_that_is_not_there(stage: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        environ = {"SOGNI_REST_URL": f"http://127.0.0.1:{port}", "SOGNI_SOCKET_URL": f"ws://127.0.0.1:{port}"}
        found = stage.fail("-t 5 x", environ=environ)
    assert found["errorCode"]
    assert "context" in found


def test_words_of_others_are_cleaned(stage: Any) -> None:
    stage.devnet.faults.add("unknown_word", times=None)
    called = stage.call("x")
    assert called.exit_code == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", called.stderr.replace("\n", ""))
