"""For every test of the repository: the same machine, whoever starts the tests and whatever else it does.

The packages under test are imported once, in the main thread. pytest rewrites the assertions of every package whose
distribution brings a pytest plugin, ours among them, which parses each module as it is imported. Some releases of
CPython 3.11 cannot parse in two threads at once (they raise SystemError, "AST constructor recursion depth mismatch"),
and the devnet and the program itself import in threads.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_xdist_auto_num_workers() -> int:
    """Two processes a core: a fifth of the time the tests wait, for processes, disks and clocks."""
    return 2 * (os.cpu_count() or 1)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of the slow set, import only the files that have a part in it: the others take five seconds in each process."""
    if not config.option.markexpr.startswith("slow ") or not collection_path.name.startswith("test_"):
        return None
    return True if "mark.slow" not in collection_path.read_text("utf-8") else None


def pytest_sessionstart() -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell has it ignored in what it starts in the background, and every program started from here would too.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    limit = sys.getrecursionlimit()
    for name in ("sogni_core", "sogni_devnet"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    sys.setrecursionlimit(limit)
