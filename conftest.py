"""For every test of the repository: import the packages under test once, in the main thread.

pytest rewrites the assertions of every package whose distribution brings a pytest plugin, ours among them, which
parses each module as it is imported. Some releases of CPython 3.11 cannot parse in two threads at once (they raise
SystemError, "AST constructor recursion depth mismatch"), and the devnet and the program itself import in threads.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys


def pytest_sessionstart() -> None:
    limit = sys.getrecursionlimit()
    for name in ("sogni_core", "sogni_devnet"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    sys.setrecursionlimit(limit)
