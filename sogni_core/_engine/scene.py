"""What all parts of one execution of a workflow share, whether it runs, plans, or works on this machine alone."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from sogni_core._engine.destinations import Destinations
from sogni_core._engine.finishers import Finishers
from sogni_core._engine.output_names import automatic_paths
from sogni_core._engine.project_assets import Fetch
from sogni_core._engine.resolver import Resolved, same_format
from sogni_core._host.registry import Owned, Registry
from sogni_core.errors import PluginError
from sogni_core.files import Place
from sogni_core.plugin import Medium, Mode
from sogni_core.problem import Notice
from sogni_core.project import Project
from sogni_core.result import Artifact, OnProgress, Progress
from sogni_core.text import clean, quote_path


@dataclass
class Claim:
    """One step, as others must not have it too."""

    prompt: str
    places: set[str]
    """Files that it writes; none any more once it has ended without an output."""


@dataclass
class Scene(ABC):
    """Settings, time, chance, notices and progress of one execution."""

    registry: Registry
    settings: Callable[[type[Any]], Any]
    prepare: Callable[[str, dict[str, Any], Owned[Mode]], Awaitable[Resolved]]
    """Resolves and checks a request that is a part of a run of this mode."""
    fetch: Fetch
    """Fetches a URL that a workflow puts into a project."""
    began: datetime
    random_seed: int
    on_progress: OnProgress
    network: str
    """Name of the network, as results report it; empty where nothing is submitted."""
    run_id: str
    """Id in the journal; empty for what the journal does not keep."""
    destinations: Destinations
    """Where files go."""
    pictures: Callable[[], Path]
    """Gives the usual output folder."""
    notices: list[Notice] = field(default_factory=list, init=False)
    """What the caller should know, each once; of this execution alone."""

    claims: dict[str, Claim] = field(default_factory=dict, init=False)
    """What each step submits and writes, by its key."""

    planned: ClassVar[bool] = False
    """Whether nothing is sent."""

    def facts(self, resolved: Resolved) -> dict[str, Any]:
        """Return what :class:`sogni_core.context.RunFacts` says of one request of this execution."""
        return {
            "run_id": self.run_id,
            "mode": resolved.mode.record.name,
            "workflow": resolved.workflow.record.name,
            "part_of": resolved.part_of.record.name if resolved.part_of is not None else None,
            "network": self.network,
            "folder": self.folder,
            "planned": self.planned,
            "settings": self.settings,
        }

    @cached_property
    def finishers(self) -> Finishers:
        """What works on the files of this execution before they take their places."""
        return Finishers(self.registry, self.warn)

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Private folder for files between steps."""

    def notice(self, notice: Notice) -> None:
        """Keep a notice for the result, once, and show it now."""
        if all(notice.said() != other.said() for other in self.notices):
            self.notices.append(notice)
            self.on_progress(Progress("warning", message=notice.said(), notice=notice))

    def claim(self, resolved: Resolved, key: str, project: Project, files: Sequence[Path]) -> None:
        """Note a step; raises PluginError for one whose key or whose files another step has."""
        owner = resolved.workflow.plugin
        wrong = f"Workflow {resolved.name} of plugin {owner.label}"
        if (same := self.claims.get(key)) is not None:
            prompts = " and ".join(f'"{clean(prompt, 80)}"' for prompt in (same.prompt, project.prompt))
            text = f"{wrong} submits two projects under the key {clean(key, 80)}: {prompts}. Give each its own key."
            raise PluginError("PLUGIN_HOOK", text, details={"key": key}, plugin=owner.label)
        places = {os.path.normcase(os.path.normpath(path)): path for path in files}
        for other, claim in self.claims.items():
            for place in claim.places & places.keys():
                both = f"{clean(other, 80)} and {clean(key, 80)}"
                text = f"{wrong} saves two steps, {both}, to one file: {quote_path(places[place])}."
                details = {"keys": [other, key], "path": str(places[place])}
                raise PluginError("PLUGIN_HOOK", text, details=details, plugin=owner.label)
        self.claims[key] = Claim(project.prompt, set(places))

    def check_extension(self, medium: Medium, project: Project, output: Path | None) -> None:
        """Tell where a project's output has a name whose format it cannot have, and leaves the format to the service.

        Not earlier, by the request alone: its output may be a file that the workflow makes of others.
        """
        if output is None or project.output_format is not None or len(medium.formats) == 1:
            return
        named = same_format(output.suffix.lower().removeprefix("."))
        if named and named not in map(same_format, medium.formats):
            facts = {"extension": quote_path(output.suffix), "medium": medium.name}
            text = "{extension} is not one of the {medium} formats that sogni can choose; the service picks one."
            self.notice(Notice("output.format-unknown", ("output",), text, facts))

    def automatic(self, resolved: Resolved, key: str, project: Project, extension: str) -> list[Place]:
        """Return where the outputs of a step go for which its workflow names no path; empty if they are not saved."""
        saving = self.destinations.saving
        if not saving.save:
            return []
        folder = saving.folder or self.pictures()
        paths = automatic_paths(folder, saving.pattern, resolved, project, extension, self.began)
        return self.destinations.automatic(key, paths)

    def saved(self, place: Place, artifact: Artifact, *, made: bool = True) -> None:
        """Note a file of this execution. ``made``: the journal does not have it."""
        if artifact.path is None:
            return
        self.destinations.written(artifact.path, artifact.sha256 if made else "")
        if artifact.path != place.path:
            self.warn(f"{quote_path(place.path)} appeared meanwhile; saved as {quote_path(artifact.path)}.")

    def warn(self, message: str) -> None:
        """Keep a text about the run as a notice."""
        self.notice(Notice.of("run.warning", message))


def distinct(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return notices without those that say the same as an earlier one."""
    found: dict[str, Notice] = {}
    for notice in notices:
        found.setdefault(notice.said(), notice)
    return tuple(found.values())
