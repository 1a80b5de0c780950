"""What came of a run: the fields that JSON repeats, and whether it is success, partial or failure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sogni_core._engine.resolver import Resolved, sources
from sogni_core._host.targets import blaming
from sogni_core.errors import PartialError, SogniError
from sogni_core.files import absolute
from sogni_core.project import Asset, Project, VideoProject
from sogni_core.request import Option, Request
from sogni_core.result import Artifact, Outcome, Plan, Result

_HEAD = ("prompt", "model", "width", "height", "seed", "seed_strategy", "token_type")
"""Always there if the request has them, in this order; seeds, urls and localPath come before the last."""

_UNSAID = frozenset({"output", "timeout", "network", "last_seed", "count", "safety_filter"})
"""Said elsewhere in the output, or nothing about the result."""

_CHOSEN = ("given", "setting", "extension", "last render")
"""Origins of values that somebody chose; what models and defaults fill in is not repeated."""


def camel(name: str) -> str:
    """Turn a field's name into its name in JSON."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def plain(value: Any) -> Any:
    """Turn a value of a request into what JSON can say."""
    if isinstance(value, Asset):
        return value.source
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value


def options(resolved: Resolved) -> dict[str, Any]:
    """Return every option of a request under its name in JSON."""
    return {
        (mark.json if isinstance(mark, Option) else "") or camel(name): plain(getattr(resolved.request, name))
        for name, mark in type(resolved.request).markers()
    }


def described(resolved: Resolved) -> dict[str, Any]:
    """Return every option, and what follows from them; raises PluginError if the request cannot say it."""
    with blaming(resolved.mode.plugin, f"{type(resolved.request).__qualname__}.described"):
        return {**options(resolved), **resolved.request.described(resolved.workflow.record.name)}


def kept(resolved: Resolved) -> dict[str, Any]:
    """Return what the journal keeps of a resolved request, so that it can be built again, from another folder too."""
    request: Request = resolved.request
    options = request.model_dump(mode="json")
    output = getattr(request, "output", None)
    if output is not None:
        options["output"] = str(absolute(output))
    for name, assets in sources(request).items():
        texts = [asset.source if asset.is_url else str(asset.path or absolute(asset.source)) for asset in assets]
        options[name] = texts if isinstance(getattr(request, name), tuple) else texts[0]
    return {"options": options, "origins": dict(resolved.origins), "seedStrategy": resolved.seed_strategy}


def echo(resolved: Resolved, artifacts: tuple[Artifact, ...] | None, model: str) -> dict[str, Any]:
    """Repeat a request; with artifacts, their seeds, URLs and the first path in the place the original has them.

    ``model`` is what was submitted first, for a mode that leaves the choice to another one.
    """
    request: Request = resolved.request
    marks = dict(type(request).markers())
    fields: dict[str, Any] = {}
    for name in _HEAD:
        if name == "token_type" and artifacts is not None:
            fields |= _outputs(artifacts)
        if hasattr(request, name):
            value = resolved.seed_strategy if name == "seed_strategy" else getattr(request, name)
            fields[camel(name)] = plain(value)
    if fields.get("model") == "":
        fields["model"] = model
    if artifacts and artifacts[0].seed is not None and "seed" in fields:
        fields["seed"] = artifacts[0].seed
    for name, mark in marks.items():
        origin = resolved.origins.get(name, "default")
        switch = isinstance(mark, Option) and bool(mark.fills)
        if name in _HEAD or name in _UNSAID or switch or not origin.startswith(_CHOSEN):
            continue
        named = mark.json if isinstance(mark, Option) else ""
        fields[named or camel(name)] = plain(getattr(request, name))
    return fields


def _outputs(artifacts: tuple[Artifact, ...]) -> dict[str, Any]:
    saved = next((str(artifact.path) for artifact in artifacts if artifact.path is not None), None)
    return {
        "seeds": [artifact.seed for artifact in artifacts],
        "urls": [artifact.url for artifact in artifacts if artifact.url is not None],
        "localPath": saved,
    }


def finished(result: Result, resolved: Resolved, first: Project | None, facts: Mapping[str, Any]) -> Result:
    """Complete a workflow's result with the facts of its run; raises its error if there is no output at all."""
    wrong = [outcome.error for outcome in result.outcomes if outcome.error is not None]
    if wrong and not result.artifacts:
        raise with_run(wrong[0], result, facts["run_id"])
    error = result.error
    if wrong:
        # A workflow that knows better what is missing has said it.
        error = error or PartialError("PARTIAL", f"Some outputs are missing: {wrong[0].message}")
        error.details.setdefault(
            "failed", [_failed(outcome) for outcome in result.outcomes if outcome.error is not None]
        )
    # What stays on the network was not looked at: then the project says what it is.
    media = result.artifacts[0].content_type.partition("/")[0] if result.artifacts else ""
    media = media or (first.media if first is not None else resolved.mode.record.name)
    return replace(
        result,
        type=result.type or media,
        fields=echo(resolved, result.artifacts, first.model if first is not None else ""),
        error=error,
        mode=resolved.mode.record.name,
        workflow=resolved.workflow.record.name,
        **facts,
    )


def _failed(outcome: Outcome) -> dict[str, Any]:
    assert outcome.error is not None
    return {
        "key": outcome.key,
        "projectId": outcome.project_id,
        "state": outcome.state,
        "errorCode": outcome.error.code,
        "error": outcome.error.message,
        "outputs": len(outcome.artifacts),
    }


def with_run(error: SogniError, result: Result, run_id: str) -> SogniError:
    """Name the run and its projects in an error, so that what was paid for can be found."""
    error.details.setdefault("runId", run_id)
    if result.project_ids:
        error.details.setdefault("projectIds", list(result.project_ids))
    return error


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return the object that ``--dry-run --json`` prints."""
    steps = []
    for step in plan.steps:
        project = step.project
        steps.append({
            "key": step.key,
            "media": project.media,
            "model": project.model,
            "prompt": project.prompt,
            "count": project.count,
            "width": project.width,
            "height": project.height,
            **({"frames": project.frames, "fps": project.fps} if isinstance(project, VideoProject) else {}),
            "seed": project.seed,
            "steps": project.steps,
            "guidance": project.guidance,
            "assets": {slot: asset.source for slot, asset in project.assets.items()},
            "files": [str(path) for path in step.files],
            "price": dict(step.price) if step.price is not None else None,
        })
    return {
        "success": True,
        "type": "plan",
        "mode": plan.mode,
        "workflow": plan.workflow,
        **plan.fields,
        "projects": steps,
        "price": dict(plan.price) if plan.price is not None else None,
        "network": plan.network,
        "warnings": list(plan.warnings),
    }
