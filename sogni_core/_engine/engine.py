"""The engine: one per call, many runs at once; resolves, checks, plans and runs."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sogni_core._engine.call_terms import CallTerms
from sogni_core._engine.check import check, examine
from sogni_core._engine.destinations import Destinations, Saving, Wish
from sogni_core._engine.endpoints import MemoryEndpoint
from sogni_core._engine.fetcher import Fetcher
from sogni_core._engine.last_render import LastRender
from sogni_core._engine.missing_rules import absent_rules, rules_missing
from sogni_core._engine.model_check import forced, outside, unknown
from sogni_core._engine.networks import Networks
from sogni_core._engine.output_names import with_fields
from sogni_core._engine.preflight import take_places
from sogni_core._engine.resolver import Resolved, Resolver, request_class
from sogni_core._host.host import PluginHost
from sogni_core._host.media import Media
from sogni_core._host.registry import LIVE_NETWORKS, Owned
from sogni_core._journal.places import Places
from sogni_core._transport.http import Http
from sogni_core.context import Facts
from sogni_core.costs import Confirm
from sogni_core.errors import SogniError
from sogni_core.origin import DEFAULT
from sogni_core.plugin import Endpoint, Mode, Model
from sogni_core.problem import Notice, Problem
from sogni_core.project import Asset
from sogni_core.request import RenderOptions, Request
from sogni_core.result import OnProgress, Plan, Result
from sogni_core.settings import CredentialsOrder, Settings
from sogni_core.settings.paths import Paths
from sogni_core.settings.profiles import require_profile

if TYPE_CHECKING:
    from sogni_core._engine.paid_runs import PaidRuns
    from sogni_core._journal.journal import Journal


class Engine:
    """Carries requests out. Opened lazily, closed once; ``projects`` says what an interrupted call left behind."""

    def __init__(
        self,
        host: PluginHost,
        settings: Settings,
        paths: Paths,
        environ: Mapping[str, str],
        endpoint: Endpoint | None = None,
        *,
        credentials_order: CredentialsOrder | None = None,
        host_config_optional: bool = False,
    ) -> None:
        """Prepare an engine. ``endpoint``: a network that needs no plugin, used under its name."""
        self._host_config_optional = host_config_optional
        self.host = host
        self.registry = host.registry
        self.settings = settings
        self.paths = paths
        self.last_render = LastRender(paths.last_render, self.registry.medium)
        self.projects: list[dict[str, Any]] = []
        self.stopped: list[dict[str, Any]] = []
        """Of each interrupted run, its id, outputs and cost."""
        self._endpoint = endpoint
        self.media = Media(self.registry)
        self.networks = Networks(
            self.registry,
            self.media,
            settings,
            paths,
            environ,
            self.http,
            lambda: self.journal,
            endpoint,
            credentials_order,
        )
        self._resolver = Resolver(self.registry, settings, self.last_render)
        self._http: Http | None = None
        self._journal: Journal | None = None
        self._stack = contextlib.ExitStack()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is odd about the settings and credentials that were read; what a run finds belongs to the run."""
        broken = (str(problem) for problem in self.settings.problems if problem.severity == "error")
        return (*(Notice.of("settings.invalid", text) for text in broken), *self.networks.notices)

    def require_certainty(self) -> None:
        """Refuse paid work if something could not be read or loaded that may restrict it.

        Raises ConfigError INVALID_CONFIG for a file with settings, PluginError PLUGIN_IMPORT for a plugin that may have
        rules: policies fail closed.
        """
        self.settings.require_read(hosts=not self._host_config_optional)
        suspects = self.host.suspects()
        if suspects and not self.settings.require("plugins.fail_open").value:
            raise rules_missing(suspects)

    def http(self) -> Http:
        """Return the one HTTP client of this call."""
        if self._http is None:
            self._http = self._endpoint.http() if isinstance(self._endpoint, MemoryEndpoint) else Http()
            # A user's files may come from this machine where the service itself does.
            self._http.admit(str(self.settings.value("rest_url").value))
        return self._http

    @property
    def journal(self) -> Journal:
        """Return the journal, opened at the first use."""
        if self._journal is None:
            from sogni_core._journal.journal import Journal

            self._journal = Journal(self.paths.journal)
        return self._journal

    @cached_property
    def places(self) -> Places:
        """Return where runs hold the places of their files; the file is opened at the first use."""
        return Places(self.paths.state)

    async def close(self) -> None:
        """Close the sessions, the client and the journal."""
        try:
            await self.networks.close()
        finally:
            if self._http is not None:
                await self._http.close()
            if self._journal is not None:
                self._journal.close()
            if "places" in self.__dict__:
                self.places.close()
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

    async def prepare(self, name: str, fields: dict[str, Any], part_of: Owned[Mode] | None = None) -> Resolved:
        """Resolve and check a request; raises InputError with all problems.

        ``part_of``: the mode that the user asked for, if the request is a part of its run.
        """
        require_profile(self.paths)
        mode, workflow = self.find_mode(name)
        resolved = replace(self._resolver.resolve(mode, workflow, fields), part_of=part_of)
        request = await check(resolved, self.registry, self.section, self.fetch)
        resolved = replace(resolved, request=request)
        if part_of is None:
            named = with_fields(resolved, self._extension(resolved), datetime.now(UTC))
            resolved = replace(resolved, request=named, typed=resolved.request)
        found = [absent_rules(suspect) for suspect in (self.host.suspects() if resolved.request.paid else ())]
        if part_of is not None:
            # The run has begun: what it is made of is its workflow's choice.
            found += map(forced, outside(resolved, await self._live_limits(resolved)))
        return replace(resolved, notices=(*resolved.notices, *found))

    async def doubts(self, resolved: Resolved) -> list[Problem]:
        """Return what the model of a request does not take, as far as is known.

        Only for a model that no plugin knows, the network is asked for its list, which costs nothing.
        """
        request = resolved.request
        if not isinstance(request, RenderOptions):
            return []
        found = [*outside(resolved, await self._live_limits(resolved))]
        if not resolved.origins.get("model", DEFAULT).chosen or not resolved.model.id:
            return found
        own = {owned.record.id for owned in self.registry.every(Model) if "*" not in owned.record.id}
        if resolved.model.id in own:
            return found
        session = (await self.networks.open(request.network)).session
        if resolved.model.id not in session.catalogue.models:
            with contextlib.suppress(SogniError):
                await session.refresh_catalogue()
        listed = session.catalogue.models
        # A network that names no models at all says nothing about this one.
        if listed and resolved.model.id not in listed:
            found.insert(0, unknown(resolved, own | set(listed)))
        return found

    def _extension(self, resolved: Resolved) -> str:
        """Return the extension of what a request makes: of the format it asks for, else of the usual one."""
        medium = self.registry.medium(resolved.model.media)
        usual = next(iter(medium.formats), "") if medium is not None else ""
        return str(getattr(resolved.request, "output_format", None) or usual)

    async def examine(self, name: str, fields: dict[str, Any]) -> tuple[Request, Facts, list[Problem]]:
        """Resolve a request and read its files, and ask no rules; see :func:`sogni_core._engine.check.examine`."""
        mode, workflow = self.find_mode(name)
        resolved = self._resolver.resolve(mode, workflow, fields)
        return await examine(resolved, self.registry, self.section, self.fetch)

    async def _live_limits(self, resolved: Resolved) -> Mapping[str, tuple[float, float]]:
        """Ranges that the network named when it was last asked; nobody is asked for them now."""
        request = resolved.request
        if not isinstance(request, RenderOptions) or request.network not in LIVE_NETWORKS:
            return {}
        tier = (await self.networks.open(request.network)).session.tier(resolved.model.id)
        return tier.limits if tier is not None else {}

    def section(self, model: type[Any]) -> Any:
        """Return the values of a settings table by the model a plugin registered for it."""
        return self.settings.of(model)

    async def plan(self, resolved: Resolved, saving: Saving, price_seconds: float) -> Plan:
        """Say what a run would submit; see :func:`sogni_core._engine.plans.plan`."""
        from sogni_core._engine.plans import plan

        return await plan(self, resolved, Destinations(saving, self.places, looks=True), price_seconds)

    async def run(
        self,
        resolved: Resolved,
        saving: Saving,
        on_progress: OnProgress,
        terms: CallTerms = CallTerms(),  # noqa: B008 - it cannot be changed
        confirm: Confirm | None = None,
    ) -> Result:
        """Carry out what :meth:`prepare` returned; raises SogniError if there is no output at all.

        ``confirm`` asks a person whether a run may cost so much; None if there is nobody to ask.
        """

        async def planned() -> Sequence[Wish]:
            from sogni_core._engine.plans import wishes

            return await wishes(self, resolved, Destinations(saving, looks=True))

        if isinstance(resolved.request, RenderOptions):
            return await self._paid.run(
                resolved, Destinations(saving, self.places), planned, on_progress, terms, confirm
            )
        destinations = Destinations(saving)
        try:
            await take_places(resolved, destinations, planned)
            return await self._run_here(resolved, destinations, on_progress)
        finally:
            destinations.release()

    async def resume(
        self,
        run_id: str,
        given: Mapping[str, Any],
        on_progress: OnProgress,
        *,
        keep_changed: bool = False,
        seconds: float | None = None,
    ) -> Result:
        """Continue a run whose process ended; see :meth:`sogni_core._engine.paid_runs.PaidRuns.resume`."""
        return await self._paid.resume(run_id, given, on_progress, keep_changed=keep_changed, seconds=seconds)

    @cached_property
    def _paid(self) -> PaidRuns:
        from sogni_core._engine.paid_runs import PaidRuns

        return PaidRuns(self)

    async def _run_here(self, resolved: Resolved, destinations: Destinations, on_progress: OnProgress) -> Result:
        from sogni_core._engine.local_runs import run_here

        return await run_here(self, resolved, destinations, on_progress)

    async def dial(self, name: str, fields: Mapping[str, Any]) -> None:
        """Call the network's host while the request is checked. What is wrong with it, the check will say."""
        with contextlib.suppress(SogniError):
            if not request_class(self.find_mode(name)[0]).paid:
                return
            network = str(fields.get("network") or self.settings.require("network").value)
            if network in LIVE_NETWORKS and self.networks.credentials(network) is not None:
                await (await self.networks.open(network)).session.dial()

    async def fetch(self, url: str) -> Asset:
        """Fetch a URL into a file that lasts as long as the call."""
        return await self._fetcher().fetch(url)

    def _fetcher(self) -> Fetcher:
        def folder() -> Path:
            temporary = tempfile.TemporaryDirectory(prefix="sogni-fetched-")
            return Path(self._stack.enter_context(temporary))

        return Fetcher(self.http, folder)
