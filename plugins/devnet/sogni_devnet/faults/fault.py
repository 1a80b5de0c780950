"""Faults, and the set of faults that are armed."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

Moment = Literal["http", "upload", "download", "auth", "upgrade", "greeting", "frames", "request", "project", "cancel"]

MOMENTS: dict[Moment, str] = {
    "http": "a REST call whose path matches `path`",
    "upload": "a PUT to a presigned URL",
    "download": "a GET of a presigned URL",
    "auth": "a call or an upgrade with this kind of credentials",
    "upgrade": "a WebSocket upgrade",
    "greeting": "a socket that was just accepted",
    "frames": "a connection, from the greeting to its end",
    "request": "a `jobRequest`",
    "project": "a project that was admitted",
    "cancel": "a cancel",
}
"""Moments at which a fault may strike; ``times`` and ``after`` count them."""

COMMON = frozenset(("times", "after"))
"""Options of every fault: how often it strikes (None: every time), and how many moments it skips first."""


@dataclass(frozen=True)
class Fault:
    """One fault."""

    name: str
    moment: Moment
    action: str
    """What the server does. Several faults may have the same action with other options."""
    summary: str
    """What the server does, as a sentence."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Its options, with their defaults."""
    times: int | None = 1
    """How often it strikes by default; None: every time."""
    needs: str = ""
    """What a client must do for it to strike: ``upload``, ``cancel``, ``token``, ``key``, ``refresh`` or ``many`` (a
    project with several jobs); empty if any image project does it."""


@dataclass(eq=False)
class Armed:
    """A fault that is armed."""

    fault: Fault
    options: dict[str, Any]
    times: int | None
    after: int = 0
    struck: int = 0
    """How often it has struck."""

    def __getitem__(self, option: str) -> Any:
        return self.options[option]

    def fits(self, facts: Mapping[str, str]) -> bool:
        """Return whether the fault applies: an option with the name of a fact is a pattern for it."""
        return all(fnmatchcase(value, str(self.options[name])) for name, value in facts.items() if name in self.options)


class Faults:
    """The faults that are armed. Any thread may add and clear them; the event loop of the server takes them."""

    def __init__(self, known: Mapping[str, Fault]) -> None:
        self._known = known
        self._armed: list[Armed] = []
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Armed]:
        return iter(list(self._armed))

    def add(self, name: str, **options: Any) -> Armed:
        """Arm a fault and return it, so that ``struck`` can be read later.

        ``times`` is how often it strikes (None: every time), ``after`` how many moments it skips first. All other
        keywords are options of the fault. Raises :class:`ValueError` for an unknown name or option.
        """
        fault = self._known.get(name)
        if fault is None:
            near = difflib.get_close_matches(name, self._known, 1)
            raise ValueError(f"unknown fault {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
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
        """Disarm all faults."""
        with self._lock:
            self._armed.clear()

    def take(self, moment: Moment, **facts: str) -> Armed | None:
        """Return the fault that strikes now; None if there is none."""
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
