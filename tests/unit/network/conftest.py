from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _recursion_limit() -> Iterator[None]:
    """Undo what importing eth-account, as some tests do themselves, does to the whole process (see ``wallet``)."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(min(limit, 1000))
    yield
    sys.setrecursionlimit(limit)
