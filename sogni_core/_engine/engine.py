"""The engine: one per call, many runs at once; resolves, checks, plans and runs."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sogni_core._host.host import PluginHost
from sogni_core._host.registry import LIVE_NETWORKS, Owned
from sogni_core._journal.journal import Journal
from sogni_core._journal.records import Run
from sogni_core._transport.http import Http
from sogni_core.errors import AuthError, InputError, SogniError
from sogni_core.files import absolute, numbered, prepare_output
from sogni_core.plugin import Mode
from sogni_core.result import OnProgress, Plan, PlannedStep, Result
from sogni_core.settings import Settings
from sogni_core.settings.paths import Paths

from .check import check, read_assets
from .fetching import Fetcher
from .last_render import LastRender
from .money import Prices
from .networks import Networks, Way
from .planning import PlanContext, Planned
from .report import echo, finished, kept
from .resolve import Resolved, Resolver, outside
from .resuming import rebuild
from .running import RunContext, Shared, call_workflow, new_random_seed, utc_now
from .told import Told


class Engine:
    """Carries requests out. Opened lazily, closed once; ``projects`` says what an interrupted call left behind."""

    def __init__(self, host: PluginHost, settings: Settings, paths: Paths, environ: Mapping[str, str]) -> None:
        self.host = host
        self.registry = host.registry
        self.settings = settings
        self.paths = paths
        self.last_render = LastRender(paths.last_render)
        self.projects: list[dict[str, Any]] = []
        self.warnings: list[str] = []
        self.networks = Networks(self.registry, settings, paths, environ, self.http, lambda: self.journal, self._warn)
        self._resolver = Resolver(self.registry, settings, self.last_render)
        self._http: Http | None = None
        self._journal: Journal | None = None
        self._stack = contextlib.ExitStack()

    @property
    def oddities(self) -> tuple[str, ...]:
        """What is odd about settings and credentials, so far as they were read."""
        broken = [str(problem) for problem in self.settings.problems if problem.severity == "error"]
        return (*broken, *self.warnings)

    def http(self) -> Http:
        """Return the one HTTP client of this call."""
        if self._http is None:
            self._http = Http()
            # A user's files may come from this machine where the service itself does.
            self._http.admit(str(self.settings.value("rest_url").value))
        return self._http

    @property
    def journal(self) -> Journal:
        """Return the journal, opened at the first use."""
        if self._journal is None:
            self._journal = Journal.open(self.paths.journal)
        return self._journal

    async def close(self) -> None:
        """Close the sessions, the client and the journal."""
        try:
            await self.networks.close()
        finally:
            if self._http is not None:
                await self._http.close()
            if self._journal is not None:
                self._journal.close()
            self._stack.close()

    def find_mode(self, name: str) -> tuple[Owned[Mode], str | None]:
        """Split ``mode``, ``mode:workflow``, ``plugin:mode`` or ``plugin:mode:workflow``."""
        plugins = {plugin.name for plugin in self.registry.plugins}
        head, _, rest = name.partition(":")
        own = {owned.record.name for owned in self.registry.every(Mode) if owned.plugin.name == head}
        mode, _, workflow = rest.partition(":")
        if rest and head in plugins and mode in own:
            return self.registry.mode(f"{head}:{mode}"), workflow or None
        return self.registry.mode(head), rest or None

    async def prepare(self, name: str, fields: dict[str, Any]) -> Resolved:
        """Resolve and check a request; raises InputError with all problems."""
        mode, workflow = self.find_mode(name)
        resolved = self._resolver.resolve(mode, workflow, fields)
        request = await check(resolved, self.registry, self.section, self._fetcher().fetch)
        resolved = replace(resolved, request=request)
        warnings = (*resolved.warnings, *outside(resolved, await self._live_limits(resolved)))
        return replace(resolved, warnings=warnings)

    async def _live_limits(self, resolved: Resolved) -> Mapping[str, tuple[float, float]]:
        """Ranges that the network named when it was last asked; nobody is asked for them now."""
        network = getattr(resolved.request, "network", "")
        if network not in LIVE_NETWORKS:
            return {}
        tier = (await self.networks.way(network)).session.tier(resolved.model.id)
        return tier.limits if tier is not None else {}

    def section(self, model: type[Any]) -> Any:
        """Return the values of a settings table by the model a plugin registered for it."""
        return self.settings.of(model)

    async def plan(self, name: str, fields: dict[str, Any]) -> Plan:
        """Say what a run would submit; nothing is sent but the question for the price."""
        return await self.plan_prepared(await self.prepare(name, fields))

    async def plan_prepared(self, resolved: Resolved) -> Plan:
        """Say what a run of what :meth:`prepare` returned would submit."""
        network = str(getattr(resolved.request, "network", "") or "fast")
        with tempfile.TemporaryDirectory(prefix="sogni-plan-") as folder:
            planned = Planned(Path(folder), _wire(network), self.section, self.prepare, utc_now())
            planned.warnings += resolved.warnings
            await call_workflow(resolved, PlanContext(planned, resolved))
            steps = await self._priced(network, planned)
        return Plan(
            mode=resolved.mode.record.name,
            workflow=resolved.workflow.record.name,
            network=network,
            steps=tuple(steps),
            warnings=tuple(dict.fromkeys([*planned.warnings, *self.oddities])),
            fields=echo(resolved, None, steps[0].project.model if steps else ""),
            price_error=planned.price_error,
        )

    async def run(self, name: str, fields: dict[str, Any], on_progress: OnProgress) -> Result:
        """Carry a request out; raises SogniError if there is no output at all."""
        return await self.run_prepared(await self.prepare(name, fields), on_progress)

    async def run_prepared(self, resolved: Resolved, on_progress: OnProgress) -> Result:
        """Carry out what :meth:`prepare` returned; raises SogniError if there is no output at all."""
        request = resolved.request
        output = getattr(request, "output", None)
        for path in numbered(absolute(output), getattr(request, "count", 1)) if output is not None else ():
            prepare_output(path)
        # A mode without the option works on this machine alone: nobody has to log in for it, and nothing is connected.
        network = str(getattr(request, "network", "") or "fast")
        paid = "network" in type(request).model_fields
        if paid and network in LIVE_NETWORKS:
            self.networks.require_credentials()
        way = await self.networks.way(network)
        if paid:
            way.session.open()
        shared = self._begin(resolved, way, network, on_progress)
        return await self._carry_out(shared, resolved)

    async def resume(self, run_id: str, on_progress: OnProgress) -> Result:
        """Go on with a run whose process ended: what is finished is answered, what runs is taken up, the rest is sent.

        Raises InputError UNKNOWN_RUN or RUN_ACTIVE, AuthError, and what a run raises.
        """
        run = self.journal.resume_run(run_id)
        try:
            resolved = await self._measured(rebuild(self.registry, run))
            if run.network in LIVE_NETWORKS:
                self.networks.require_credentials()
            app_id = next((step.app_id for step in run.steps if step.app_id is not None), None)
            way = await self.networks.way(run.network, app_id=app_id)
            self._can_go_on(run, way)
        except BaseException:
            # Nothing was done: it stays as it was left, for another try.
            self.journal.finish_run(run.id, run.state, error_code=run.error_code, warnings=run.warnings)
            raise
        way.session.open()
        shared = self._shared(run.id, way, run.network, on_progress, run.began, run.random_seed)
        shared.known.update({step.key: step for step in run.steps})
        return await self._carry_out(shared, resolved)

    async def _measured(self, resolved: Resolved) -> Resolved:
        """Read the request's files again; one that is gone is missed only if a step still needs it."""
        request, problems = await read_assets(resolved.request, self._fetcher().fetch)
        for problem in problems:
            self._warn(problem.message)
        return replace(resolved, request=request)

    @staticmethod
    def _can_go_on(run: Run, way: Way) -> None:
        if way.endpoint.ends_with_call:
            raise InputError(
                "INVALID_ARGUMENT",
                f"Run {run.id} was on {run.network}, which was gone with its call; there is nothing to go on with.",
                details={"runId": run.id},
            )
        if run.account is not None and run.account != way.account.name:
            raise AuthError(
                "MISSING_CREDENTIALS",
                f"Run {run.id} belongs to another account than the one that is logged in.",
                hint="Log in as the account that began it.",
                details={"runId": run.id},
            )

    async def _carry_out(self, shared: Shared, resolved: Resolved) -> Result:
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
                    "warnings": tuple(dict.fromkeys([*shared.warnings, *self.oddities])),
                },
            )
        except asyncio.CancelledError:
            self._note_projects(shared)
            self.journal.finish_run(shared.run_id, "interrupted")
            raise
        except BaseException as error:
            code = error.code if isinstance(error, SogniError) else "INTERNAL"
            if isinstance(error, SogniError):
                error.details.setdefault("runId", shared.run_id)
            self.journal.finish_run(shared.run_id, "failed", error_code=code)
            raise
        finally:
            await shared.prices.close()
        if result.artifacts:
            self._remember(result)
            result = replace(result, warnings=tuple(dict.fromkeys([*result.warnings, *self.oddities])))
        state = "completed" if result.error is None else "partial"
        self.journal.finish_run(shared.run_id, state, warnings=result.warnings)
        return result

    def _begin(self, resolved: Resolved, way: Way, network: str, on_progress: OnProgress) -> Shared:
        began, random_seed = utc_now(), new_random_seed()
        run_id = self.journal.begin_run(
            mode=resolved.mode.record.name,
            workflow=resolved.workflow.record.name,
            request=kept(resolved),
            network=network,
            account=way.account.name,
            seed_random=random_seed,
            began=began,
        )
        shared = self._shared(run_id, way, network, on_progress, began, random_seed)
        for warning in (*resolved.warnings, *self.oddities):
            shared.warn(warning)
        return shared

    def _shared(
        self, run_id: str, way: Way, network: str, on_progress: OnProgress, began: datetime, random_seed: int
    ) -> Shared:
        return Shared(
            run_id=run_id,
            home=self.paths.runs,
            journal=self.journal,
            way=way,
            prices=Prices(way.session, way.is_comfy),
            network=network,
            settings=self.section,
            prepare=self.prepare,
            on_progress=Told(on_progress, self._warn),
            began=began,
            random_seed=random_seed,
        )

    async def _priced(self, network: str, planned: Planned) -> list[PlannedStep]:
        try:
            way = await self.networks.way(network)
            return [await self._price(way, step, planned) for step in planned.steps]
        except AuthError as error:
            planned.price_error = error
            planned.warnings.append(f"The price could not be asked: {error.message}")
            return planned.steps

    async def _price(self, way: Way, step: PlannedStep, planned: Planned) -> PlannedStep:
        project = step.project
        try:
            price = await way.session.estimate(project, planned.network, comfy=way.is_comfy(project.model))
        except SogniError as error:
            planned.price_error = planned.price_error or error
            planned.warnings.append(f"The price of {step.key} could not be asked: {error.message}")
            return step
        if price.amount is None:
            return step
        facts = {"token": project.token_type, "amount": float(price.amount)}
        if price.usd is not None:
            facts["usd"] = float(price.usd)
        figures = {"token": price.amount, "usd": price.usd, "spark": price.spark, "sogni": price.sogni}
        quote = {name: str(figure) for name, figure in figures.items() if figure is not None}
        return PlannedStep(step.key, project, step.files, facts, quote)

    def _fetcher(self) -> Fetcher:
        def folder() -> Path:
            temporary = tempfile.TemporaryDirectory(prefix="sogni-fetched-")
            return Path(self._stack.enter_context(temporary))

        return Fetcher(self.http, folder)

    def _remember(self, result: Result) -> None:
        try:
            self.last_render.write(result, utc_now())
        except (OSError, SogniError) as error:
            # The outputs are safe and paid for: not being able to remember them is no failure of the run.
            self._warn(f"The last render could not be kept: {error}")

    def _note_projects(self, shared: Shared) -> None:
        for step in shared.steps:
            if step.sent and step.state not in ("completed",):
                self.projects.append({
                    "projectId": step.project_id,
                    "key": step.key,
                    "runId": shared.run_id,
                    "state": step.state or "unknown",
                })

    def _warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)


def _wire(network: str) -> str:
    return network if network in LIVE_NETWORKS else "fast"
