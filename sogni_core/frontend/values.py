"""Check a single value, for front ends that report a problem before they have the whole request."""

from __future__ import annotations

from pydantic import ValidationError, create_model

from sogni_core._engine.conversion import convert, no_number, problems_of
from sogni_core.problem import Problem
from sogni_core.request import Request


def number_problem(model: type[Request], field: str, text: str) -> Problem | None:
    """Return the problem of a number given as text; None if it is valid, or if the field is not a number."""
    spec = model.specs()[field]
    if not spec.numeric:
        return None
    values, problems = convert(model, {field: text})
    if not problems and field in values:
        info = model.model_fields[field]
        alone = create_model("alone", **{field: (info.annotation, info)})  # type: ignore[call-overload]
        try:
            alone.model_validate({field: values[field]})
        except ValidationError as error:
            problems = problems_of(error, model, {})
    if values.get(field) == []:
        problems = [no_number(spec, text)]
    return problems[0] if problems else None
