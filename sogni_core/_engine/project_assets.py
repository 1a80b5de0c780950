"""Files that a workflow puts into a project itself: read, typed and measured before the project is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from sogni_core.media.asset import read_asset
from sogni_core.project import Asset, Project

Fetch = Callable[[str], Awaitable[Asset]]
"""Fetches a URL into a file that lasts as long as the call."""

P = TypeVar("P")


async def with_files_read(project: Project, slots: Mapping[str, str], fetch: Fetch) -> Project:
    """Return a project whose assets were all read: those of a request were, ``Asset.of(artifact)`` was not.

    ``slots``: upload slot to the kind of file it holds, those of images left out. Raises MISSING_FILE and
    UNSUPPORTED_MEDIA as :func:`sogni_core.media.read_asset`, and what fetching a URL raises.
    """
    unread = {asset: slots.get(slot, "image") for slot, asset in project.assets.items() if not asset.content_type}
    if not unread:
        return project

    async def read(asset: Asset, kind: str) -> Asset:
        local = await fetch(asset.source) if asset.is_url and asset.path is None else asset
        return await asyncio.to_thread(read_asset, local, kind=kind)

    found = await asyncio.gather(*(read(asset, kind) for asset, kind in unread.items()))
    return _replaced(project, dict(zip(unread, found, strict=True)))


def _replaced(value: P, by: Mapping[Asset, Asset]) -> P:
    """Return a dataclass with other assets, wherever in it they are."""

    def other(item: Any) -> Any:
        if isinstance(item, Asset):
            return by.get(item, item)
        if isinstance(item, tuple):
            return tuple(map(other, item))
        return _replaced(item, by) if is_dataclass(item) and not isinstance(item, type) else item

    values = {info.name: getattr(value, info.name) for info in fields(value) if info.init}  # type: ignore[arg-type]
    changed = {name: new for name, old in values.items() if (new := other(old)) is not old and new != old}
    return replace(value, **changed) if changed else value  # type: ignore[type-var]
