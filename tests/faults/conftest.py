"""All runs of the table, once, many at a time: nearly all of their time is waiting.

They go on in a thread of their own while the tests of the command line run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from .outcomes import ROWS
from .stage import Season, play


@pytest.fixture(scope="session", autouse=True)
def _begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[Season] | None]:
    """Begin all runs, if any test asks what came of them."""
    if not any("season" in getattr(item, "fixturenames", ()) for item in request.session.items):
        yield None
        return
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1, thread_name_prefix="season") as thread:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        yield thread.submit(play, ROWS, tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def season(_begun: Future[Season]) -> Season:
    """Wait for all runs, and return what came of them."""
    return _begun.result()
