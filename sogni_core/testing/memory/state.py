"""What the network knows: accounts, projects, files, and what is to go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sogni_core.testing.memory.clock import VirtualClock
from sogni_core.testing.memory.faults import Faults
from sogni_core.testing.memory.project import MemoryProject

URL = "http://memory.test"
SOCKET_URL = "ws://memory.test"
API_KEY = "memory-key"


class MemoryState:
    """Shared by the two hosts of the network."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.faults = Faults()
        self.projects: list[MemoryProject] = []
        self.calls: list[str] = []
        """HTTP requests so far: method and path."""
        self.files: dict[str, bytes] = {}
        """Files of other hosts, by URL."""
        self.contents: dict[str, bytes] = {}
        """Content of an output, by output format."""
        self.uploads: dict[str, dict[str, bytes]] = {}
        """Uploaded files by slot, by the id of a project that has not arrived yet."""
        self.balance = {"spark": Decimal(0), "sogni": Decimal(0)}
        self.price: Decimal | None = Decimal(1)

    def project(self, project_id: str) -> MemoryProject | None:
        """Return a project by its id."""
        return next((project for project in self.projects if project.id == project_id), None)

    def recovered(self, app_id: str) -> dict[str, Any]:
        """Describe the projects of an app id that still run, and those that ended unseen. protocol: section 6.2."""
        mine = [project for project in self.projects if project.app_id == app_id]
        return {
            "activeProjects": [project.record() for project in mine if not project.ended],
            "unclaimedCompletedProjects": [project.record() for project in mine if project.ended and not project.seen],
        }

    def amounts(self) -> dict[str, Any]:
        """Describe the balance. protocol: section 3.2."""
        tokens = self.balance.items()
        return {token: {"settled": str(net), "credit": "0", "debit": "0", "net": str(net)} for token, net in tokens}

    def accepts(self, headers: Mapping[str, str]) -> bool:
        """Say whether the credentials are right."""
        return headers.get("api-key") == API_KEY and self.faults.strike("refuse login") is None
