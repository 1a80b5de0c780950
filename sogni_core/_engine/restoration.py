"""Build a run of an earlier process again from what the journal keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sogni_core._engine.conversion import convert, problems_of
from sogni_core._engine.resolver import Resolved, whole_class
from sogni_core._engine.workflow_choice import choose
from sogni_core._host.registry import Owned, Registry
from sogni_core._journal.entries import Run
from sogni_core.errors import ConfigError, InputError, PluginError
from sogni_core.json_value import json_value
from sogni_core.origin import DEFAULT, GIVEN, Origin
from sogni_core.plugin import Mode
from sogni_core.problem import Problem
from sogni_core.request import Request
from sogni_core.settings import Settings
from sogni_core.text import clean, quote_path


def _read(model: type[Request], options: dict[str, Any]) -> Request:
    """Read options that were written as JSON; raises ValidationError.

    A validator of the model may give a path or another object, which pydantic takes from Python alone; a strict field
    takes its text from JSON alone.
    """
    try:
        return model.model_validate(options)
    except ValidationError:
        return model.model_validate_json(json.dumps(options))


def rebuild(registry: Registry, settings: Settings, run: Run, given: Mapping[str, Any]) -> Resolved:
    """Return the resolved request of a run.

    ``given``: secrets, which the journal does not keep; one that came from a setting is read from there again.
    Rules are not asked again: they let it pass when it began, and what was paid for must not hang on a new rule.
    Raises PluginError PLUGIN_NOT_INSTALLED if the plugin of its mode is gone, ConfigError if the request does not read,
    InputError for a secret that is missing and for a field that is no secret.
    """
    mode = _mode(registry, run)
    model = whole_class(mode)
    kept = run.request.get("origins") or {}
    origins = {str(name): Origin.from_json(origin) for name, origin in kept.items()}
    secret = _secrets(model, run, settings, origins, given)
    options = {**_newer(model, settings), **(run.request.get("options") or {}), **secret}
    try:
        request = _read(model, options)
    except ValidationError as error:
        if problems := [one for one in problems_of(error, model, origins) if set(one.fields) & set(secret)]:
            raise InputError.of(problems) from None
        first = error.errors(include_url=False)[0]
        raise ConfigError(
            "INVALID_STATE",
            f"Run {run.id} cannot be built again: {'.'.join(map(str, first['loc']))}: {clean(first['msg'])}.",
            hint="It was made by another version of its plugin; sogni show lists its projects.",
            details={"runId": run.id},
        ) from None
    workflow = choose(registry, mode, model, {}, run.workflow)
    request._given = frozenset(name for name, origin in origins.items() if origin == GIVEN)
    entry = registry.model(str(getattr(request, "model", "") or ""))
    return Resolved(mode, workflow, request, entry, origins, run.request.get("seedStrategy"), ())


def _newer(model: type[Request], settings: Settings) -> dict[str, Any]:
    """Return the settings behind the options of a mode, for options that came after the run was made."""
    marks = ((name, getattr(mark, "setting", None)) for name, mark in model.markers())
    return {name: json_value(settings.value(key).value) for name, key in marks if key is not None}


def _mode(registry: Registry, run: Run) -> Owned[Mode]:
    """Find the mode of a run: that of the plugin it was made by, whoever else has a mode of this name."""
    maker = run.request.get("plugin") or {}
    name = str(maker.get("name", ""))
    if any(owned.plugin.name == name for owned in registry.every(Mode) if owned.record.name == run.mode):
        return registry.mode(f"{name}:{run.mode}")
    try:
        return registry.mode(run.mode)
    except InputError:
        raise _not_installed(run, maker) from None
    except PluginError as error:
        raise error.with_details({"runId": run.id}) from None


def _not_installed(run: Run, maker: Mapping[str, str]) -> PluginError:
    details = {"runId": run.id, "command": run.mode}
    if "file" in maker:
        file = quote_path(maker["file"])
        return PluginError(
            "PLUGIN_NOT_INSTALLED",
            f"Run {run.id} was made by the plugin file {file}, which is not loaded.",
            hint=f"Use: sogni resume {run.id} --plugin {file}",
            details={**details, "path": maker["file"]},
            plugin=maker.get("name"),
        )
    distribution = maker.get("distribution")
    if distribution is None:
        text, hint = f"No installed plugin provides the mode {run.mode!r} of run {run.id}.", None
    else:
        text = f"Run {run.id} was made by the plugin {distribution} {maker.get('version', '')}, which is not installed."
        hint = f"Install it with: sogni plugins add {distribution}"
        details["distribution"] = distribution
    return PluginError("PLUGIN_NOT_INSTALLED", text, hint=hint, details=details, plugin=distribution)


def _secrets(
    model: type[Request], run: Run, settings: Settings, origins: Mapping[str, Origin], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the secrets of a request in JSON types; raises InputError for one that nobody gives."""
    wanted = [str(name) for name in run.request.get("secrets") or ()]
    values, problems = convert(model, given)
    problems += [_kept(name, wanted) for name in values if name not in wanted]
    for name in wanted:
        origin = origins.get(name, DEFAULT)
        if name not in values and origin.kind == "setting":
            found = settings.value(origin.key)
            if found.value is not None:
                values[name] = found.value
        if name not in values:
            problems.append(_missing(name, run.id))
    if problems:
        raise InputError.of(problems)
    return {name: _open(value) for name, value in values.items()}


def _kept(name: str, wanted: list[str]) -> Problem:
    text = f"{{{name}}} cannot be changed when a run is resumed: only secrets can be given again."
    hint = f"This run needs: {', '.join(wanted)}." if wanted else "This run needs none."
    return Problem("resume.kept", (name,), text, hint=hint)


def _missing(name: str, run_id: str) -> Problem:
    text = f"{{{name}}} is a secret, which is never stored; give it again to resume the run."
    hint = 'Use sogni resume {runId} --set {option}, or app.resume("{runId}", {option}=...).'
    return Problem("resume.secret", (name,), text, {"runId": run_id, "option": name}, hint=hint)


def _open(value: Any) -> Any:
    """Return a secret in JSON types, as it was before it was wrapped."""
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, Mapping):
        return {str(name): _open(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_open(item) for item in value]
    names = getattr(type(value), "model_fields", None)
    return {name: _open(getattr(value, name)) for name in names} if names is not None else json_value(value)
