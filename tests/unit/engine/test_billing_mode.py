"""The billing mode: sent with the request and the estimate, and only if it was given."""

from __future__ import annotations

from typing import Any

import pytest

from sogni_core.project import ImageProject
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import Program
from tests.media import medium_of


@pytest.mark.parametrize("mode", ["auto", "subscription", "tokens"])
def test_it_is_sent_with_the_request_and_the_estimate(sogni_cli: Program, folder: Any, mode: str) -> None:
    network = MemoryNetwork("fast")
    assert sogni_cli("image", "x", "--billing-mode", mode, network=network).exit_code == 0
    assert network.projects[0].payload["billingMode"] == mode
    project = ImageProject(model="m", prompt="x", steps=4, width=64, height=64, billing_mode=mode)
    assert f"billingMode={mode}" in medium_of(project).estimate_path(project, "fast")


def test_it_is_not_sent_unless_it_is_given(sogni_cli: Program, folder: Any) -> None:
    network = MemoryNetwork("fast")
    assert sogni_cli("image", "x", network=network).exit_code == 0
    assert "billingMode" not in network.projects[0].payload
    project = ImageProject(model="m", prompt="x", steps=4, width=64, height=64)
    assert "billingMode" not in medium_of(project).estimate_path(project, "fast")


def test_an_unknown_one_is_refused(sogni_cli: Program, folder: Any) -> None:
    network = MemoryNetwork("fast")
    called = sogni_cli("image", "x", "--billing-mode", "free", "--json", network=network)
    assert (called.exit_code, called.json["problems"][0]["field"]) == (2, "billing_mode")
    assert network.projects == ()
