"""What a fault is, and the box in which faults wait until their moment comes."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

Moment = Literal["http", "upload", "download", "auth", "upgrade", "greeting", "frames", "request", "project", "cancel"]

MOMENTS: dict[Moment, str] = {
    "http": "a REST call whose path fits `path`",
    "upload": "a PUT to a presigned URL",
    "download": "a GET of a presigned URL",
    "auth": "a call or an upgrade with that kind of credentials",
    "upgrade": "a WebSocket upgrade",
    "greeting": "a socket that has just been accepted",
    "frames": "a connection, from its greeting to its end",
    "request": "a `jobRequest`",
    "project": "a project that was admitted",
    "cancel": "a cancel",
}
"""When a fault is looked for; ``times`` counts these."""

COMMON = frozenset(("times", "after"))
"""Options of every fault: how often it strikes (None: for ever), and how many of its moments it lets pass first."""


@dataclass(frozen=True)
class Fault:
    """One way to misbehave, by name."""

    name: str
    moment: Moment
    action: str
    """What is done; several faults may differ in their options only."""
    summary: str
    """What the server does, for people."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Every option it takes, with its default."""
    times: int | None = 1
    """How often it strikes unless said otherwise; None: for ever."""
    needs: str = ""
    """What a client has to do so that it strikes: ``upload``, ``cancel``, ``token``, ``key``, ``refresh``,
    ``many`` (a project of several jobs); empty for any image project."""


@dataclass(eq=False)
class Armed:
    """A fault that waits for its moment."""

    fault: Fault
    options: dict[str, Any]
    times: int | None
    after: int = 0
    struck: int = 0
    """How often it has struck."""

    def __getitem__(self, option: str) -> Any:
        return self.options[option]

    def fits(self, facts: Mapping[str, str]) -> bool:
        """Tell whether this is an occasion for it: options that name a fact are patterns for it."""
        return all(fnmatchcase(value, str(self.options[name])) for name, value in facts.items() if name in self.options)


class Faults:
    """The faults that are armed. Any thread may add and clear; the server's loop takes."""

    def __init__(self, known: Mapping[str, Fault]) -> None:
        self._known = known
        self._armed: list[Armed] = []
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Armed]:
        return iter(list(self._armed))

    def add(self, name: str, **options: Any) -> Armed:
        """Arm a fault; returns it, so that ``struck`` can be read later.

        ``times``: how often it strikes (None: for ever); ``after``: how many occasions it lets pass first; all
        else are its own options. Raises :class:`ValueError` for a name or an option that there is not.
        """
        fault = self._known.get(name)
        if fault is None:
            near = difflib.get_close_matches(name, self._known, 1)
            raise ValueError(f"there is no fault {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        unknown = set(options) - set(fault.options) - COMMON
        if unknown:
            raise ValueError(f"fault {name!r} has no option {', '.join(sorted(unknown))}; "
                             f"it has {', '.join(sorted({*fault.options, *COMMON}))}")  # fmt: skip
        times, after = options.pop("times", fault.times), options.pop("after", 0)
        armed = Armed(fault, {**fault.options, **options}, times, after)
        with self._lock:
            self._armed.append(armed)
        return armed

    def clear(self) -> None:
        """Behave from now on."""
        with self._lock:
            self._armed.clear()

    def take(self, moment: Moment, **facts: str) -> Armed | None:
        """Return the fault that strikes now, if one does."""
        with self._lock:
            return next((armed for armed in self._armed if self._strikes(armed, moment, facts)), None)

    def take_all(self, moment: Moment) -> tuple[Armed, ...]:
        """Return all faults that strike now."""
        with self._lock:
            return tuple(armed for armed in self._armed if self._strikes(armed, moment, {}))

    def _strikes(self, armed: Armed, moment: Moment, facts: Mapping[str, str]) -> bool:
        if armed.fault.moment != moment or armed.times == 0 or not armed.fits(facts):
            return False
        if armed.after:
            armed.after -= 1
            return False
        armed.times = None if armed.times is None else armed.times - 1
        armed.struck += 1
        return True
