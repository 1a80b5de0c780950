"""The page that tells what the peers showed tells it of these versions and these differences."""

from __future__ import annotations

import re

import pytest

from . import habits
from .installation import HERE, Peer
from .orders import ORDERS

PAGE = (HERE.parents[1] / "docs" / "explanation" / "proof.md").read_text("utf-8")


def test_the_versions_are_those_that_are_pinned(python: Peer, node: Peer) -> None:
    assert re.findall(r"^\| .*sogni-client` for \w+.* \| ([\d.]+) \|$", PAGE, re.MULTILINE) == [
        python.version,
        node.version,
    ]


def test_the_number_of_orders() -> None:
    assert f"{len(ORDERS)} orders" in PAGE


@pytest.mark.parametrize("difference", sorted({
    *(name.split("/")[-1].replace("the project", "{id}") for name in habits.EXTRA),
    *(path.rsplit(".", 1)[-1] for order in ORDERS for path in order.differences),
    *(path.split(".")[1] for manner in (habits.PYTHON, habits.JAVASCRIPT) for path in manner.upgrade),
    *(path.split(".")[1] for path in habits.LOGIN),
} - {"sec-websocket-extensions"}))  # fmt: skip
def test_every_difference_is_named(difference: str) -> None:
    assert difference in PAGE
