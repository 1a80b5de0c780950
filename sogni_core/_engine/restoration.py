"""Build a run of an earlier process again from what the journal keeps."""

from __future__ import annotations

from pydantic import ValidationError

from sogni_core._engine.resolver import Resolved, whole_class
from sogni_core._engine.workflow_choice import choose
from sogni_core._host.registry import Registry
from sogni_core._journal.entries import Run
from sogni_core.errors import ConfigError
from sogni_core.origin import GIVEN, Origin
from sogni_core.text import clean


def rebuild(registry: Registry, run: Run) -> Resolved:
    """Return the resolved request of a run. Raises PluginError if its mode is gone, ConfigError if it does not read.

    Rules are not asked again: they let it pass when it began, and what was paid for must not hang on a new rule.
    """
    mode = registry.mode(run.mode)
    model = whole_class(mode)
    options = run.request.get("options")
    try:
        request = model.model_validate(options)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ConfigError(
            "INVALID_STATE",
            f"Run {run.id} cannot be built again: {'.'.join(map(str, first['loc']))}: {clean(first['msg'])}.",
            hint="It was made by another version of its plugin; its projects stand in sogni show.",
            details={"runId": run.id},
        ) from None
    workflow = choose(registry, mode, model, {}, run.workflow)
    kept = run.request.get("origins") or {}
    origins = {str(name): Origin.from_json(origin) for name, origin in kept.items()}
    request._given = frozenset(name for name, origin in origins.items() if origin == GIVEN)
    entry = registry.model(str(getattr(request, "model", "") or ""))
    return Resolved(mode, workflow, request, entry, origins, run.request.get("seedStrategy"), ())
