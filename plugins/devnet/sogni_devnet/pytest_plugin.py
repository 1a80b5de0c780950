"""The pytest fixtures ``devnet`` and ``start_devnet``. Every pytest run loads it, so it imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sogni_devnet.server import Devnet


@pytest.fixture
def start_devnet() -> Iterator[Callable[..., Devnet]]:
    """Return a function that starts a devnet. All devnets are stopped after the test.

    Keywords are those of :class:`sogni_devnet.settings.DevnetSettings`, and ``accounts``, ``clock``, ``port`` and
    ``log`` of :class:`sogni_devnet.server.Devnet`. By default it has no delays and renders plain pictures.
    """
    from contextlib import ExitStack

    from sogni_devnet.server import Devnet
    from sogni_devnet.settings import DevnetSettings

    with ExitStack() as running:

        def start(**options: Any) -> Devnet:
            own = {name: options.pop(name) for name in ("accounts", "clock", "port", "log") if name in options}
            settings = DevnetSettings(**{"seconds_per_image": 0, "seconds_per_clip": 0, "pictures": "plain", **options})
            return running.enter_context(Devnet(settings, **own))

        yield start


@pytest.fixture
def devnet(start_devnet: Callable[..., Devnet], request: pytest.FixtureRequest) -> Devnet:
    """Return a new, running devnet.

    ``@pytest.mark.parametrize("devnet", [{"seconds_per_image": 1}], indirect=True)`` sets its keywords.
    """
    return start_devnet(**getattr(request, "param", {}))
