"""Import modules in a thread while the event loop waits for the network.

The libraries for HTTP and WebSockets and the modules of a run take 100 ms to import. Bench ``ablation``: imported on
the event loop, they delay the network's answers, and one image takes 39 ms more (of 700). httpx also imports a command
line with click, rich and pygments; with it, one image needs 57 ms more processor time.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module

_imported: set[str] = set()


async def load(*modules: str, without: Sequence[str] = ()) -> None:
    """Import modules in a thread, unless :func:`load` has done so before.

    ``without``: modules that they would import and do not need; see :func:`withheld`. Raises what an import raises.
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
    """Make imports of a module fail with ImportError inside the context, unless it is already imported.

    Use it only where the importing module handles the error.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules.pop(module, None)
