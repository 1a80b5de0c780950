"""Names of outputs: of those that nobody named, and of paths with fields such as ``{seed}.png``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sogni_core._engine.local_paths import path_fields
from sogni_core._engine.resolver import Resolved
from sogni_core.errors import InputError
from sogni_core.files import FIELDS, filled, relative_name, unknown_fields
from sogni_core.problem import Problem
from sogni_core.project import Project
from sogni_core.request import Request


def automatic_paths(
    folder: Path, pattern: str, resolved: Resolved, project: Project, extension: str, began: datetime
) -> list[Path]:
    """Return the paths of a project's outputs below the output folder."""
    values = {
        **_of_run(resolved, began),
        "model": project.model,
        "prompt": project.prompt,
        "seed": project.seed if project.seed is not None else "random",
        "width": project.width or 0,
        "height": project.height or 0,
        "ext": extension,
    }
    return [folder / relative_name(pattern, {**values, "index": index + 1}) for index in range(project.count)]


def with_fields(resolved: Resolved, extension: str, now: datetime) -> Request:
    """Return the request with its paths filled in. Raises InputError for a field that does not exist.

    ``{index}``, and the fields that the mode fills in itself, stay for later.
    """
    request, mode = resolved.request, resolved.mode.record
    update: dict[str, Path] = {}
    for name in path_fields(type(request)):
        path = getattr(request, name)
        if not isinstance(path, Path) or "{" not in str(path):
            continue
        here, typed = _typed(path)
        if name == "output" and (unknown := unknown_fields(typed, mode.output_fields)):
            names = [f"{{{field}}}" for field in (*FIELDS, *mode.output_fields)]
            facts = {"unknown": f"{{{unknown[0]}}}", "available": names}
            text = "{output} has the unknown field {unknown}."
            raise InputError.of([Problem("output.field", ("output",), text, facts, hint="Available: {available}.")])
        update[name] = here / filled(typed, _values(resolved, extension, now))
    if not update:
        return request
    changed = request.model_copy(update=update)
    changed._given = request.given
    return changed


def _typed(path: Path) -> tuple[Path, str]:
    """Split a path into the current folder, whose name is no pattern, and the rest."""
    here = Path.cwd()
    return (here, str(path.relative_to(here))) if path.is_relative_to(here) else (Path(), str(path))


def _values(resolved: Resolved, extension: str, now: datetime) -> Mapping[str, object]:
    request = resolved.request
    values: dict[str, object] = {**_of_run(resolved, now), "ext": extension}
    for name in ("model", "seed", "width", "height"):
        values[name] = getattr(request, name, None)
    texts = (name for name, spec in type(request).specs().items() if spec.positional and spec.kind == "text")
    values["prompt"] = getattr(request, next(texts, "prompt"), "")
    return {name: value for name, value in values.items() if value is not None}


def _of_run(resolved: Resolved, began: datetime) -> dict[str, object]:
    local = began.astimezone()
    return {
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H%M%S}",
        "mode": resolved.run_mode.record.name,
        "workflow": resolved.workflow.record.name,
    }
