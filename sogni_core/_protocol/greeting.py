"""What the server says without being asked: the greeting, and how many workers each model has; and balances.

protocol: after the upgrade come ``authenticated``, ``balanceUpdate`` and ``swarmModels``, in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sogni_core._protocol.values import count, identity, items, record
from sogni_core.frozen import frozen

_LONGEST_AMOUNT = 64


@frozen
class Balance:
    """What can be spent (``net``), in tokens; None if the service did not say it in numbers."""

    spark: Decimal | None = None
    sogni: Decimal | None = None


@frozen
class Greeting:
    """``authenticated``: messages may be sent from now on. Also names projects of earlier connections."""

    active: tuple[Mapping[str, Any], ...] = ()
    """Recovered projects that still run."""
    completed: tuple[Mapping[str, Any], ...] = ()
    """Recovered projects that ended while nobody was connected; kept for an hour, sent once."""

    @property
    def projects(self) -> dict[str, Mapping[str, Any]]:
        """Recovered projects by id, for :meth:`state.ProjectState.adopt`. If one is in both lists, it has ended."""
        return {project_id(project): project for project in (*self.active, *self.completed)}


def read_authenticated(payload: object) -> Greeting:
    """Read ``authenticated``."""
    told = record(payload)
    return Greeting(
        active=read_projects(told.get("activeProjects")),
        completed=read_projects(told.get("unclaimedCompletedProjects")),
    )


def read_balance(payload: object) -> Balance:
    """Read the ``data`` of a balance; amounts are decimal strings."""
    told = record(payload)
    return Balance(
        spark=amount(record(told.get("spark")).get("net")), sogni=amount(record(told.get("sogni")).get("net"))
    )


def read_models(payload: object) -> dict[str, int]:
    """Read ``swarmModels``: model id to number of workers."""
    counts = {name: count(workers) for name, workers in record(payload).items()}
    return {name: workers for name, workers in counts.items() if workers is not None}


def read_projects(listed: object) -> tuple[Mapping[str, Any], ...]:
    """Read a list of recovered projects; those without id and those of chats are left out."""
    return tuple(entry for entry in items(listed) if project_id(entry) and not _chat(entry))


def project_id(recovered: object) -> str:
    """Give the id of a recovered project in upper case; empty if it has none."""
    return identity(record(recovered).get("id"))


def amount(value: object) -> Decimal | None:
    """Read an amount; None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        digits = str(value)
        result = Decimal(digits) if len(digits) <= _LONGEST_AMOUNT else None
    except (InvalidOperation, ValueError):
        return None
    return result if result is not None and result.is_finite() else None


def _chat(entry: object) -> bool:
    told = record(entry)
    return told.get("jobType") == "llm" or record(told.get("model")).get("type") == "llm"
