"""What authors of plugins need for tests: a contract, a network in memory, and fixtures that pytest finds by itself.

``check_plugin`` runs the whole contract of a plugin, ``payload_of`` shows what is sent for a project, and
:class:`MemoryNetwork` answers a client without sockets. Fixtures are in :mod:`sogni_core.testing.pytest_plugin`;
``devnet`` comes with sogni-devnet. Names are imported when they are first asked for, since pytest loads this package in
every run of everybody who has it installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sogni_core.testing.command_line import Called, call
    from sogni_core.testing.contract import check_plugin
    from sogni_core.testing.distribution import write_distribution
    from sogni_core.testing.isolation import isolated_environ
    from sogni_core.testing.memory.network import MemoryNetwork
    from sogni_core.testing.memory.project import MemoryJob, MemoryProject
    from sogni_core.testing.payload import payload_of
    from sogni_core.testing.process import Process
    from sogni_core.testing.resolution import facts_for, plan_of, resolve

__all__ = [
    "Called",
    "MemoryJob",
    "MemoryNetwork",
    "MemoryProject",
    "Process",
    "call",
    "check_plugin",
    "facts_for",
    "isolated_environ",
    "payload_of",
    "plan_of",
    "resolve",
    "write_distribution",
]

_HOMES = {
    "Called": "command_line",
    "MemoryJob": "memory.project",
    "MemoryNetwork": "memory.network",
    "MemoryProject": "memory.project",
    "Process": "process",
    "call": "command_line",
    "check_plugin": "contract",
    "facts_for": "resolution",
    "isolated_environ": "isolation",
    "payload_of": "payload",
    "plan_of": "resolution",
    "resolve": "resolution",
    "write_distribution": "distribution",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
