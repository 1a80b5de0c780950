"""Commands for past runs: list, show and continue them, and show the last render."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sogni_core._builtin.periods import moment
from sogni_core._builtin.secrets import ask
from sogni_core.app import App
from sogni_core.errors import InputError
from sogni_core.frontend.streams import reserved_stdout
from sogni_core.result import Report, Result
from sogni_core.text import clean

if TYPE_CHECKING:
    from sogni_core.history import Attempt, FoundProject, Run


def last(app: App) -> Report:
    """Show the last render."""
    found = app.last()
    return Report({**found}, json.dumps(found, indent=2, ensure_ascii=False))


def runs(
    app: App,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=10_000, help="Number of runs or projects to list.")
    ] = 20,
    state: Annotated[
        Literal["running", "interrupted", "completed", "partial", "failed"] | None,
        typer.Option("--state", help="Only runs in this state."),
    ] = None,
    mode: Annotated[str, typer.Option("--mode", help="Only runs of this mode.", show_default=False)] = "",
    label: Annotated[str, typer.Option("--label", help="Only runs with this label.", show_default=False)] = "",
    since: Annotated[
        str | None, typer.Option("--since", help="Only runs that began since then: 7d, 12h, or a date, 2026-12-01.")
    ] = None,
    search: Annotated[
        str, typer.Option("--search", help="Only runs with this text in an option.", show_default=False)
    ] = "",
    found: Annotated[
        bool, typer.Option("--found", help="Instead, list projects of the account that no run here submitted.")
    ] = False,
) -> Report:
    """List past runs, newest first."""
    if found:
        return _found_projects(app.found_projects(limit))
    begin = moment(since, datetime.now(UTC)) if since is not None else None
    listed = app.runs(limit, state=state or "", mode=mode, label=label, since=begin, search=search)
    rows = [{**_run_fields(run), **_summary(run)} for run in listed]
    text = [_line(row) for row in rows]
    return Report({"type": "runs", "runs": rows}, text or "No runs yet.")


def _summary(run: Run) -> dict[str, Any]:
    """Return what lists say of a run besides its state."""
    prompt = next((text for text in (run.options.get("prompt"),) if isinstance(text, str)), None)
    costs = [step.cost or {} for step in run.steps]
    costs += [attempt.cost or {} for step in run.steps for attempt in step.attempts]
    charged = [cost.get("charged", cost.get("amount")) for cost in costs]
    known = [Decimal(str(amount)) for amount in charged if amount is not None]
    token = next((str(cost["token"]) for cost in costs if "token" in cost), None)
    return {
        "prompt": clean(prompt, 200) if prompt is not None else None,
        "files": [str(one.path) for step in run.steps for one in step.artifacts if one.path is not None],
        "cost": {"token": token, "amount": float(sum(known))} if known and token is not None else None,
        "labels": list(run.labels),
        "profile": run.profile or None,
    }


def _line(row: dict[str, Any]) -> str:
    cost, files = row["cost"], len(row["files"])
    parts = [
        row["runId"],
        f"{row['state']:<11}",
        f"{row['mode']}:{row['workflow']}",
        row["network"],
        f"{cost['amount']:g} {cost['token']}" if cost is not None else "no cost",
        "1 file" if files == 1 else f"{files} files",
        clean(row["prompt"] or "", 50),
    ]
    return "  ".join(parts).rstrip()


async def resume(
    app: App,
    run: Annotated[str, typer.Argument(help="Run id, its first characters, or last.", metavar="RUN")],
    given: Annotated[
        list[str],
        typer.Option(
            "--set",
            help="Secret option of the run, since secrets are not stored. The command asks for its value.",
            metavar="NAME",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - typer copies it
    keep_changed: Annotated[
        bool,
        typer.Option(
            "--keep-changed",
            help="Use steps that were submitted with other values than the installed plugins would submit now.",
            show_default=False,
        ),
    ] = False,
    timeout: Annotated[  # noqa: ASYNC109 - of the network's work, as everywhere else
        int | None,
        typer.Option("-t", "--timeout", min=1, help="Time limit per project, in seconds, instead of the run's."),
    ] = None,
) -> Result:
    """Continue a run: render what is missing, and nothing that is there."""
    secrets: dict[str, Any] = {}
    for name in given:
        if "=" in name:
            raise InputError(
                "INVALID_ARGUMENT",
                "Other users of this machine can see a secret on the command line.",
                hint=f"Use --set {name.partition('=')[0]}, then type the secret, or write it to standard input.",
            )
        secrets[name.replace("-", "_")] = ask(name)
    with reserved_stdout():
        return await app.resume(run, keep_changed=keep_changed, timeout=timeout, **secrets)


async def cancel(
    app: App, run: Annotated[str, typer.Argument(help="Run id, its first characters, or last.", metavar="RUN")]
) -> Report:
    """Cancel what an interrupted run left on the network."""
    found = await app.cancel(run)
    text = [
        f"{one['key']}  {_CANCEL_WORDS.get(one['state'], one['state'])}  project {one['projectId']}" for one in found
    ]
    return Report({"type": "cancel", "projects": [*found]}, text or "The run has no projects.")


_CANCEL_WORDS = {
    "ended": "had ended before; sogni resume fetches its outputs",
    "running": "goes on: the network refused to cancel it",
    "unknown": "unknown: the network did not answer",
    "prepared": "was never sent",
}


def show(
    app: App,
    run: Annotated[
        str, typer.Argument(help="Run id, its first characters, last, or a file that it saved.", metavar="RUN")
    ],
) -> Report:
    """Show the request, steps and files of a run."""
    found = app.find_run(run)
    fields = {"type": "run", **_run_fields(found), "request": dict(found.options), "steps": []}
    text = [f"{found.id}  {found.state}  {found.mode}:{found.workflow} on {found.network}, {fields['began']}"]
    for step in found.steps:
        artifacts = [_artifact_fields(artifact) for artifact in step.artifacts]
        fields["steps"].append({
            "key": step.key,
            "projectId": step.project_id,
            "state": step.state,
            "errorCode": step.error_code,
            "error": step.error_message,
            "cost": dict(step.cost) if step.cost is not None else None,
            "artifacts": artifacts,
            "attempts": [_attempt_fields(attempt) for attempt in step.attempts],
        })
        text.append(
            f"{step.key}  {step.state}  project {step.project_id}"
            + (f"  {step.error_message}" if step.error_message else "")
        )
        text += [f"  {artifact['path'] or artifact['url']}" for artifact in artifacts]
        text += [
            f"  before: project {one.project_id}, {one.state}, {one.outputs} of {one.jobs} outputs"
            for one in step.attempts
        ]
    return Report(fields, text)


def _attempt_fields(attempt: Attempt) -> dict[str, Any]:
    return {
        "projectId": attempt.project_id,
        "state": attempt.state,
        "jobs": attempt.jobs,
        "outputs": attempt.outputs,
        "errorCode": attempt.error_code,
        "cost": dict(attempt.cost) if attempt.cost is not None else None,
    }


def _found_projects(projects: Sequence[FoundProject]) -> Report:
    text: list[str] = []
    for project in projects:
        model = project.model or "unknown model"
        text.append(
            f"{project.project_id}  {project.status:<9}  {model}  first seen {project.first:%Y-%m-%d %H:%M} UTC"
        )
        if project.prompt:
            text.append(f"  {project.prompt}")
        text.append(f"  {_whereabouts(project)}")
    return Report({"type": "foundProjects", "projects": [*map(_found_fields, projects)]}, text or "No projects found.")


def _whereabouts(project: FoundProject) -> str:
    if not project.ended:
        return "still rendering when last seen"
    if not project.outputs:
        return "no outputs"
    outputs = "1 output" if project.outputs == 1 else f"{project.outputs} outputs"
    return f"{outputs} on {project.endpoint}, kept for 24 hours after rendering"


def _found_fields(project: FoundProject) -> dict[str, Any]:
    return {
        "projectId": project.project_id,
        "status": project.status,
        "ended": project.ended,
        "model": project.model or None,
        "prompt": project.prompt or None,
        "endpoint": project.endpoint,
        "account": project.account,
        "firstSeen": project.first.isoformat(),
        "lastSeen": project.last.isoformat(),
        "outputs": project.outputs,
        "jobs": [
            {"jobId": job.job_id, "status": job.status, "seed": job.seed, "withheld": job.withheld}
            for job in project.jobs
        ],
    }


def _run_fields(run: Run) -> dict[str, Any]:
    return {
        "runId": run.id,
        "state": run.state,
        "mode": run.mode,
        "workflow": run.workflow,
        "network": run.network,
        "began": run.began.isoformat(),
        "errorCode": run.error_code,
    }


def _artifact_fields(artifact: Any) -> dict[str, Any]:
    return {
        "index": artifact.index,
        "path": str(artifact.path) if artifact.path is not None else None,
        "url": artifact.url,
        "contentType": artifact.content_type,
        "size": artifact.size,
        "sha256": artifact.sha256,
        "width": artifact.width,
        "height": artifact.height,
        "seed": artifact.seed,
    }
