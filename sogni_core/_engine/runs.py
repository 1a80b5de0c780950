"""A run around its workflow: begun in the journal, carried out, ended there.

A separate module, because all that only a run needs is imported while its socket opens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from sogni_core._engine.budget import Budget
from sogni_core._engine.call_terms import CallTerms
from sogni_core._engine.destinations import Destinations
from sogni_core._engine.last_render import LastRender
from sogni_core._engine.limits import limits_of, most_of, refused
from sogni_core._engine.networks import NetworkHandle
from sogni_core._engine.observers import END_SECONDS, Observers
from sogni_core._engine.prices import Prices
from sogni_core._engine.progress import ProgressReporter
from sogni_core._engine.report import finished, kept
from sogni_core._engine.resolver import Resolved
from sogni_core._engine.run_context import RunContext, RunScene, new_random_seed, utc_now
from sogni_core._engine.run_terms import RunTerms
from sogni_core._engine.scene import distinct
from sogni_core._engine.watchdog import watched
from sogni_core._engine.workflow_context import call_workflow
from sogni_core._host.host import PluginHost
from sogni_core._host.media import Media
from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import blaming, describe
from sogni_core._journal.entries import Run
from sogni_core._journal.journal import Journal
from sogni_core._journal.ledger import ExceededError
from sogni_core._journal.terms import KeyTakenError
from sogni_core.context import RunFacts
from sogni_core.errors import ConfigError, InputError, InternalError, InterruptedRunError, SogniError
from sogni_core.plugin import Mode
from sogni_core.problem import Notice
from sogni_core.project import Asset
from sogni_core.result import OnProgress, Result
from sogni_core.settings import Settings
from sogni_core.settings.paths import Paths

STOPPED_SECONDS = 0.5
"""How long a run that was stopped waits for its observers: whoever stopped it will not wait long."""


class RunServices(Protocol):
    """What runs need of the engine."""

    host: PluginHost
    paths: Paths
    last_render: LastRender
    media: Media
    projects: list[dict[str, Any]]
    stopped: list[dict[str, Any]]
    registry: Registry
    settings: Settings

    @property
    def journal(self) -> Journal: ...

    @property
    def notices(self) -> tuple[Notice, ...]: ...

    def section(self, model: type[Any]) -> Any: ...

    async def prepare(self, name: str, fields: dict[str, Any], part_of: Owned[Mode] | None = None) -> Resolved: ...

    async def fetch(self, url: str) -> Asset: ...


class Runs:
    """Runs what an engine prepared."""

    def __init__(self, engine: RunServices) -> None:
        self._engine = engine

    def begin(
        self,
        resolved: Resolved,
        way: NetworkHandle,
        network: str,
        on_progress: OnProgress,
        destinations: Destinations,
        terms: RunTerms,
        call: CallTerms,
    ) -> RunScene:
        """Note in the journal that a run begins, and reserve what it costs.

        Raises MoneyError LIMIT_REACHED, InputError KEY_IN_USE; there is no run then.
        """
        began, random_seed = utc_now(), new_random_seed()
        journaled = terms.journaled
        try:
            run_id = self._engine.journal.begin_run(
                mode=resolved.mode.record.name,
                workflow=resolved.workflow.record.name,
                request={**kept(resolved), "saving": destinations.saving.as_json(), "terms": call.as_json()},
                network=network,
                account=way.account.name,
                seed_random=random_seed,
                began=began,
                terms=journaled,
            )
        except ExceededError as exceeded:
            raise refused(exceeded.excess, exceeded.token) from None
        except KeyTakenError as taken:
            text = f"The run {taken.run_id} has this idempotency key."
            raise InputError("KEY_IN_USE", text, details={"runId": taken.run_id}) from None
        self._engine.host.remember()
        destinations.begin(run_id)
        budget = Budget(self._engine.journal.ledger, run_id, journaled.limits, reserved=journaled.costs)
        scene = self._scene(run_id, way, network, on_progress, began, random_seed, destinations, budget)
        for notice in (*resolved.notices, *terms.notices, *self._engine.notices):
            scene.notice(notice)
        return scene

    def take_over(
        self,
        run: Run,
        way: NetworkHandle,
        on_progress: OnProgress,
        destinations: Destinations,
        *,
        keep_changed: bool = False,
    ) -> RunScene:
        """Continue a run that the journal has handed to this process."""
        folders = {step.output.parent for step in run.steps if step.output is not None}
        saved = {one.path: one.sha256 for step in run.steps for one in step.artifacts if one.path is not None}
        destinations.take_over(run.id, [*folders, self._engine.paths.runs / run.id], saved)
        scene = self._scene(
            run.id, way, run.network, on_progress, run.began, run.random_seed, destinations, self._budget(run)
        )
        scene.stored, scene.keeps_changed = run.steps, keep_changed
        scene.known.update({step.key: step for step in run.steps})
        if run.state == "completed":
            # It has nothing left to do: what is said of it is said again.
            scene.notices += [Notice.from_json(kept) for kept in run.warnings]
        return scene

    def _budget(self, run: Run) -> Budget:
        """Return the budget of a resumed run. Each project that is submitted again is reserved at that moment."""
        ledger, engine = self._engine.journal.ledger, self._engine
        limits = limits_of(
            engine.settings,
            most=most_of(run),
            labels=run.labels,
            profile=run.profile,
            network=run.network,
            now=datetime.now(UTC),
        )
        spent = {token: ledger.spent(run.id, token) for token in ("spark", "sogni")} if limits else {}
        for token, amount in spent.items():
            # What an earlier process had reserved beyond that is free again.
            ledger.reserve(run.id, token, amount, ())
        return Budget(ledger, run.id, limits, reserved=spent.items(), spent=spent.items())

    async def execute(self, scene: RunScene, resolved: Resolved) -> Result:
        """Run the workflow of a run that the journal knows, note how it ended, and tell its observers."""
        try:
            result = await self._execute(scene, resolved)
        except SogniError as error:
            await self._tell_end(scene, resolved, error)
            raise
        except asyncio.CancelledError:
            self._note_projects(scene)
            stopped = InterruptedRunError("INTERRUPTED", "The run was stopped.", details={"runId": scene.run_id})
            await self._tell_end(scene, resolved, stopped, seconds=STOPPED_SECONDS)
            raise
        # Not earlier: it reads a file, and may write it, for which no project should wait.
        self._engine.host.remember()
        before = len(scene.notices)
        await self._tell_end(scene, resolved, result)
        return replace(result, notices=distinct([*result.notices, *scene.notices[before:]]))

    async def _tell_end(
        self, scene: RunScene, resolved: Resolved, end: Result | SogniError, seconds: float = END_SECONDS
    ) -> None:
        if scene.observers:
            scene.observers.run_ended(end, RunFacts(**scene.facts(resolved)))
            await scene.observers.close(seconds)

    async def _execute(self, scene: RunScene, resolved: Resolved) -> Result:
        try:
            result = await self._called(scene, resolved)
            facts = {
                "run_id": scene.run_id,
                "network": scene.network,
                "cost": scene.cost,
                "notices": distinct([*scene.notices, *self._engine.notices]),
            }
            with blaming(resolved.workflow.plugin, f"The result of workflow {resolved.name}"):
                result = finished(result, resolved, *(scene.first or ("", "")), facts)
        except asyncio.CancelledError:
            self._finish(scene, "interrupted")
            raise
        except SogniError as error:
            self._finish(scene, "failed", error.code)
            raise _of_run(error, scene)  # noqa: B904 - the same error, with its cause
        except Exception as error:
            self._finish(scene, "failed", "INTERNAL")
            raise _of_run(InternalError("INTERNAL", describe(error)), scene) from error
        finally:
            for step in scene.steps:
                step.note_cost()
            await scene.prices.close()
        if result.artifacts:
            result = self._remember(result)
        if result.error is not None and scene.paid and not result.error.may_charge_again:
            result = replace(result, error=_of_run(result.error, scene))
        sure = all(step.state not in ("running", "unknown") for step in scene.steps)
        state = "completed" if result.error is None and sure else "partial"
        scene.destinations.completed = state == "completed"
        trouble = self._finish(scene, state, notices=result.notices)
        return result if trouble is None else replace(result, notices=(*result.notices, trouble))

    async def _called(self, scene: RunScene, resolved: Resolved) -> Result:
        """Call the workflow, and wait for steps that it leaves behind: they are paid for, and kept."""

        def blocked(seconds: float) -> None:
            facts = {"workflow": resolved.name, "seconds": round(seconds)}
            text = "The workflow {workflow} blocked the event loop for {seconds} s; use asyncio.to_thread there."
            scene.notice(Notice("workflow.blocks", (), text, facts))

        try:
            async with watched(blocked):
                result = await call_workflow(resolved, RunContext(scene, resolved), scene.registry)
        except asyncio.CancelledError:
            await scene.submissions.cancel()
            raise
        except SogniError:
            await scene.submissions.close()
            raise
        left = await scene.submissions.close()
        if scene.refused is not None:
            raise scene.refused
        for step, outcome in left:
            facts = {"workflow": resolved.name, "step": step.key, "state": outcome.state if outcome else "not sent"}
            text = "The workflow {workflow} returned before its step {step} had ended ({state}); it was waited for."
            scene.notice(Notice("workflow.left-behind", (), text, facts))
        outcomes = tuple(outcome for _, outcome in left if outcome is not None)
        if not result.outcomes and not result.artifacts:
            kept = tuple(outcome for outcome in scene.outcomes if outcome not in outcomes)
            if kept:
                facts = {"workflow": resolved.name}
                text = "The workflow {workflow} returned none of the steps that it submitted; they were added."
                scene.notice(Notice("workflow.empty", (), text, facts))
            result = replace(result, outcomes=kept, artifacts=tuple(one for done in kept for one in done.artifacts))
        late = tuple(artifact for outcome in outcomes for artifact in outcome.artifacts)
        return replace(result, outcomes=result.outcomes + outcomes, artifacts=result.artifacts + late)

    def _finish(
        self, scene: RunScene, state: str, code: str | None = None, notices: Iterable[Notice] = ()
    ) -> Notice | None:
        """Note how a run ended; that it cannot be noted is no failure of a run whose outputs are safe and paid for."""
        try:
            warnings = [notice.as_json() for notice in notices]
            self._engine.journal.finish_run(scene.run_id, state, error_code=code, warnings=warnings)
        except ConfigError as error:
            return Notice.of("journal.not-kept", error.message)
        return None

    def _scene(
        self,
        run_id: str,
        way: NetworkHandle,
        network: str,
        on_progress: OnProgress,
        began: datetime,
        random_seed: int,
        destinations: Destinations,
        budget: Budget,
    ) -> RunScene:
        tell = ProgressReporter(on_progress)
        scene = RunScene(
            registry=self._engine.registry,
            settings=self._engine.section,
            prepare=self._engine.prepare,
            fetch=self._engine.fetch,
            began=began,
            random_seed=random_seed,
            on_progress=tell,
            run_id=run_id,
            destinations=destinations,
            pictures=lambda: self._engine.paths.pictures,
            home=self._engine.paths.runs,
            journal=self._engine.journal,
            handle=way,
            prices=Prices(way.session),
            budget=budget,
            network=network,
            observers=Observers(self._engine.registry, lambda text: scene.warn(text)),
            medium_of=self._engine.media.of,
        )
        tell.failed = scene.warn
        return scene

    def _remember(self, result: Result) -> Result:
        """Keep the last render; not being able to is no failure of a run whose outputs are safe and paid for."""
        try:
            self._engine.last_render.write(result, utc_now())
        except (OSError, SogniError) as error:
            notice = Notice.of("last-render.not-kept", f"The last render could not be kept: {error}")
            return replace(result, notices=(*result.notices, notice))
        return result

    def _note_projects(self, scene: RunScene) -> None:
        self._engine.stopped.append({"runId": scene.run_id, **scene.outputs})
        for step in scene.steps:
            if step.sent:
                self._engine.projects.append({
                    "projectId": step.project_id,
                    "key": step.key,
                    "runId": scene.run_id,
                    "state": step.state or "unknown",
                })


def _of_run(error: SogniError, scene: RunScene) -> SogniError:
    """Name the run, and what of it may have been paid for: then repeating the call may charge again."""
    paid = scene.paid
    facts = {"runId": scene.run_id, **({"projects": paid} if paid else {}), **scene.outputs}
    return error.with_details(facts, may_charge_again=True if paid else None)
