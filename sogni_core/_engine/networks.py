"""Open the way to a network: its endpoint, who speaks there, and one session that all runs of the call share."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sogni_core._engine.credential_sources import CredentialSources
from sogni_core._engine.endpoints import MemoryEndpoint, plugin_endpoint
from sogni_core._host.media import Media
from sogni_core._host.registry import LIVE_NETWORKS, Registry
from sogni_core._journal.app_ids import AppIdLease, lease_app_id
from sogni_core._network.account import Account
from sogni_core._network.session import Session
from sogni_core._transport.http import Http
from sogni_core.errors import AuthError, SogniError
from sogni_core.frozen import frozen
from sogni_core.plugin import Endpoint, Network
from sogni_core.problem import Notice
from sogni_core.settings import Settings
from sogni_core.settings.credentials import ONLY_FILE, ORDER, Credentials, CredentialsOrder, Found, read, source_of
from sogni_core.settings.paths import Paths
from sogni_core.settings.profiles import require_profile

if TYPE_CHECKING:
    from sogni_core._journal.journal import Journal


@frozen
class NetworkHandle:
    """An open way to a network."""

    endpoint: Endpoint
    session: Session
    account: Account
    app_id: Callable[[], str | None]
    """App id of its connection, once it has one."""
    wire_network: str
    """``fast`` or ``relaxed``, as projects say it."""
    registry: Registry
    source: str = ""
    """Where the user's credentials come from, for people; empty if they are being checked."""

    def explained(self, error: SogniError) -> SogniError:
        """Return an error of this network; one about credentials says where they are, or what to do here."""
        if not isinstance(error, AuthError):
            return error
        if self.endpoint.name in LIVE_NETWORKS:
            if not self.source or error.code != "AUTHENTICATION_ERROR":
                return error
            hint = f"The credentials come from {self.source}. Correct them there, or run: sogni login"
            return error.with_details({"credentialsSource": self.source}, hint=hint)
        usual = f"The network {self.endpoint.name} has its own credentials; see the plugin that brings it."
        return error.with_details({"network": self.endpoint.name}, hint=self.endpoint.remedy or usual)

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Raise errors of this network as :meth:`explained` has them."""
        try:
            yield
        except SogniError as error:
            raise self.explained(error) from error.__cause__

    def is_comfy(self, model: str) -> bool:
        """Whether a model takes the Comfy form of samplers: the network's word first, then the records."""
        tier = self.session.tier(model)
        return (tier.sampling if tier is not None else self.registry.model(model).sampling) == "comfy"


class Networks:
    """The networks that are open in this call; closed together."""

    def __init__(
        self,
        registry: Registry,
        media: Media,
        settings: Settings,
        paths: Paths,
        environ: Mapping[str, str],
        http: Callable[[], Http],
        journal: Callable[[], Journal],
        given: Endpoint | None = None,
        credentials_order: CredentialsOrder | None = None,
    ) -> None:
        """Open nothing yet. ``given``: an endpoint that takes precedence over other networks of its name."""
        self._registry = registry
        self._media = media
        self._settings = settings
        self._paths = paths
        self._environ = environ
        self._http = http
        self._journal = journal
        self._given = given
        self._order = credentials_order or ORDER
        self.notices: list[Notice] = []
        """What is odd about the credentials."""
        self._stack = AsyncExitStack()
        self._handles: dict[str, NetworkHandle] = {}
        self._opening = asyncio.Lock()
        self._sources = CredentialSources(registry)

    async def open(
        self, name: str, *, credentials: Credentials | None = None, app_id: str | None = None
    ) -> NetworkHandle:
        """Return the way to a network, opened at the first call.

        ``app_id``: connect with this one and no other; for projects of an earlier process.

        ``credentials`` are used instead of the stored ones on the live network. Raises InputError for an
        unknown name, PluginError, and, when a session needs them, AuthError MISSING_CREDENTIALS.
        """
        async with self._opening:
            if credentials is None and name in self._handles:
                return self._handles[name]
            return await self._new_way(name, credentials, app_id)

    async def _new_way(self, name: str, credentials: Credentials | None, wanted: str | None) -> NetworkHandle:
        if self._given is not None and _replaces(self._given, name):
            endpoint = self._given
        elif name in LIVE_NETWORKS:
            rest, socket = (str(self._settings.require(key).value).rstrip("/") for key in ("rest_url", "socket_url"))
            endpoint = Endpoint(name, rest, socket)
        else:
            endpoint = await self._stack.enter_async_context(plugin_endpoint(self._registry, self._settings, name))
        folder = self._paths.state
        if name in LIVE_NETWORKS:
            mine, wire = credentials or self.credentials(name), name
        else:
            mine, wire = self._sources.find(name), "fast"
        if endpoint.ends_with_call:
            # Its accounts are gone with it: nothing of it belongs among what is kept.
            temporary = tempfile.TemporaryDirectory(prefix="sogni-")
            self._stack.callback(temporary.cleanup)
            folder = Path(temporary.name)
        http, transport = self._transport(endpoint)
        account = Account(endpoint, mine, folder, http=http)
        app_id = self._app_id(endpoint, wanted)
        cache = None if endpoint.ends_with_call else self._paths.cache

        def found(project: Mapping[str, Any]) -> None:
            # The network tells of an earlier project once: it goes to the journal, never to the floor.
            self._journal().note_found(project, endpoint.socket_url, account.name, app_id.leased() or "")

        session = Session(
            endpoint,
            account=account,
            http=http,
            app_id=app_id,
            medium_of=self._media.of,
            network=wire,
            cache=cache,
            found=found,
            **transport,
        )
        self._stack.push_async_callback(session.close)
        source = source_of(mine, self._paths.profile) if mine is not None and name in LIVE_NETWORKS else ""
        way = NetworkHandle(endpoint, session, account, app_id.leased, wire, self._registry, source)
        if credentials is None:
            self._handles[name] = way
        return way

    def credentials(self, network: str) -> Credentials | None:
        """Read the user's credentials for a live network; what is odd about them becomes a warning.

        Those of the environment or the file, else of the first credential source that has some; None if the file cannot
        be read. Raises PluginError, or what a source raises.
        """
        found = self._found()
        return found.credentials if found.credentials or found.error else self._sources.find(network)

    def require_credentials(self, network: str) -> Credentials:
        """Read the user's credentials for a live network.

        Raises as :meth:`credentials`, or INVALID_CONFIG for a file that cannot be read, or MISSING_CREDENTIALS.
        """
        found = self._found()
        if found.error is not None:
            raise found.error
        credentials = found.credentials or self._sources.find(network)
        if credentials is None:
            sources = [owned.record.name for owned in self._sources.of(network)]
            raise AuthError(
                "MISSING_CREDENTIALS",
                " ".join(["No Sogni credentials found.", *found.warnings]),
                hint=self._newcomer_hint(),
                details={
                    "triedFile": str(self._paths.credentials),
                    "triedEnv": ["SOGNI_API_KEY", "SOGNI_USERNAME", "SOGNI_PASSWORD"],
                    **({"triedSources": sources} if sources else {}),
                },
            )
        return credentials

    def _newcomer_hint(self) -> str:
        """Say what to do without credentials: log in, get an account, or try the devnet."""
        devnet = any(owned.record.name == "devnet" for owned in self._registry.usable(Network))
        trial = "--network devnet" if devnet else "sogni plugins add devnet, then --network devnet"
        return f"Run: sogni login. Get an account at https://sogni.ai. To try without an account: {trial}"

    def _found(self) -> Found:
        self._settings.require("credentials_path")
        require_profile(self._paths)
        found = read(self._paths, self._environ, ONLY_FILE if self._paths.profile else self._order)
        for warning in found.warnings:
            if all(warning != known.said() for known in self.notices):
                self.notices.append(Notice.of("credentials.odd", warning))
        return found

    async def close(self) -> None:
        """Close every session and end what a plugin started."""
        self._handles.clear()
        await self._stack.aclose()

    def _transport(self, endpoint: Endpoint) -> tuple[Http, dict[str, Any]]:
        """Return the HTTP client for an endpoint, and what a session needs where no sockets are opened."""
        if not isinstance(endpoint, MemoryEndpoint):
            return self._http(), {}
        from sogni_core._transport.in_memory import MemorySockets

        http = endpoint.http()
        self._stack.push_async_callback(http.close)
        return http, {"clock": endpoint.clock, "sockets": MemorySockets(endpoint.service)}

    def _app_id(self, endpoint: Endpoint, wanted: str | None) -> _AppId:
        leased = _AppId(endpoint, self._paths.state, wanted)
        self._stack.callback(leased.release)
        return leased


def _replaces(given: Endpoint, name: str) -> bool:
    """Tell whether an endpoint is used for a network; that of a live network is used for both live networks."""
    return given.name == name or (given.name in LIVE_NETWORKS and name in LIVE_NETWORKS)


class _AppId:
    """The app id of one connection: leased from the installation's pool when the connection is first made."""

    def __init__(self, endpoint: Endpoint, state: Path, wanted: str | None) -> None:
        self._endpoint = endpoint
        self._state = state
        self._wanted = wanted
        self._lease: AppIdLease | None = None
        self._id: str | None = None

    def __call__(self, account: str) -> str:
        if self._id is None:
            if self._endpoint.ends_with_call:
                # The network forgets it with the call, and so do we.
                self._id = secrets.token_hex(16)
            else:
                self._lease = lease_app_id(self._state, account, self._endpoint.socket_url, self._wanted)
                self._id = self._lease.app_id
        return self._id

    def leased(self) -> str | None:
        return self._id

    def release(self) -> None:
        if self._lease is not None:
            self._lease.release()
