"""The engine over a network in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core.errors import SogniError
from sogni_core.result import Result
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.pytest_plugin import AppFactory

Run = Callable[..., Awaitable[Result]]
Failure = Callable[..., Awaitable[SogniError]]


@pytest.fixture
def run(sogni_app: AppFactory, sogni_network: MemoryNetwork, folder: Path) -> Run:
    """Run the image mode in an App of its own; outputs are ``x.png``, or ``x-1.png`` and so on."""

    async def once(count: int = 1, **fields: Any) -> Result:
        async with sogni_app(plugins=[], network=sogni_network) as app:
            return await app.run("image", **{"prompt": "x", "count": count, "output": folder / "x.png", **fields})

    return once


@pytest.fixture
def failure(run: Run) -> Failure:
    """Run the image mode and return the error that it raises."""

    async def once(count: int = 1, **fields: Any) -> SogniError:
        with pytest.raises(SogniError) as caught:
            await run(count, **fields)
        return caught.value

    return once
