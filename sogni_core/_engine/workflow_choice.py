"""Choose the workflow that carries a request out: by name, by model, or by the assets that were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sogni_core._host.registry import Owned, Registry
from sogni_core.errors import InputError, PluginError
from sogni_core.plugin import Mode, Workflow
from sogni_core.problem import Problem, literal
from sogni_core.request import Request
from sogni_core.text import clean, nearest


def asset_fields(model: type[Request]) -> tuple[str, ...]:
    """Name the fields of a request that hold assets."""
    return tuple(spec.name for spec in model.specs().values() if spec.kind == "asset")


def choose(
    registry: Registry,
    mode: Owned[Mode],
    model: type[Request],
    values: Mapping[str, Any],
    name: str | None,
    otherwise: str | None = None,
) -> Owned[Workflow]:
    """Return the workflow; raises InputError for an unknown name, PluginError if the mode has none.

    ``otherwise``: name of the one to take if neither a name nor the model nor assets say which is meant.
    """
    workflows = registry.workflows(mode)
    if not workflows:
        raise PluginError(
            "PLUGIN_HOOK",
            f"Plugin {mode.plugin.label}: mode {mode.record.name!r} has no workflow.",
            plugin=mode.plugin.label,
        )
    if name:
        return named(workflows, mode.record.name, name)
    model_id = values.get("model")
    if isinstance(model_id, str) and model_id:
        bound = registry.model(model_id).workflow or ""
        for owned in workflows:
            if bound == f"{owned.record.mode}:{owned.record.name}":
                return owned
    given = {field for field in asset_fields(model) if values.get(field)}
    if not given and otherwise:
        return named(workflows, mode.record.name, otherwise)
    for owned in workflows:
        if given <= set(owned.record.accepts):
            return owned
    # No workflow takes this combination: the one that takes most of it explains best, in its validators; of several
    # the last, since what is special stands behind what is common.
    return max(reversed(workflows), key=lambda owned: len(given & set(owned.record.accepts)))


def named(workflows: Sequence[Owned[Workflow]], mode: str, name: str) -> Owned[Workflow]:
    """Return a mode's workflow by its name or an alias, in any case, ``_`` as ``-``; raises InputError."""
    folded = name.strip().lower().replace("_", "-")
    for owned in workflows:
        if folded in (owned.record.name, *owned.record.aliases):
            return owned
    names = [owned.record.name for owned in workflows]
    close = nearest(name, names)
    text = f'Unknown workflow "{clean(name, 80)}". Use {"|".join(names)}.'
    hint = f"Did you mean {close!r}?" if close else ""
    facts = {"workflow": clean(name, 80), "mode": mode, "allowed": names}
    raise InputError.of([Problem("workflow.unknown", (), literal(text), facts, hint=literal(hint))])
