"""What comes back: artifacts, how each step ended, the result of a run, a plan, progress, and reports of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sogni_core.frozen import frozen
from sogni_core.json_value import json_value

if TYPE_CHECKING:
    from sogni_core.errors import SogniError
    from sogni_core.problem import Notice
    from sogni_core.project import Project

State = Literal["completed", "partial", "failed", "withheld", "cancelled", "running", "unknown"]
"""How a step ended. ``running`` and ``unknown``: it may go on and be charged."""


@frozen
class Artifact:
    """A file that a run produced. Usable wherever a path is, once it was saved."""

    index: int
    """Place among the jobs of its project, from 0."""
    content_type: str
    """By content: ``image/png``, …"""
    path: Path | None = None
    """Absolute path of the saved file; None if only the URL is there."""
    url: str | None = field(default=None, repr=False)
    """Where the network keeps it for 24 hours."""
    size: int = 0
    """Bytes; 0 if it was not downloaded."""
    sha256: str = ""
    """Hex digest; empty if it was not downloaded."""
    width: int = 0
    """Pixels; 0 if not known."""
    height: int = 0
    """Pixels; 0 if not known."""
    seed: int | None = None
    """Seed that this output was made with."""
    labelled: bool = False
    """True if the service marked it as sensitive."""
    seconds: float = 0.0
    """Length of a video or sound; 0 if it has none or is not known."""

    def __fspath__(self) -> str:
        """Give the path of the saved file."""
        if self.path is None:
            raise ValueError("this artifact was not saved; give its project an output path")
        return str(self.path)


@frozen
class Outcome:
    """How one step ended; an error is a value here until the workflow decides."""

    key: str
    """Name of the step, unique in its run."""
    project_id: str
    """Id of its project on the wire; empty if nothing was sent."""
    state: State
    artifacts: tuple[Artifact, ...] = ()
    """What is there, by job index."""
    error: SogniError | None = None
    """What went wrong, the first thing; None if nothing did."""
    withheld: int = 0
    """Outputs that the safety filter kept."""

    @property
    def ok(self) -> bool:
        """Whether every output is there."""
        return self.state == "completed"

    def require(self) -> tuple[Artifact, ...]:
        """Return the artifacts, or raise what went wrong if there is none."""
        if not self.artifacts and self.error is not None:
            raise self.error
        return self.artifacts


@frozen
class Result:
    """What a workflow returns; the engine adds the facts of the run."""

    outcomes: tuple[Outcome, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    """The outputs, in the order to show them. If a workflow gives none, the engine takes those of all its outcomes."""
    type: str = ""
    """JSON ``type``; empty for the media of the first artifact."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the mode's own for JSON, names in camelCase. Dates, decimals, enums, paths and models are written as
    pydantic writes them, secrets are masked."""
    named: tuple[tuple[str, Artifact], ...] = ()
    """What text output shows instead of one path or URL a line: a name before each, ``front: /tmp/front.png``."""
    run_id: str = ""
    mode: str = ""
    workflow: str = ""
    network: str = ""
    cost: Mapping[str, Any] | None = None
    """What it costs, ``{"token": "spark", "estimated": 1.5, "left": 98.5}``: the price that the network named, or what
    it said that it charged; ``left`` of the balance only if the network said it; None if nobody named a price."""
    notices: tuple[Notice, ...] = ()
    """What the caller should know although it worked; a front end names their fields in its own words."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What JSON output repeats of the request, with seeds, URLs and the first path, in order."""
    error: SogniError | None = None
    """PartialError if some outputs are missing; the others are here. The engine makes one of outcomes that failed,
    unless the workflow brings its own."""

    @classmethod
    def of(cls, *outcomes: Outcome, type: str = "", extra: Mapping[str, Any] | None = None) -> Result:
        """Make a result of outcomes, with all their artifacts in order."""
        artifacts = tuple(artifact for outcome in outcomes for artifact in outcome.artifacts)
        return cls(outcomes=outcomes, artifacts=artifacts, type=type, extra=extra or {})

    @property
    def paths(self) -> tuple[Path, ...]:
        """Absolute paths of what was saved."""
        return tuple(artifact.path for artifact in self.artifacts if artifact.path is not None)

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the network keeps the outputs."""
        return tuple(artifact.url for artifact in self.artifacts if artifact.url is not None)

    @property
    def seeds(self) -> tuple[int | None, ...]:
        """Seeds of the outputs, in their order."""
        return tuple(artifact.seed for artifact in self.artifacts)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The notices as text, fields named as in Python."""
        return tuple(notice.said() for notice in self.notices)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of the result, its warnings in the words of Python."""
        own: dict[str, Any] = json_value({**self.fields, **self.extra})
        core = {"success": self.error is None, "type": self.type}
        shown: dict[str, Any] = {**core, **own, **core}
        shown["localPaths"] = [str(path) for path in self.paths]
        shown["runId"] = self.run_id
        shown["projectIds"] = list(self.project_ids)
        shown["network"] = self.network
        shown["cost"] = dict(self.cost) if self.cost is not None else None
        shown["warnings"] = list(self.warnings)
        return shown

    @property
    def project_ids(self) -> tuple[str, ...]:
        """Ids of the projects that were sent, in order."""
        return tuple(outcome.project_id for outcome in self.outcomes if outcome.project_id)


@frozen
class PlannedStep:
    """One project that a run would submit."""

    key: str
    project: Project
    files: tuple[Path, ...] = ()
    """Where its outputs would be saved."""
    price: Mapping[str, Any] | None = None
    """``{"token": "spark", "amount": 1.5, "usd": 0.01}``; None if the network did not say."""
    quote: Mapping[str, str] = field(default_factory=dict)
    """The network's own figures, ``token``, ``usd``, ``spark`` and ``sogni``, as it wrote them."""
    media: str = ""
    """Name of the project's medium, ``image`` or ``video``."""
    length: str = ""
    """How long its outputs are, ``81 frames at 16 fps``; empty where that is not known, or does not apply."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """The fields of the project that say so, by name; None where the service decides."""


@frozen
class Plan:
    """What a run would submit; nothing was sent."""

    mode: str
    workflow: str
    network: str
    steps: tuple[PlannedStep, ...] = ()
    notices: tuple[Notice, ...] = ()
    """What the caller should know; a front end names their fields in its own words."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """The resolved options, in order."""
    price_error: SogniError | None = None
    """Why the price of a project could not be fetched; None if it could."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """The notices as text, fields named as in Python."""
        return tuple(notice.said() for notice in self.notices)

    @property
    def price(self) -> Mapping[str, Any] | None:
        """Sum of the steps' prices; None unless every step has one."""
        known = [step.price for step in self.steps if step.price is not None]
        if not known or len(known) != len(self.steps):
            return None
        return {"token": known[0]["token"], "amount": sum(price["amount"] for price in known)}


@frozen
class LiveModel:
    """A model as the service lists it."""

    id: str
    name: str
    """For people, cleaned."""
    media: str
    """``image``, ``video``, ``audio``; empty if it was not said."""
    workers: int | None
    """Workers that serve it on the network that was asked about; None if they were not counted."""
    tier: str = ""
    """Id of the tier that says what it takes."""
    sid: str = ""
    """Number by which the service counts its workers."""


ProgressKind = Literal[
    "message",
    "sending",
    "connected",
    "queued",
    "started",
    "step",
    "retried",
    "job",
    "saved",
    "warning",
    "finished",
]
"""What there is to tell; all but ``message``, ``saved`` and ``warning`` are about one step."""


@frozen
class Progress:
    """One thing to tell the person who waits."""

    kind: ProgressKind
    key: str = ""
    """Step it belongs to; empty for the run."""
    message: str = ""
    """Cleaned text, for ``message``, ``warning`` and ``saved``, and for a ``job`` that has an output."""
    job: int | None = None
    """Place of the job among those of its project, from 0."""
    jobs: int = 0
    """Jobs of the project."""
    done: int = 0
    """Jobs of the project that ended."""
    fraction: float | None = None
    """0 to 1, of the job."""
    eta: float | None = None
    """Seconds until the job is done, or until it starts."""
    position: int | None = None
    """Place in the queue, from 1."""
    notice: Notice | None = None
    """What a ``warning`` says, as a value: a front end names its fields in its own words."""


OnProgress = Callable[[Progress], None]
"""Receiver of progress; called on the event loop and expected to return at once."""


@frozen
class Report:
    """What a command gives back: one JSON object, and the same as text for people."""

    fields: Mapping[str, Any]
    """JSON fields after ``success: true``, names in camelCase."""
    text: str | Sequence[str] = ""
    """Text for standard output."""
    warnings: tuple[str, ...] = ()
    success: bool = True
    """False: ``success: false`` in JSON."""
    exit_code: int = 0
