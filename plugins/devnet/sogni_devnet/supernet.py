"""The state of one devnet and its connections, without sockets and HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from sogni_devnet.accounts import Account, Accounts
from sogni_devnet.faults import FAULTS, Faults, parse
from sogni_devnet.log import Log
from sogni_devnet.projects import Project, Projects
from sogni_devnet.settings import DevnetSettings
from sogni_devnet.storage import Storage
from sogni_devnet.tokens import Tokens
from sogni_devnet.tolerances import Tolerated

SYNC_CALLS, SYNC_SECONDS = 20, 10.0
"""Rate limit of ``projects/sync`` per account (protocol: 20 calls per 10 s)."""


Address = tuple[str, int] | None
"""Address of a client: host and port."""


class Line(Protocol):
    """An open connection, for the rest of the server."""

    def send(self, kind: str, payload: Any) -> None:
        """Queue a frame. Frames of one connection keep their order."""

    def close(self, code: int, reason: str = "") -> None:
        """Close after the queued frames. 1006 cuts the connection without a close frame."""


@dataclass
class Supernet:
    """The state of a devnet. Only the thread of the server changes it; other threads may read it."""

    settings: DevnetSettings
    accounts: Accounts
    clock: Callable[[], float]
    """Returns seconds since 1970. Tests pass a clock to let tokens and URLs expire."""
    stream: IO[str] | None = None
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    """Open connections by (wallet address, app id), one for each."""
    cut: Callable[[Address], None] = lambda address: None
    """Ends the connection of a client address, after its pending data. The server sets it."""

    def __post_init__(self) -> None:
        self.log = Log(self.stream)
        self.tokens = Tokens(self.accounts, self.settings, self.clock)
        self.storage = Storage(self.settings.url_seconds, self.clock)
        self.projects = Projects(self.clock)
        self.tolerated = Tolerated(self.settings.tolerated)
        self.faults = Faults(FAULTS)
        for text in self.settings.faults:
            name, options = parse(text)
            self.faults.add(name, **options)
        self._syncs: dict[str, list[float]] = {}

    def join(self, account: Account, app_id: str, line: Line) -> None:
        """Make this the connection of (account, app id), and close an earlier one with 4015."""
        earlier = self.lines.get((account.address, app_id))
        self.lines[account.address, app_id] = line
        if earlier is not None:
            earlier.close(4015, "Another connection uses this app id")

    def leave(self, account: Account, app_id: str, line: Line) -> None:
        """Remove a connection, unless another one has replaced it."""
        if self.lines.get((account.address, app_id)) is line:
            del self.lines[account.address, app_id]

    def tell(self, project: Project, kind: str, payload: Any) -> bool:
        """Send a frame to the client of a project; returns False if it is not connected."""
        line = self.lines.get((project.account.address, project.app_id))
        if line is None:
            return False
        line.send(kind, payload)
        return True

    def drop(self, project: Project, code: int) -> None:
        """Close the connection of a project's client."""
        line = self.lines.get((project.account.address, project.app_id))
        if line is not None:
            line.close(code, "")

    def tell_balance(self, account: Account) -> None:
        """Send the balance to all connections of an account."""
        for (wallet, _), line in list(self.lines.items()):
            if wallet == account.address:
                line.send("balanceUpdate", account.balance.payload())

    def may_sync(self, account: Account) -> bool:
        """Count a call of ``projects/sync``; returns False if the rate limit is exceeded."""
        now = self.clock()
        calls = [at for at in self._syncs.get(account.address, []) if at > now - SYNC_SECONDS]
        allowed = len(calls) < SYNC_CALLS
        self._syncs[account.address] = [*calls, now] if allowed else calls
        return allowed
