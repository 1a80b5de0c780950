"""What a model does not take, as far as is known: the service would refuse it, or charge much for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sogni_core._engine.resolver import Resolved
from sogni_core.origin import DEFAULT
from sogni_core.problem import Notice, Problem
from sogni_core.text import clean, nearest


def outside(resolved: Resolved, live: Mapping[str, tuple[float, float]]) -> Iterator[Problem]:
    """Yield values that somebody chose outside the range of the model.

    ``live``: ranges that the network itself names, which take precedence over those of the catalogue entries.
    """
    for name, limit in {**resolved.model.limits, **live}.items():
        value = getattr(resolved.request, name, None)
        chosen = resolved.origins.get(name, DEFAULT).chosen
        if not isinstance(limit, tuple) or not isinstance(value, int | float) or not chosen:
            continue
        least, most = limit
        if not least <= value <= most:
            facts = {"value": value, "model": resolved.model.id, "min": least, "max": most}
            text = f"{{model}} supports {{{name}}} from {{min:g}} to {{max:g}}, not {{value:g}}."
            yield Problem("model.range", (name, "force"), text, facts, hint=_FORCE)


def unknown(resolved: Resolved, known: Collection[str]) -> Problem:
    """Return the problem of a model that neither a plugin nor the network knows. ``known``: those that they do."""
    model = clean(resolved.model.id, 80)
    near = nearest(model, known) or next((one for one in sorted(known) if model.casefold() in one.casefold()), None)
    facts = {"given": model, "nearest": near or ""}
    meant = "Did you mean {nearest}? " if near else ""
    hint = f"{meant}sogni models lists all models. {_FORCE}"
    return Problem("model.unknown", ("model", "force"), "{model} is not a known model: {given}.", facts, hint=hint)


def forced(problem: Problem) -> Notice:
    """Return the notice for what is sent although it is probably wrong."""
    return Notice(problem.rule, problem.fields, f"{problem.text} It is sent anyway.", problem.facts)


_FORCE = "Use {force} to send it anyway."
