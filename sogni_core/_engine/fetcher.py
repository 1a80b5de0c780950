"""Fetch the files that a user named by URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sogni_core._transport.http import Http
from sogni_core.files import PartFile
from sogni_core.project import Asset

LARGEST = 512 * 1024 * 1024
"""Bytes; a reference beyond it is refused instead of filling the disk."""


class Fetcher:
    """Fetches each URL once into a private folder that lasts as long as the call."""

    def __init__(self, http: Callable[[], Http], folder: Callable[[], Path]) -> None:
        self._http = http
        self._make_folder = folder
        self._folder: Path | None = None
        self._count = 0

    async def fetch(self, url: str) -> Asset:
        """Fetch; raises InputError FETCH_FAILED or URL_REFUSED."""
        if self._folder is None:
            self._folder = self._make_folder()
        self._count += 1
        path = self._folder / f"fetched-{self._count}"
        with PartFile(path) as part_file:
            await self._http().fetch(url, part_file, limit_bytes=LARGEST)
            part_file.commit()
        return replace(Asset(url), path=path)
