"""What all parts of one execution of a workflow share, whether it runs, plans, or works on this machine alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sogni_core._engine.resolver import Resolved
from sogni_core.problem import Notice
from sogni_core.result import OnProgress, Progress


@dataclass
class Scene(ABC):
    """Settings, time, chance, notices and progress of one execution."""

    settings: Callable[[type[Any]], Any]
    prepare: Callable[[str, dict[str, Any]], Awaitable[Resolved]]
    began: datetime
    random_seed: int
    on_progress: OnProgress
    notices: list[Notice] = field(default_factory=list, init=False)
    """What the caller should know, each once; of this execution alone."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Private folder for files between steps."""

    def notice(self, notice: Notice) -> None:
        """Keep a notice for the result, once, and show it now."""
        if all(notice.said() != other.said() for other in self.notices):
            self.notices.append(notice)
            self.on_progress(Progress("warning", message=notice.said(), notice=notice))

    def warn(self, message: str) -> None:
        """Keep a text about the run as a notice."""
        self.notice(Notice.of("run.warning", message))


def distinct(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return notices without those that say the same as an earlier one."""
    return tuple({notice.said(): notice for notice in reversed([*notices])}.values())[::-1]
