"""The JSON objects of results, plans, errors and reports, for every front end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sogni_core.errors import SogniError, code_of
from sogni_core.frontend.dialect import PYTHON, Wording
from sogni_core.json_value import json_value
from sogni_core.problem import Problem
from sogni_core.text import clean, clean_block

if TYPE_CHECKING:
    from sogni_core.result import Plan, PlannedStep, Report, Result

JsonObject = dict[str, Any]

OF_RUN = ("runId", "outputs", "localPaths", "cost")
"""What an error of a run says of it, at the top of its object: its id, and what is there."""

_PYTHON = Wording(PYTHON)


def result_object(result: Result, wording: Wording = _PYTHON) -> JsonObject:
    """Return the object of a result. A partial result has the fields of its error too."""
    fields = result.as_json()
    fields["warnings"] = [clean(wording.text(notice)) for notice in result.notices]
    if result.error is not None:
        missing = error_object(result.error, wording)
        for name in ("success", *OF_RUN):
            missing.pop(name, None)
        fields |= missing
    return fields


def plan_object(plan: Plan, wording: Wording = _PYTHON) -> JsonObject:
    """Return the object of a plan."""
    fields: JsonObject = {
        "success": True,
        "type": "plan",
        "mode": plan.mode,
        "workflow": plan.workflow,
        **plan.fields,
        "projects": [_planned(step) for step in plan.steps],
        "price": dict(plan.price) if plan.price is not None else None,
        "network": plan.network,
        "warnings": [clean(wording.text(notice)) for notice in plan.notices],
    }
    return dict(json_value(fields))


def _planned(step: PlannedStep) -> JsonObject:
    from sogni_core.field import camel

    project = step.project
    return {
        "key": step.key,
        "media": step.media,
        "model": project.model,
        "prompt": project.prompt,
        "count": project.count,
        "width": project.width,
        "height": project.height,
        **{camel(name): value for name, value in step.details.items()},
        "seed": project.seed,
        "steps": project.steps,
        "guidance": project.guidance,
        "assets": {slot: asset.source for slot, asset in project.assets.items()},
        "files": [str(path) for path in step.files],
        "price": dict(step.price) if step.price is not None else None,
    }


def report_object(report: Report) -> JsonObject:
    """Return the object of a command's report."""
    fields: JsonObject = {"success": report.success, **json_value(report.fields)}
    if report.warnings:
        fields["warnings"] = list(report.warnings)
    return fields


def error_object(error: SogniError, wording: Wording = _PYTHON) -> JsonObject:
    """Return the object of an error. For an invalid request, it has the ``field`` to change and all ``problems``."""
    problems = wording.problems(error)
    details: Mapping[str, Any] = problems[0].facts if problems else error.details
    run = {name: json_value(error.details[name]) for name in OF_RUN if name in error.details}
    details = {name: fact for name, fact in details.items() if name not in OF_RUN[1:]}
    fields: JsonObject = {
        "success": False,
        "error": clean_block(wording.error_text(error)),
        "errorCode": problems[0].code_name if problems else error.code,
    }
    if problems:
        fields["field"] = problems[0].field
    if details:
        fields["errorDetails"] = json_value(details)
    if hint := wording.error_hint(error):
        fields["hint"] = clean_block(hint)
    if problems:
        fields["problems"] = [problem_object(problem, wording) for problem in problems]
    fields["retryable"] = error.retryable
    fields["mayChargeAgain"] = error.may_charge_again
    fields |= run
    if error.plugin is not None:
        fields["plugin"] = clean(error.plugin)
    return fields


def problem_object(problem: Problem, wording: Wording = _PYTHON) -> JsonObject:
    """Return the object of one problem."""
    hint = wording.hint(problem) or code_of(problem.code).remedy
    return {
        "rule": problem.rule,
        "field": problem.field,
        "fields": list(problem.fields),
        "error": clean_block(wording.text(problem)),
        "errorCode": problem.code_name,
        **({"hint": clean_block(hint)} if hint else {}),
    }
