"""The limit of the queue and that of rendering, where a real connection decides which of them runs."""

from __future__ import annotations

from typing import Any

import pytest
from sogni_devnet.server import Devnet

from sogni_core.testing.pytest_plugin import Program

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("fault", "limits", "message", "option"),
    [
        ("never_starts", ("-t", "60", "--queue-timeout", "1"), "Timeout after 1s in the queue.", "--queue-timeout"),
        ("silent_worker", ("-t", "1", "--queue-timeout", "60"), "Timeout after 1s of rendering.", "-t"),
    ],
)
def test_the_error_names_the_limit(
    sogni_cli: Program, devnet: Devnet, fault: str, limits: tuple[str, ...], message: str, option: str
) -> None:
    devnet.faults.add(fault)
    found: Any = sogni_cli("image", "x", "--json", *limits, environ=dict(devnet.environ)).json
    assert (found["errorCode"], found["error"]) == ("TIMEOUT", message)
    assert option in found["hint"]
    assert found["errorDetails"]["projects"][0]["state"] == "cancelled"
