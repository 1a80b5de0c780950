"""What people see of a run: how its seed was made, what was submitted, which outputs are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sogni_core._engine.resolver import Resolved
from sogni_core.errors import PluginError
from sogni_core.frozen import frozen
from sogni_core.json_value import json_value
from sogni_core.origin import LAST_RENDER
from sogni_core.plugin import Workflow
from sogni_core.problem import names_in
from sogni_core.project import Project
from sogni_core.request import Request
from sogni_core.text import clean

COMPLETED = ("media", "done", "jobs", "key")
"""What :attr:`Workflow.completes` may name."""


@frozen
class Announcements:
    """What there is to say of one step; made before anything is sent, so that no text of others can fail after it."""

    submitted: tuple[str, ...]
    """Lines for when it was sent."""
    _completes: str
    _media: str
    _key: str

    @classmethod
    def of(cls, resolved: Resolved, project: Project, medium: str, key: str) -> Announcements:
        """Make them for a project of a medium; raises PluginError if a workflow's text names what is not there."""
        workflow = resolved.workflow.record
        try:
            lines = tuple(_lines(resolved))
            made = cls(lines, workflow.completes, medium.capitalize(), key)
            made.completed(0, project.count)
        except Exception as error:
            owner = resolved.workflow.plugin.label
            text = f"Workflow {resolved.name} of plugin {owner}: a line about its progress cannot be made: {error!r}"
            raise PluginError("PLUGIN_HOOK", text, plugin=owner) from error
        return made

    def completed(self, done: int, jobs: int) -> str:
        """Say that an output is there."""
        return clean(self._completes.format(media=self._media, done=done, jobs=jobs, key=self._key))


SILENT = Announcements((), "", "", "")
"""Says nothing."""


def about_seed(resolved: Resolved) -> str | None:
    """Say how the seed was made; None if the user named it, or there is none."""
    seed = getattr(resolved.request, "seed", None)
    if seed is None:
        return None
    if resolved.origins.get("seed") == LAST_RENDER:
        return f"Using seed from last render: {seed}"
    return f"Using {resolved.seed_strategy} seed: {seed}" if resolved.seed_strategy is not None else None


def _lines(resolved: Resolved) -> Iterator[str]:
    for template in resolved.workflow.record.announces:
        values = {name: _said(resolved, name) for name in names_in(template)}
        if all(value is not None for value in values.values()):
            yield clean(template.format(**values))


def _said(resolved: Resolved, name: str) -> str | None:
    value = json_value(getattr(resolved.request, name))
    if isinstance(value, list):
        return str(len(value)) if value else None
    return str(value) if value is not None and value != "" else None


def strangers(workflow: Workflow, model: type[Request]) -> Iterable[str]:
    """Return the names in a workflow's lines that its mode's request has not; raises ValueError as :func:`names_in`."""
    asked = [name for template in workflow.announces for name in names_in(template) if name not in model.model_fields]
    return [*asked, *(name for name in names_in(workflow.completes) if name not in COMPLETED)]
