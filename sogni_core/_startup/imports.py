"""Imports in a thread, while the event loop waits for the network."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module

_imported: set[str] = set()


async def load(*modules: str, without: Sequence[str] = ()) -> None:
    """Import modules off the event loop; returns when they are there.

    ``without``: modules that they would import and do not need; see :func:`withheld`.
    """
    if not _imported.issuperset(modules):
        await asyncio.to_thread(_load, modules, without)
        _imported.update(modules)


def _load(modules: Sequence[str], without: Sequence[str]) -> None:
    with ExitStack() as stack:
        for name in without:
            stack.enter_context(withheld(name))
        for name in modules:
            import_module(name)


@contextmanager
def withheld(module: str) -> Iterator[None]:
    """Let imports of a module fail with ImportError meanwhile, unless it was imported before.

    For modules whose importer is prepared for their absence.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules.pop(module, None)
