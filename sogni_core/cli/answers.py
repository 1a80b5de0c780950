"""Write an answer, which is the result of a mode, a plan, or the report of a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sogni_core.cli import output
from sogni_core.cli.invocation import Invocation
from sogni_core.frontend import streams
from sogni_core.frontend.objects import plan_object, report_object, result_object
from sogni_core.result import Plan, Report, Result
from sogni_core.text import clean, clean_block, quote_path


def write_answer(answer: Any, invocation: Invocation) -> int:
    """Write an answer and return the exit code; None was written by the command itself."""
    match answer:
        case Result():
            return _result(answer, invocation)
        case Plan():
            return _plan(answer, invocation)
        case Report():
            return _report(answer, invocation)
        case _:
            return 0


def _result(result: Result, invocation: Invocation) -> int:
    if invocation.json:
        streams.write_json(result_object(result, invocation.wording))
        return result.error.exit_code if result.error is not None else 0
    streams.write_lines(_named(result) if result.named else _places(result))
    if result.cost is not None and not invocation.quiet:
        streams.note(_cost(result.cost))
    if result.error is not None:
        output.write_error(result.error, invocation)
        return result.error.exit_code
    return 0


def _cost(cost: Mapping[str, Any]) -> str:
    left = f", {cost['left']:g} left" if "left" in cost else ""
    return f"Cost: {cost['estimated']:g} {cost['token']}{left}"


def _named(result: Result) -> Iterator[str]:
    for name, artifact in result.named:
        yield f"{name}: {quote_path(artifact.path) if artifact.path is not None else artifact.url}"


def _places(result: Result) -> Iterator[str]:
    for artifact in result.artifacts:
        if artifact.path is not None:
            yield str(artifact.path)
        elif artifact.url is not None:
            yield artifact.url


def _plan(plan: Plan, invocation: Invocation) -> int:
    if invocation.json:
        streams.write_json(plan_object(plan, invocation.wording))
        return 0
    streams.write_lines(_plan_lines(plan))
    for notice in plan.notices:
        streams.note(f"Warning: {clean(invocation.wording.text(notice))}")
    return 0


def _plan_lines(plan: Plan) -> Iterator[str]:
    yield f"{plan.mode} ({plan.workflow}) on {plan.network}: {len(plan.steps)} project(s), nothing was submitted."
    for step in plan.steps:
        project = step.project
        size = f", {project.width}x{project.height}" if project.width and project.height else ""
        length = f", {step.length}" if step.length else ""
        yield f"{step.key}: {project.count} {step.media}(s), {project.model}{size}{length}, seed {project.seed}"
        for slot, asset in project.assets.items():
            yield f"  {slot}: {asset.source}"
        for path in step.files:
            yield f"  -> {path}"
    price = plan.price
    yield f"Price: {price['amount']:g} {price['token']}" if price is not None else "Price: unknown"


def _report(report: Report, invocation: Invocation) -> int:
    if invocation.json:
        streams.write_json(report_object(report))
    else:
        streams.write_lines([report.text] if isinstance(report.text, str) and report.text else report.text)
        for warning in report.warnings:
            streams.note(f"Warning: {clean_block(warning)}")
    return report.exit_code
