"""What workflows, validators, observers and finishers receive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sogni_core.frozen import frozen

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from sogni_core.plugin import Model
    from sogni_core.problem import Notice, Problem
    from sogni_core.project import Project
    from sogni_core.result import Artifact, Outcome, Result

SettingsT = TypeVar("SettingsT")


class Context(Protocol):
    """Gives a workflow access to the network, other workflows, settings, time and randomness.

    A workflow must take time and randomness from here. A resumed run calls the same function again and finds its
    finished steps by their keys.
    """

    @property
    def folder(self) -> Path:
        """Folder of this run for files between steps. It is private, and it is kept."""
        ...

    @property
    def random(self) -> random.Random:
        """Random numbers of this run. A resumed run gets the same numbers."""
        ...

    async def submit(self, project: Project, key: str, *, output: Path | None = None) -> Outcome:
        """Submit a project as the step ``key`` of this run and wait until it ends.

        Outputs are saved to ``output`` (several as ``name-1.png``, ``name-2.png``, …). Without it they stay on the
        network, unless the network ends with the call. A step that fails does not raise.
        """
        ...

    async def run(self, name: str, /, key: str | None = None, **fields: Any) -> Result:
        """Run another mode, ``"mode"`` or ``"mode:workflow"``, as part of this run.

        ``key`` distinguishes two runs of one mode. Raises InputError, PluginError (PLUGIN_NOT_INSTALLED), or what the
        workflow raises.
        """
        ...

    async def make(self, output: Path, work: Callable[[Path], Awaitable[object]]) -> Artifact:
        """Make a file on this machine, such as joined clips, and move it to ``output`` when it is complete.

        ``work`` writes the file to the path it gets, in the folder of ``output`` and without an extension. When it
        returns, the file is checked and moved. If it raises, nothing is left. A plan does not call ``work``. Raises
        InputError OUTPUT_NOT_WRITABLE, UNSUPPORTED_MEDIA, and what ``work`` raises.
        """
        ...

    def progress(self, message: str) -> None:
        """Show a message to the person who is waiting."""
        ...

    def warn(self, warning: str | Notice) -> None:
        """Add a warning to the result.

        Pass a :class:`sogni_core.problem.Notice` to name fields: each front end then calls them by its own names.
        """
        ...

    def now(self) -> datetime:
        """Return the time at which this run started, in UTC. A resumed run gets the same time."""
        ...

    def settings(self, model: type[SettingsT]) -> SettingsT:
        """Return the values of a settings table, by the model that a plugin registered for it."""
        ...


@frozen
class Facts:
    """What a validator knows besides the request."""

    mode: str
    """Name of the mode."""
    workflow: str
    """Name of the chosen workflow within the mode."""
    model: Model
    """Catalogue entry of the request's model, merged with those of its families; bare if the model is unknown."""
    given: frozenset[str]
    """Fields that the user gave; settings and defaults are not among them."""
    part_of: str | None
    """Name of the mode that the user asked for, if the request is a part of its run; None if it is the user's own."""
    settings: Callable[[type[Any]], Any]
    """Values of a settings table by its model, like :meth:`Context.settings`."""
    missing: Callable[[str], Iterable[Problem]]
    """Problems that prevent another mode, ``"mode"`` or ``"mode:workflow"``, from running on this machine, such as a
    missing program. For rules of a mode that runs the other one later, after something was paid. Raises PluginError
    PLUGIN_NOT_INSTALLED if the mode is not installed."""


@frozen(kw_only=True)
class RunFacts:
    """What an observer may know of a run."""

    run_id: str
    """Id of the run in the journal; empty in a plan, and for a mode that works on this machine alone."""
    mode: str
    """Name of the mode: of the one whose workflow submits, or of the run's own where the whole run is meant."""
    workflow: str
    """Name of the workflow within the mode."""
    part_of: str | None
    """Name of the mode that the user asked for, if this is a part of its run; None if ``mode`` is that one."""
    network: str
    """Name of the network, ``fast`` or ``devnet``; empty for a mode that works on this machine alone."""
    folder: Path
    """Private folder of the run; of a plan a temporary one."""
    planned: bool
    """Whether this is a plan: nothing is sent."""
    settings: Callable[[type[Any]], Any]
    """Values of a settings table by its model, as :meth:`Context.settings`."""


@frozen(kw_only=True)
class SubmitFacts(RunFacts):
    """What an observer and a rule about projects may know besides the project."""

    key: str
    """Name of the step, unique in its run: ``image``, or ``front/image`` for one of a part."""
    price: Callable[[], Awaitable[Mapping[str, Any] | None]]
    """Ask the network for the price of the project: ``{"token": "spark", "amount": 1.5, "usd": 0.01}``, None if it does
    not say. After the step: the price as far as it is known by then. Not for rules, which ask nobody."""


@frozen(kw_only=True)
class FinishFacts(RunFacts):
    """What a finisher may know besides the file."""

    key: str
    """Name of the step; empty for a file that was made on this machine."""
    project: Project | None
    """The project that it is an output of; None for a file that was made on this machine."""
    artifact: Artifact
    """What is known of the output. ``path`` is its final place, where nothing is yet; ``size`` and ``sha256`` are not
    known before all finishers are done."""
