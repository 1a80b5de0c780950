"""The Python API, and what every command is handed.

::

    async with sogni_core.open(network="devnet") as app:
        result = await app.run("image", prompt="a cat", output="cat.png")
        print(result.paths[0], result.seeds)

One App is one call: one HTTP client, one connection to each network it uses, many runs at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sogni_core._host import extras
from sogni_core._host.host import CORE_PLUGIN, PluginHost
from sogni_core._host.registry import LIVE_NETWORKS, Owned, Registry
from sogni_core.errors import InputError
from sogni_core.frontend.run_options import RunOptions
from sogni_core.plugin import Endpoint, ErrorCode, Mode, Network
from sogni_core.problem import Problem
from sogni_core.result import LiveModel, OnProgress, Plan, Progress, Result
from sogni_core.settings import Paths
from sogni_core.settings.paths import PROFILE

if TYPE_CHECKING:
    from types import TracebackType

    from sogni_core._engine.call_terms import CallTerms
    from sogni_core._engine.destinations import Saving
    from sogni_core._engine.engine import Engine
    from sogni_core.costs import Charge, CostReport, Grouping
    from sogni_core.files import Place
    from sogni_core.frontend.modes import ModeInfo
    from sogni_core.history import FoundProject, Run
    from sogni_core.prepared import Prepared
    from sogni_core.settings import Credentials, CredentialsOrder, Settings
    from sogni_core.settings.openclaw import OpenClawKeys


default_network: ContextVar[Endpoint | None] = ContextVar("default_network", default=None)
"""Network of every App that is created in this context without one; tests run whole programs on it."""


def open(
    *,
    network: str | Endpoint | None = None,
    environ: Mapping[str, str] | None = None,
    files: Sequence[str | os.PathLike[str]] = (),
    credentials_order: CredentialsOrder | None = None,
    host_config_optional: bool = False,
    profile: str | None = None,
) -> App:
    """Return an App to use as ``async with``; nothing is connected before it is needed.

    ``network``: for every run that names none; its name, or its Endpoint, which needs no plugin.
    ``environ``: environment to read settings from, the process's own by default. ``files``: one-file plugins to load
    besides the installed ones. ``credentials_order``: where credentials are looked for, ``"environment"`` and
    ``"file"``, which is the order by default; the first place that has some wins. ``host_config_optional``: whether a
    host's configuration that cannot be read is only a warning; otherwise nothing is paid for then. ``profile``: name of
    an account with its own settings, that of ``SOGNI_PROFILE`` by default. Raises INVALID_ARGUMENT for a name that
    no profile can have.
    """
    return App(
        network=network,
        environ=environ,
        files=files,
        credentials_order=credentials_order,
        host_config_optional=host_config_optional,
        profile=profile,
    )


def _silent(progress: Progress) -> None:
    """Receive progress that nobody asked for."""


class App:
    """Runs, plans and looks up; see :func:`open`."""

    def __init__(
        self,
        *,
        network: str | Endpoint | None = None,
        environ: Mapping[str, str] | None = None,
        files: Sequence[str | os.PathLike[str]] = (),
        credentials_order: CredentialsOrder | None = None,
        host_config_optional: bool = False,
        profile: str | None = None,
    ) -> None:
        self._environ = dict(os.environ if environ is None else environ)
        if profile is not None:
            self._environ[PROFILE] = profile
        if self._environ.get(PROFILE):
            from sogni_core.settings.profiles import check_name

            check_name(self._environ)
        network = network or default_network.get()
        self._endpoint = network if isinstance(network, Endpoint) else None
        self._network = network.name if isinstance(network, Endpoint) else network
        if self._endpoint is not None and self._network in LIVE_NETWORKS:
            self._network = None  # it replaces the live networks; which one is used, the settings say
        self._credentials_order = credentials_order
        self._host_config_optional = host_config_optional
        self._host = self._plugin_host(files)
        self.on_progress: OnProgress = _silent
        """Receiver of progress for every run that names none."""
        self._settings: Settings | None = None
        self._open_engine: Engine | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection and file of this App."""
        if self._open_engine is not None:
            engine, self._open_engine = self._open_engine, None
            await engine.close()

    def _plugin_host(self, files: Sequence[str | os.PathLike[str]]) -> PluginHost:
        return PluginHost.from_environment(CORE_PLUGIN, self._environ, files=files)

    @property
    def _registry(self) -> Registry:
        return self._host.registry

    @property
    def error_codes(self) -> Mapping[str, ErrorCode]:
        """Every error code by name, those of plugins included."""
        return self._registry.error_codes

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that this App reads."""
        return self._environ

    @property
    def paths(self) -> Paths:
        """Where this installation keeps its files; the settings are read for it."""
        return self.settings.located

    @property
    def settings(self) -> Settings:
        """All settings in their layers."""
        if self._settings is None:
            from sogni_core._host.settings_model import settings_model
            from sogni_core.settings import Settings

            sections = {
                name: lambda owned=owned: settings_model(owned) for name, owned in self._registry.settings().items()
            }
            self._settings = Settings(
                sections,
                paths=Paths.of(self._environ),
                environ=self._environ,
                openclaw=self._openclaw_keys(),
                targets={name: owned.record.model for name, owned in self._registry.settings().items()},
            )
        return self._settings

    @property
    def _engine(self) -> Engine:
        if self._open_engine is None:
            from sogni_core._engine.engine import Engine

            self._open_engine = Engine(
                self._host,
                self.settings,
                self.paths,
                self._environ,
                self._endpoint,
                credentials_order=self._credentials_order,
                host_config_optional=self._host_config_optional,
            )
        return self._open_engine

    async def prepare(
        self,
        name: str,
        given: Mapping[str, Any] | None = None,
        /,
        *,
        run_options: RunOptions = RunOptions(),  # noqa: B008 - it cannot be changed
        on_progress: OnProgress | None = None,
        **fields: Any,
    ) -> Prepared:
        """Resolve and check a request of a mode, ``"image"`` or ``"image:edit"``; the one way into the engine.

        ``given`` and ``fields``: the options of its request, typed or as text. Files are read and all rules are asked;
        nothing is sent, but the network's host is called meanwhile. Raises InputError with all problems, PluginError,
        ConfigError.
        """
        from sogni_core._engine.model_check import forced
        from sogni_core._engine.resolver import planning_option
        from sogni_core.prepared import Prepared

        mode, _ = self._engine.find_mode(name)
        given = self._with_network(mode, {**(given or {}), **fields})
        saving = self._saving(run_options)
        planning = "dry_run" if run_options.dry_run else planning_option(mode, given)
        if planning is None:
            await self._engine.dial(name, given)
        resolved = await self._engine.prepare(name, given)
        doubts = await self._engine.doubts(resolved)
        if doubts and not run_options.force:
            raise InputError.of(doubts)
        resolved = replace(resolved, notices=(*resolved.notices, *map(forced, doubts)))
        receiver = on_progress or self.on_progress
        return Prepared(self._engine, resolved, receiver, planning, saving, self._terms(run_options))

    async def run(
        self,
        name: str,
        given: Mapping[str, Any] | None = None,
        /,
        *,
        run_options: RunOptions = RunOptions(),  # noqa: B008 - it cannot be changed
        on_progress: OnProgress | None = None,
        **fields: Any,
    ) -> Result:
        """Prepare a request and run it; see :meth:`prepare` and ``Prepared.run``."""
        prepared = await self.prepare(name, given, run_options=run_options, on_progress=on_progress, **fields)
        return await prepared.run()

    async def resume(
        self,
        run_id: str,
        /,
        *,
        on_progress: OnProgress | None = None,
        keep_changed: bool = False,
        timeout: float | None = None,  # noqa: ASYNC109 - of the network's work, as everywhere else
        **secrets: Any,
    ) -> Result:
        """Continue a run whose process ended, crashed or was stopped; ``run_id`` or a unique beginning of it.

        Steps that are finished are answered from the journal, those that still run are waited for, those that failed or
        were never sent are submitted. Of a step with some of its outputs, only the missing ones are submitted, except
        for those that the safety filter withheld. ``timeout``: time limit of every step in seconds, instead of that of
        the request. ``secrets``: fields of the request that hold a secret, which the journal does not
        keep; one that came from a setting is read from there again. Raises as :meth:`run`, InputError UNKNOWN_RUN and
        RUN_ACTIVE, and InputError INVALID_ARGUMENT that names the secrets that are missing.

        A step that may have been paid for, and that the workflow would submit with other values now, stops it with
        INVALID_ARGUMENT before anything is sent. ``keep_changed``: use what was submitted, with a notice.
        """
        receiver = on_progress or self.on_progress
        if timeout is not None and not timeout > 0:
            problem = Problem("resume.timeout", ("timeout",), "{timeout} must be above 0.")
            raise InputError.of([problem])
        return await self._engine.resume(run_id, secrets, receiver, keep_changed=keep_changed, seconds=timeout)

    async def cancel(self, run_id: str, /) -> Sequence[Mapping[str, Any]]:
        """Ask the network to cancel what a run of an ended process left there; ``run_id`` or a unique beginning of it.

        Returns ``projectId``, ``key`` and ``state`` of each step: ``cancelled`` only if the network confirmed it,
        ``ended`` if the project had ended before, ``running`` if the network refuses, ``unknown`` without an answer;
        a step that needed no request has the state of the journal. Raises InputError UNKNOWN_RUN and RUN_ACTIVE,
        AuthError, TransportError.
        """
        from sogni_core._engine.run_cancellation import cancel_run

        return await cancel_run(self._engine, run_id)

    async def plan(
        self,
        name: str,
        given: Mapping[str, Any] | None = None,
        /,
        *,
        run_options: RunOptions = RunOptions(),  # noqa: B008 - it cannot be changed
        **fields: Any,
    ) -> Plan:
        """Prepare a request and say what a run would submit; see :meth:`prepare` and ``Prepared.plan``."""
        prepared = await self.prepare(name, given, run_options=replace(run_options, dry_run=True), **fields)
        return await prepared.plan()

    def place(self, output: str | os.PathLike[str], *, overwrite: bool = False, unique: bool = False) -> Place:
        """Return where a command may write a file, for :class:`sogni_core.files.PartFile`.

        The options and the setting ``existing_files`` are those of a run. Raises InputError OUTPUT_EXISTS and
        OUTPUT_NOT_WRITABLE.
        """
        from sogni_core._engine.preflight import command_place

        return command_place(output, self._saving(RunOptions(overwrite=overwrite, unique=unique)))

    def _terms(self, run_options: RunOptions) -> CallTerms:
        from sogni_core._engine.call_terms import CallTerms

        key = run_options.idempotency_key or self._environ.get("SOGNI_IDEMPOTENCY_KEY", "")
        return CallTerms(run_options.max_cost, run_options.yes, key, run_options.labels, run_options.again)

    def _saving(self, run_options: RunOptions) -> Saving:
        from sogni_core._engine.destinations import Saving

        existing = run_options.existing_files(self.settings.require("existing_files").value)
        folder = self.settings.require("output_dir").value
        return Saving(
            existing,
            one_file=run_options.one_file,
            save=bool(self.settings.require("save").value) if run_options.save is None else run_options.save,
            folder=self.paths.expanded(folder) if folder is not None else None,
            pattern=str(self.settings.require("output_pattern").value),
        )

    async def balance(self, network: str | None = None) -> Mapping[str, Decimal | None]:
        """Return what the account can spend: ``spark`` and ``sogni``; None for what the network did not say."""
        name = self._network_name(network)
        if name in ("fast", "relaxed"):
            self._engine.networks.require_credentials(name)
        way = await self._engine.networks.open(name)
        with way.explaining():
            balance = await way.session.balance()
        return {"spark": balance.spark, "sogni": balance.sogni}

    async def models(self, network: str | None = None) -> Sequence[LiveModel]:
        """Return the network's own list of models with the workers that serve each now. Needs no login."""
        way = await self._engine.networks.open(self._network_name(network))
        with way.explaining():
            return await way.session.models(way.wire_network)

    async def login(self, credentials: Credentials) -> None:
        """Check credentials with the live network and store them; raises AuthError if it refuses them."""
        from sogni_core.settings.credentials import store

        self.settings.require("credentials_path")
        way = await self._engine.networks.open("fast", credentials=credentials)
        # Not a question that a stored token could answer: that would let a wrong password pass.
        await way.account.login()
        store(self.paths, credentials)

    async def logout(self) -> bool:
        """Forget stored credentials and tokens, and tell the network; False if there were none."""
        from sogni_core.settings.credentials import forget

        known = self._engine.networks.credentials("fast") is not None
        if known:
            way = await self._engine.networks.open("fast")
            await way.account.logout()
        return forget(self.paths) or known

    def runs(
        self,
        limit: int = 20,
        *,
        state: str = "",
        mode: str = "",
        label: str = "",
        since: datetime | None = None,
        search: str = "",
    ) -> Sequence[Run]:
        """Return the newest runs of the journal, newest first; empty values match every run.

        ``search``: part of an option, such as the prompt.
        """
        from sogni_core._engine.run_history import run_of
        from sogni_core._journal.run_search import RunSearch

        wanted = RunSearch(state, mode, label, since, search)
        return [run_of(entry) for entry in self._engine.journal.runs(limit, wanted)]

    async def costs(
        self, since: datetime | None = None, *, by: Grouping = "day", network: str | None = None
    ) -> CostReport:
        """Return what runs cost since a time; everything on record by default.

        The network is asked for the charges of the last seven days that it has not confirmed yet. If it cannot be
        asked, the prices that it named beforehand count, and the report says why (``unconfirmed``).
        ``network``: the live networks by default, since other networks cost nothing real.
        """
        from sogni_core._engine.confirmed_charges import confirm_charges
        from sogni_core.costs import report

        names = LIVE_NETWORKS if network is None else (network,)
        ledger = self._engine.journal.ledger

        def charges() -> list[Charge]:
            return [charge for charge in ledger.charges(since) if charge.network in names]

        failure = await confirm_charges(self._engine, ledger, charges())
        return report(charges(), by, since, failure)

    def found_projects(self, limit: int = 20) -> Sequence[FoundProject]:
        """Return projects that a network named and that no run here knows, those named last first.

        They were sent by another program or another installation with the same account, or by a run whose journal is
        gone. A network names a project when a connection begins, once. ``limit``: how many at most.
        """
        from sogni_core._engine.run_history import found_project_of

        return [found_project_of(entry) for entry in self._engine.journal.found(limit)]

    def find_run(self, run_id: str) -> Run:
        """Return one run by its id or a unique beginning of it; raises InputError UNKNOWN_RUN.

        ``last`` is the newest run, and the path of a file is the run that saved it.
        """
        from sogni_core._engine.run_history import run_of
        from sogni_core.files import absolute

        named = Path(run_id)
        if named.name != run_id or named.is_file():
            run_id = self._engine.journal.run_of_file(absolute(run_id)) or run_id
        return run_of(self._engine.journal.run(run_id))

    def last(self) -> dict[str, Any]:
        """Return the last render; raises InputError NO_LAST_RENDER."""
        return self._engine.last_render.read()

    def schema(self, mode: str) -> dict[str, Any]:
        """Return the JSON Schema of a mode's request, with flags, defaults and the settings behind them."""
        from sogni_core.frontend.modes import ModeInfo
        from sogni_core.frontend.schema import input_schema

        return input_schema(ModeInfo(self._engine.find_mode(mode)[0], self._registry), self.settings)

    def schemas(self) -> dict[str, dict[str, Any]]:
        """Return the JSON Schemas of all modes by name, without those of hidden modes."""
        names = [owned.record.name for owned in self._registry.usable(Mode) if not owned.record.hidden]
        return {name: self.schema(name) for name in names}

    @property
    def interrupted(self) -> Sequence[Mapping[str, Any]]:
        """Projects of runs that were cancelled: their ids and states, such as cancelled, completed or running."""
        return self._open_engine.projects if self._open_engine is not None else ()

    @property
    def interrupted_runs(self) -> Sequence[Mapping[str, Any]]:
        """Runs that were cancelled: ``runId``, and ``outputs``, ``localPaths`` and ``cost`` of what is there."""
        return self._open_engine.stopped if self._open_engine is not None else ()

    @property
    def warnings(self) -> Sequence[str]:
        """What is odd about the settings and credentials that were read."""
        return tuple(notice.said() for notice in self._engine.notices)

    @property
    def modes(self) -> Mapping[str, ModeInfo]:
        """The modes that are installed, by name."""
        from sogni_core.frontend.modes import ModeInfo

        return {owned.record.name: ModeInfo(owned, self._registry) for owned in self._registry.usable(Mode)}

    def _openclaw_keys(self) -> OpenClawKeys:
        from sogni_core.settings.openclaw import OpenClawKeys

        networks = [*LIVE_NETWORKS, *(owned.record.name for owned in self._registry.usable(Network))]
        return OpenClawKeys(
            fed={name: owned.record.openclaw for name, owned in self._registry.settings().items()},
            absent={key: f"sogni-{extra}" for key, extra in extras.OPENCLAW.items()},
            # A host's form offers fast and relaxed. Another name that exists does no harm; one that does not is refused
            # where it stands, since whoever filled in the form does not see what a call would say of it.
            names={"network": networks},
        )

    def _network_name(self, network: str | None) -> str:
        return network or self._network or str(self.settings.require("network").value)

    def _with_network(self, mode: Owned[Mode], fields: dict[str, Any]) -> dict[str, Any]:
        """Let the App's network count where the call names none; a mode that submits nothing has no network."""
        from sogni_core._engine.resolver import request_class

        if self._network is None or fields.get("network") is not None or not request_class(mode).paid:
            return fields
        return {**fields, "network": self._network}
