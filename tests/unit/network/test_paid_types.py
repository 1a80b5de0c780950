"""What is paid for has no way to be sent again: the type checker says so, line by line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.repository import ROOT

CALLS = """
import asyncio
from sogni_core._transport.calls import PaidFrame, Reply, SafeCall, SafeFrame
from sogni_core._transport.http import Http
from sogni_core._transport.retry import repeated
from sogni_core._transport.socket import Socket
async def once(call: SafeCall) -> Reply: raise NotImplementedError
async def main(http: Http, socket: Socket, paid: PaidFrame, safe: SafeFrame) -> None:
    await repeated(SafeCall('GET', 'http://x'), once, pause=asyncio.sleep)
    await socket.send(safe)
    await socket.spend(paid, lambda: None)
    await repeated(paid, once, pause=asyncio.sleep)  # no
    await http.call(paid)  # no
    await socket.send(paid)  # no
    await socket.spend(safe, lambda: None)  # no
class Again(PaidFrame): ...  # no
"""

REQUESTS = """
from sogni_core._network.paid_request import PaidRequest
from sogni_core._protocol.events import ProjectFailed
from sogni_core._protocol.lifecycle.evidence import Failed, Known, NeverArrived, NotAdmitted, NotNamed, Unknown
from sogni_core._protocol.lifecycle.outputs import Write
from sogni_core._protocol.lifecycle.search import Unclear
from sogni_core._transport.calls import PaidFrame
def good(paid: PaidRequest, one: NeverArrived, other: NotAdmitted, end: ProjectFailed, write: Write) -> PaidFrame:
    paid.again(NotAdmitted('P', end))
    return paid.first() or paid.again(one) or paid.again(other) or paid.frame(write.proof)
def bad(paid: PaidRequest, unclear: Unclear, unknown: Unknown, known: Known, failed: Failed, left: NotNamed) -> None:
    paid.again()  # no
    paid.again(unclear)  # no
    paid.again(unknown)  # no
    paid.again('P')  # no
    Write(1, unclear)  # no
    NeverArrived('P')  # no
    NeverArrived('P', 1, 2, (unknown,))  # no
    NeverArrived('P', 1, left, (unknown, failed))  # no
    NeverArrived('P', 1, left, (unknown, known))  # no
    NotAdmitted('P')  # no
class Mine(NeverArrived): ...  # no
class Ours(PaidRequest): ...  # no
class Others(Unknown): ...  # no
"""


@pytest.mark.parametrize("text", [CALLS, REQUESTS], ids=["calls", "requests"])
def test_the_type_checker_refuses_what_could_pay_twice(text: str, tmp_path: Path) -> None:
    checked = tmp_path / "paid.py"
    checked.write_text(text.lstrip())
    # As `make lint` calls it, so that what that has found is not found again.
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", str(checked)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    refused = [int(line) for line in re.findall(r"^\S*paid.py:(\d+): error:", found.stdout, re.MULTILINE)]
    expected = [number for number, line in enumerate(text.lstrip().splitlines(), 1) if line.endswith("  # no")]
    assert refused == expected, found.stdout + found.stderr
