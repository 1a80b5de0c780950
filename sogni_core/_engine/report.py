"""What came of a run: the fields that JSON repeats, and whether it is success, partial or failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sogni_core._engine.resolver import Resolved, sources
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.targets import blaming
from sogni_core.errors import PartialError
from sogni_core.field import camel
from sogni_core.files import absolute
from sogni_core.json_value import is_secret, json_value
from sogni_core.origin import DEFAULT
from sogni_core.problem import Notice
from sogni_core.request import ImageOptions, RenderOptions, Request
from sogni_core.result import Artifact, Outcome, Result

_HEAD = ("prompt", "model", "width", "height", "seed", "seed_strategy", "token_type")
"""Always there if the request has them, in this order; seeds, urls and localPath come before the last."""

_UNSAID = frozenset({"output", "timeout", "queue_timeout", "network", "last_seed", "count", "safety_filter"})
"""Said elsewhere in the output, or nothing about the result."""

_CHOSEN = ("given", "setting", "extension", "last-render")
"""Origins of values that somebody chose; what models and defaults fill in is not repeated."""


def values(resolved: Resolved) -> dict[str, Any]:
    """Return the JSON form of every field, secrets left out; raises PluginError for a field that has none."""
    request = resolved.request
    kind = type(request)
    secret = secrets(request)
    with blaming(resolved.mode.plugin, f"{kind.__qualname__}, written as JSON,"):
        dumped = request.model_dump(mode="json", round_trip=True, warnings=False, exclude=set(secret))
    for name, value in dumped.items():
        # A set has another order in each process.
        if isinstance(value, list) and isinstance(getattr(request, name), set | frozenset):
            value.sort(key=str)
    return dumped


def secrets(request: Request) -> tuple[str, ...]:
    """Name the fields that hold a secret: they are never written, shown or logged."""
    return tuple(name for name in type(request).model_fields if is_secret(getattr(request, name)))


def options(resolved: Resolved) -> dict[str, Any]:
    """Return every option of a request under its name in JSON, secrets left out."""
    found = values(resolved)
    return {spec.json: found[name] for name, spec in type(resolved.request).specs().items() if name in found}


def described(resolved: Resolved) -> dict[str, Any]:
    """Return every option, and what follows from them; raises PluginError if the request cannot say it."""
    with blaming(resolved.mode.plugin, f"{type(resolved.request).__qualname__}.described"):
        return {**options(resolved), **resolved.request.described(resolved.workflow.record.name)}


def kept(resolved: Resolved) -> dict[str, Any]:
    """Return what the journal keeps of a resolved request, so that it can be built again, from another folder too."""
    request: Request = resolved.request
    options = values(resolved)
    for name, assets in sources(request).items():
        texts = [asset.source if asset.is_url else str(asset.path or absolute(asset.source)) for asset in assets]
        options[name] = texts if isinstance(getattr(request, name), tuple) else texts[0]
    return {
        "options": options,
        "origins": {name: origin.as_json() for name, origin in resolved.origins.items()},
        "seedStrategy": resolved.seed_strategy,
        # Only their names: whoever resumes the run gives them again.
        "secrets": [name for name in secrets(request) if name in resolved.origins],
        "plugin": _plugin(resolved.mode.plugin),
    }


def _plugin(plugin: PluginInfo) -> dict[str, str]:
    """Return what the journal keeps of the plugin that brought a run's mode."""
    if plugin.file is not None:
        return {"name": plugin.name, "file": str(plugin.file)}
    return {"name": plugin.name, "distribution": plugin.distribution, "version": plugin.version}


def echo(resolved: Resolved, artifacts: tuple[Artifact, ...] | None, model: str) -> dict[str, Any]:
    """Repeat what all modes have in common; with artifacts, their seeds, URLs and the first path.

    ``model`` is what was submitted first, for a mode that leaves the choice to another one.
    """
    request: Request = resolved.request
    found = values(resolved) | {"seed_strategy": resolved.seed_strategy}
    fields: dict[str, Any] = {}
    for name in _HEAD:
        if name == "token_type" and artifacts is not None:
            fields |= _outputs(artifacts)
        if hasattr(request, name):
            fields[camel(name)] = found[name] if name in found else json_value(getattr(request, name))
    if fields.get("model") == "":
        fields["model"] = model
    if artifacts and artifacts[0].seed is not None and "seed" in fields:
        fields["seed"] = artifacts[0].seed
    return fields | _chosen(resolved, own=False)


def echo_own(resolved: Resolved) -> dict[str, Any]:
    """Repeat what the mode alone has."""
    return _chosen(resolved, own=True)


def _chosen(resolved: Resolved, *, own: bool) -> dict[str, Any]:
    """Return the options that somebody chose, the mode's own or those that it shares with others."""
    kind, found = type(resolved.request), values(resolved)
    return {
        spec.json: found[name]
        for name, spec in kind.specs().items()
        if name in found
        and name not in (*_HEAD, *_UNSAID)
        and not spec.fills
        and resolved.origins.get(name, DEFAULT).kind in _CHOSEN
        and own is not any(name in base.model_fields for base in (RenderOptions, ImageOptions))
    }


def _outputs(artifacts: tuple[Artifact, ...]) -> dict[str, Any]:
    saved = next((str(artifact.path) for artifact in artifacts if artifact.path is not None), None)
    return {
        "seeds": [artifact.seed for artifact in artifacts],
        "urls": [artifact.url for artifact in artifacts if artifact.url is not None],
        "localPath": saved,
    }


def output_fields(key: str, artifact: Artifact) -> dict[str, Any]:
    """Return the JSON object of an output that is there."""
    return {
        "key": key,
        "index": artifact.index,
        "path": str(artifact.path) if artifact.path is not None else None,
        "url": artifact.url,
        "seed": artifact.seed,
        "width": artifact.width or None,
        "height": artifact.height or None,
        "seconds": artifact.seconds or None,
        "sha256": artifact.sha256 or None,
    }


def settled(result: Result) -> Result:
    """Give a workflow's result its error; raises it if there is no output at all."""
    wrong = [outcome.error for outcome in result.outcomes if outcome.error is not None]
    if not wrong:
        return result
    if not result.artifacts:
        sent = [outcome for outcome in result.outcomes if outcome.project_id]
        ids = {"projectIds": list(result.project_ids), "projects": [_sent(outcome) for outcome in sent]} if sent else {}
        raise wrong[0].with_details(ids)
    # A workflow that knows better what is missing has said it.
    error = result.error or PartialError("PARTIAL", f"Some outputs are missing: {wrong[0].message}")
    failed = [_failed(outcome) for outcome in result.outcomes if outcome.error is not None]
    return replace(result, error=error.with_details({"failed": failed}))


def finished(result: Result, resolved: Resolved, medium: str, model: str, facts: Mapping[str, Any]) -> Result:
    """Complete a workflow's result with the facts of its run; raises its error if there is no output at all.

    ``medium`` and ``model`` are those of the first project that was submitted, empty if none was.
    """
    result = settled(result)
    # What stays on the network was not looked at: then the project says what it is.
    media = result.artifacts[0].content_type.partition("/")[0] if result.artifacts else ""
    media = media or medium or resolved.mode.record.name
    return replace(
        result,
        type=result.type or media,
        fields=echo(resolved, result.artifacts, model),
        extra={**result.extra, **_missing(echo_own(resolved), result.extra)},
        mode=resolved.mode.record.name,
        workflow=resolved.workflow.record.name,
        **facts,
    )


def _missing(fields: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in there}


def local_result(result: Result, resolved: Resolved, notices: tuple[Notice, ...]) -> Result:
    """Complete the result of a mode that works on this machine alone."""
    media = result.artifacts[0].content_type.partition("/")[0] if result.artifacts else ""
    return replace(
        result,
        type=result.type or media or resolved.mode.record.name,
        fields=echo(resolved, result.artifacts, ""),
        extra={**result.extra, **_missing(echo_own(resolved), result.extra)},
        mode=resolved.mode.record.name,
        workflow=resolved.workflow.record.name,
        notices=notices,
    )


def _sent(outcome: Outcome) -> dict[str, Any]:
    return {"projectId": outcome.project_id, "key": outcome.key, "state": outcome.state}


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
