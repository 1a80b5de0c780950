"""What a workflow and a validator are handed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sogni_core.frozen import frozen

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from sogni_core.plugin import Model
    from sogni_core.problem import Problem
    from sogni_core.project import Project
    from sogni_core.result import Artifact, Outcome, Result

SettingsT = TypeVar("SettingsT")


class Context(Protocol):
    """A workflow's way to the network, to other workflows, to settings, time and randomness.

    A workflow takes time and randomness from here only: a resumed run is the same function run again,
    and steps are found by their keys.
    """

    @property
    def folder(self) -> Path:
        """Folder of this run, private and kept, for files between steps."""
        ...

    @property
    def random(self) -> random.Random:
        """Randomness of this run: the same numbers when it is resumed."""
        ...

    async def submit(self, project: Project, key: str, *, output: Path | None = None) -> Outcome:
        """Submit a project as the step ``key`` of this run and wait for its end.

        Outputs are saved to ``output`` (several as ``name-1.png``, ``name-2.png``, …); without it they
        stay on the network, unless the network ends with the call. A step that fails does not raise.
        """
        ...

    async def run(self, name: str, /, key: str | None = None, **fields: Any) -> Result:
        """Run another mode, ``"mode"`` or ``"mode:workflow"``, as a part of this run.

        ``key`` tells two runs of one mode apart. Raises InputError, PluginError (PLUGIN_NOT_INSTALLED),
        or what the workflow raises.
        """
        ...

    async def make(self, output: Path, work: Callable[[Path], Awaitable[object]]) -> Artifact:
        """Make a file on this machine, such as clips that are joined, and put it into its place in one step.

        ``work`` writes the file at the path it is given, a neighbour of ``output`` without an extension; what
        is there when it returns is checked, and moved to ``output``. If it raises, nothing is left. A plan does
        not call it. Raises InputError OUTPUT_NOT_WRITABLE, UNSUPPORTED_MEDIA, and what ``work`` raises.
        """
        ...

    def progress(self, message: str) -> None:
        """Tell the person who waits."""
        ...

    def warn(self, message: str) -> None:
        """Add a warning to the result."""
        ...

    def now(self) -> datetime:
        """Time at which this run began, UTC: the same when it is resumed."""
        ...

    def settings(self, model: type[SettingsT]) -> SettingsT:
        """Return the values of a settings table by the model that a plugin registered for it."""
        ...


@frozen
class Facts:
    """What a validator may know besides the request."""

    mode: str
    """Name of the mode."""
    workflow: str
    """Name of the chosen workflow within the mode."""
    model: Model
    """Catalogue entry of the request's model, its families merged in; bare if the model is not known."""
    given: frozenset[str]
    """Fields that the user gave, rather than a setting or a default."""
    settings: Callable[[type[Any]], Any]
    """Values of a settings table by its model, as :meth:`Context.settings`."""
    missing: Callable[[str], Iterable[Problem]]
    """What keeps another mode, ``"mode"`` or ``"mode:workflow"``, from running on this machine, such as a program that
    it needs; for rules of a mode that runs it later, after something was paid. Raises PluginError PLUGIN_NOT_INSTALLED
    if the mode is not there at all."""
