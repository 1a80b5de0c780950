"""Commands for past runs: list, show and continue them, and show the last render."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from sogni_core.app import App
from sogni_core.result import Report, Result


def last(app: App) -> Report:
    """Show the last render."""
    found = app.last()
    return Report({**found}, json.dumps(found, indent=2, ensure_ascii=False))


def runs(
    app: App, limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="Newest runs to list.")] = 20
) -> Report:
    """List past runs, newest first."""
    rows = [_run_fields(run) for run in app.runs(limit)]
    text = [f"{row['runId']}  {row['state']:<11}  {row['mode']}:{row['workflow']}  {row['network']}" for row in rows]
    return Report({"type": "runs", "runs": rows}, text or "No runs yet.")


async def resume(
    app: App, run: Annotated[str, typer.Argument(help="Run id, or a unique beginning of it.", metavar="RUN")]
) -> Result:
    """Continue an interrupted run. Finished steps are not repeated."""
    return await app.resume(run)


def show(
    app: App, run: Annotated[str, typer.Argument(help="Run id, or a unique beginning of it.", metavar="RUN")]
) -> Report:
    """Show the request, steps and files of a run."""
    found = app.find_run(run)
    fields = {"type": "run", **_run_fields(found), "request": dict(found.request.get("options", {})), "steps": []}
    text = [f"{found.id}  {found.state}  {found.mode}:{found.workflow} on {found.network}, {fields['began']}"]
    for step in found.steps:
        artifacts = [_artifact_fields(artifact) for artifact in step.artifacts]
        fields["steps"].append({
            "key": step.key,
            "projectId": step.project_id,
            "state": step.state,
            "errorCode": step.error_code,
            "error": step.error_message,
            "artifacts": artifacts,
        })
        text.append(
            f"{step.key}  {step.state}  project {step.project_id}"
            + (f"  {step.error_message}" if step.error_message else "")
        )
        text += [f"  {artifact['path'] or artifact['url']}" for artifact in artifacts]
    return Report(fields, text)


def _run_fields(run: Any) -> dict[str, Any]:
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
