"""Runs on a network: begun or answered, and continued after their process has ended.

What only a run needs is imported while its socket opens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from sogni_core._engine.call_terms import CallTerms
from sogni_core._engine.destinations import Destinations, Saving, Wish
from sogni_core._engine.preflight import take_places
from sogni_core._engine.resolver import Resolved
from sogni_core._engine.run_owner import require_owner
from sogni_core._host.registry import LIVE_NETWORKS
from sogni_core._startup import imports
from sogni_core.costs import Confirm
from sogni_core.problem import Notice
from sogni_core.request import RenderOptions
from sogni_core.result import OnProgress, Result

if TYPE_CHECKING:
    from sogni_core._engine.run_terms import TermServices
    from sogni_core._engine.runs import Runs, RunServices
    from sogni_core._engine.same_run import SameRunServices
    from sogni_core._host.registry import Owned
    from sogni_core._journal.places import Places
    from sogni_core.plugin import Mode

    class PaidServices(TermServices, RunServices, SameRunServices, Protocol):
        """What is needed of the engine."""

        @property
        def places(self) -> Places: ...

        async def prepare(self, name: str, fields: dict[str, Any], part_of: Owned[Mode] | None = None) -> Resolved: ...

        def require_certainty(self) -> None: ...


class PaidRuns:
    """Carries out what is paid for."""

    def __init__(self, engine: PaidServices) -> None:
        self._engine = engine

    async def run(
        self,
        resolved: Resolved,
        destinations: Destinations,
        planned: Callable[[], Awaitable[Sequence[Wish]]],
        on_progress: OnProgress,
        call: CallTerms,
        confirm: Confirm | None,
    ) -> Result:
        """Begin and carry out a run; with a key that has one, answer with that. See :meth:`engine.Engine.run`."""
        with ExitStack() as stack:
            if call.key:
                from sogni_core._journal.key_turn import take_turn

                stack.callback((await take_turn(self._engine.paths.state / "keys", call.key)).end)
                if (run_id := self._engine.journal.run_of_key(call.key)) is not None:
                    stack.close()
                    return await self._same(run_id, call.key, resolved, on_progress)
            try:
                await take_places(resolved, destinations, planned)
                return await self._begun(resolved, destinations, on_progress, call, confirm, stack.close)
            finally:
                destinations.release()

    async def _same(self, run_id: str, key: str, resolved: Resolved, on_progress: OnProgress) -> Result:
        from sogni_core._engine.same_run import answer_of

        return await answer_of(self._engine, run_id, key, resolved, on_progress)

    async def _begun(
        self,
        resolved: Resolved,
        destinations: Destinations,
        on_progress: OnProgress,
        call: CallTerms,
        confirm: Confirm | None,
        begun: Callable[[], None],
    ) -> Result:
        """Run it; ``begun`` is called as soon as the journal has the run."""
        engine, request = self._engine, resolved.request
        assert isinstance(request, RenderOptions)
        engine.require_certainty()
        if request.network in LIVE_NETWORKS:
            engine.networks.require_credentials(request.network)
        handle = await engine.networks.open(request.network)
        handle.session.open()
        await handle.session.wait_until_dialled()
        runs = await self._runs()
        from sogni_core._engine.run_terms import settle

        terms = await settle(engine, resolved, handle.account.name, call, destinations.saving, confirm)
        scene = runs.begin(resolved, handle, request.network, on_progress, destinations, terms, call)
        begun()
        return await runs.execute(scene, resolved)

    async def resume(
        self,
        run_id: str,
        given: Mapping[str, Any],
        on_progress: OnProgress,
        *,
        keep_changed: bool = False,
        seconds: float | None = None,
    ) -> Result:
        """Continue a run whose process ended: finished steps are answered, running ones waited for, the rest sent.

        ``given``: its secrets. ``seconds``: time limit of every step, instead of the request's. Raises InputError
        UNKNOWN_RUN or RUN_ACTIVE, AuthError, and what a run raises.
        """
        from sogni_core._engine.restoration import rebuild

        self._engine.require_certainty()
        runs = await self._runs()
        run = self._engine.journal.resume_run(run_id)
        try:
            resolved, missing = await self._measured(rebuild(self._engine.registry, self._engine.settings, run, given))
            if run.network in LIVE_NETWORKS:
                self._engine.networks.require_credentials(run.network)
            app_id = next((step.app_id for step in run.steps if step.app_id is not None), None)
            way = await self._engine.networks.open(run.network, app_id=app_id)
            require_owner(run, way)
        except BaseException:
            # Nothing was done: it stays as it was left, for another try.
            self._engine.journal.finish_run(run.id, run.state, error_code=run.error_code, warnings=run.warnings)
            raise
        way.session.open()
        destinations = Destinations(Saving.resumed(run.request.get("saving")), self._engine.places)
        try:
            scene = runs.take_over(run, way, on_progress, destinations, keep_changed=keep_changed)
            scene.seconds = seconds
            for notice in missing:
                scene.notice(notice)
            return await runs.execute(scene, resolved)
        finally:
            destinations.release()

    async def _runs(self) -> Runs:
        """Import the rest of what a run needs, while the service answers its socket."""
        await imports.load("sogni_core._engine.runs")
        from sogni_core._engine.runs import Runs

        return Runs(self._engine)

    async def _measured(self, resolved: Resolved) -> tuple[Resolved, list[Notice]]:
        """Read the request's files again; one that is gone is missed only if a step still needs it."""
        from sogni_core._engine.check import read_assets

        request, problems = await read_assets(resolved.request, self._engine.fetch)
        return replace(resolved, request=request), [*problems]
