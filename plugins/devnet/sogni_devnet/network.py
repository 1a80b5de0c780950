"""The network ``devnet``, which runs as long as the call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sogni_core.plugin import Endpoint
    from sogni_devnet.settings import DevnetSettings


@asynccontextmanager
async def open_network(settings: DevnetSettings | None = None) -> AsyncIterator[Endpoint]:
    """Start a devnet, yield its endpoint, and stop it at the end.

    The server has its own thread and event loop, so a client that blocks its loop does not stop the server.
    """
    from sogni_devnet.server import Devnet

    devnet = await asyncio.to_thread(lambda: Devnet(settings).start())
    try:
        yield devnet.endpoint
    finally:
        await asyncio.to_thread(devnet.stop)
