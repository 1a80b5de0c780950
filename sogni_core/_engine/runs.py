"""A run around its workflow: begun in the journal, carried out, ended there.

A module of its own, because all that only a run needs is imported while its socket opens.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sogni_core._engine.networks import NetworkHandle
from sogni_core._engine.prices import Prices
from sogni_core._engine.progress import ProgressReporter
from sogni_core._engine.report import finished, kept
from sogni_core._engine.resolver import Resolved
from sogni_core._engine.run_context import RunContext, Shared, call_workflow, new_random_seed, utc_now
from sogni_core._journal.entries import Run
from sogni_core.errors import SogniError
from sogni_core.result import OnProgress, Result

if TYPE_CHECKING:
    from sogni_core._engine.engine import Engine


class Runs:
    """Carries out what an engine prepared."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, resolved: Resolved, way: NetworkHandle, network: str, on_progress: OnProgress) -> Shared:
        """Note in the journal that a run begins."""
        began, random_seed = utc_now(), new_random_seed()
        run_id = self._engine.journal.begin_run(
            mode=resolved.mode.record.name,
            workflow=resolved.workflow.record.name,
            request=kept(resolved),
            network=network,
            account=way.account.name,
            seed_random=random_seed,
            began=began,
        )
        shared = self._shared(run_id, way, network, on_progress, began, random_seed)
        for warning in (*resolved.warnings, *self._engine.notices):
            shared.warn(warning)
        return shared

    def take_up(self, run: Run, way: NetworkHandle, on_progress: OnProgress) -> Shared:
        """Go on with a run that the journal has handed to this process."""
        shared = self._shared(run.id, way, run.network, on_progress, run.began, run.random_seed)
        shared.known.update({step.key: step for step in run.steps})
        return shared

    async def carry_out(self, shared: Shared, resolved: Resolved) -> Result:
        """Run the workflow of a run that the journal knows, and note how it ended."""
        try:
            result = await call_workflow(resolved, RunContext(shared, resolved))
            result = finished(
                result,
                resolved,
                shared.steps[0].project if shared.steps else None,
                {
                    "run_id": shared.run_id,
                    "network": shared.network,
                    "cost": shared.prices.total,
                    "warnings": tuple(dict.fromkeys([*shared.warnings, *self._engine.notices])),
                },
            )
        except asyncio.CancelledError:
            self._note_projects(shared)
            self._engine.journal.finish_run(shared.run_id, "interrupted")
            raise
        except BaseException as error:
            code = error.code if isinstance(error, SogniError) else "INTERNAL"
            if isinstance(error, SogniError):
                error.details.setdefault("runId", shared.run_id)
            self._engine.journal.finish_run(shared.run_id, "failed", error_code=code)
            raise
        finally:
            await shared.prices.close()
        if result.artifacts:
            self._remember(result)
            result = replace(result, warnings=tuple(dict.fromkeys([*result.warnings, *self._engine.notices])))
        state = "completed" if result.error is None else "partial"
        self._engine.journal.finish_run(shared.run_id, state, warnings=result.warnings)
        return result

    def _shared(
        self, run_id: str, way: NetworkHandle, network: str, on_progress: OnProgress, began: datetime, random_seed: int
    ) -> Shared:
        return Shared(
            run_id=run_id,
            home=self._engine.paths.runs,
            journal=self._engine.journal,
            way=way,
            prices=Prices(way.session, way.is_comfy),
            network=network,
            settings=self._engine.section,
            prepare=self._engine.prepare,
            on_progress=ProgressReporter(on_progress, self._engine.warn),
            began=began,
            random_seed=random_seed,
        )

    def _remember(self, result: Result) -> None:
        try:
            self._engine.last_render.write(result, utc_now())
        except (OSError, SogniError) as error:
            # The outputs are safe and paid for: not being able to remember them is no failure of the run.
            self._engine.warn(f"The last render could not be kept: {error}")

    def _note_projects(self, shared: Shared) -> None:
        for step in shared.steps:
            if step.sent and step.state not in ("completed",):
                self._engine.projects.append({
                    "projectId": step.project_id,
                    "key": step.key,
                    "runId": shared.run_id,
                    "state": step.state or "unknown",
                })
