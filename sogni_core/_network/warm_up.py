"""Prepares for results while there is time: a library, connections to the hosts, a decoder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sogni_core._network.background import Background
from sogni_core._network.store_host import StoreHost
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._transport.http import Http
from sogni_core.project import Project


class WarmUp:
    """What a session does in advance so that the first result need not wait for it."""

    def __init__(
        self,
        http: Http,
        rest_url: str,
        store: StoreHost,
        medium_of: Callable[[Project], LoadedMedium],
        background: Background,
    ) -> None:
        self._http = http
        self._rest_url = rest_url
        self._store = store
        self._medium_of = medium_of
        self._background = background
        self.begun = False
        """Whether connections were prepared."""

    def load_http(self) -> None:
        """Import the HTTP library, while the socket waits for the service's greeting."""
        self._background.start(self._http.load())

    def begin(self, project: Project) -> None:
        """Connect to both hosts and import the decoder, while the first job renders."""
        self.begun = True
        self._background.start(self._prepare(project))

    async def _prepare(self, project: Project) -> None:
        await self._http.load()
        self._http.warm(self._rest_url)
        if self._store.url is not None:
            self._http.warm(self._store.url, store=True)
        from sogni_core._network import results

        await asyncio.to_thread(results.prepare, self._medium_of(project), project)
