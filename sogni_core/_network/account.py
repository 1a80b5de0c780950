"""An account: a stored token, an API key, or a login with user name and password."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sogni_core._network import replies
from sogni_core._network.tokens import TokenFile, Tokens, is_header
from sogni_core._protocol.values import record
from sogni_core._transport.calls import Reply, SafeCall
from sogni_core._transport.http import Http
from sogni_core.errors import AuthError, TransportError
from sogni_core.plugin import Endpoint

if TYPE_CHECKING:
    from sogni_core.settings.credentials import Credentials

_log = logging.getLogger("sogni_core.network")

Headers = dict[str, str]


class Account:
    """One account at one endpoint: gives the headers of authenticated calls, and renews them when they are refused.

    Tokens are kept on disk and shared with other processes, so that most commands never log in. If the endpoint has
    credentials, the user's are not used: they are never sent to a network that brings its own.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials | None,
        state: Path,
        http: Http,
    ) -> None:
        """Prepare an account. ``state``: folder of this installation's state; not touched before the first login."""
        own = bool(endpoint.api_key or endpoint.username)
        chosen = endpoint if own else credentials
        self._api_key = (chosen.api_key if chosen is not None else None) or None
        self._username = (chosen.username if chosen is not None and not self._api_key else None) or None
        self._password = (chosen.password if chosen is not None and not self._api_key else None) or None
        self._rest_url = endpoint.rest_url.rstrip("/")
        self.state = state
        """Folder of the installation's state."""
        self._http = http
        self._file = TokenFile(state, self.name, self._rest_url)
        self._tokens: Tokens | None = None
        self._busy = asyncio.Lock()

    def __repr__(self) -> str:
        return f"Account({self.name!r})"

    @property
    def name(self) -> str:
        """Name of the account for files and ids; for an API key, a part of its hash. Empty without credentials."""
        if self._api_key:
            return "key-" + hashlib.sha256(self._api_key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return self._username.lower() if self._username else ""

    @property
    def kind(self) -> Literal["api-key", "password", "none"]:
        """How it authenticates."""
        return "api-key" if self._api_key else "password" if self._username else "none"

    @property
    def renewable(self) -> bool:
        """Whether refused headers can be replaced by new ones."""
        return self.kind == "password"

    async def headers(self) -> Headers:
        """Return the headers of an authenticated call; logs in or refreshes only if no stored token is usable.

        Raises AuthError MISSING_CREDENTIALS or AUTHENTICATION_ERROR, TransportError, ServiceError.
        """
        if self._api_key:
            if not is_header(self._api_key):
                raise AuthError("AUTHENTICATION_ERROR", "The API key contains characters that cannot be sent.")
            return {"api-key": self._api_key}
        if not self._username:
            raise AuthError("MISSING_CREDENTIALS", "No credentials were found.")
        if self._tokens is None:
            self._tokens = self._file.read()
        if self._tokens is None or self._tokens.expired:
            self._tokens = await self._renewed(self._tokens)
        return _headers(self._tokens)

    async def renew(self, refused: Headers) -> Headers:
        """Refresh or log in, and return headers that replace those that the service refused with 401.

        Raises AuthError AUTHENTICATION_ERROR if nothing is left to try.
        """
        if self._api_key or not self._username:
            raise AuthError("AUTHENTICATION_ERROR", "The service refused the API key.")
        if self._tokens is None or _headers(self._tokens) == refused:
            self._tokens = await self._renewed(Tokens(refused.get("authorization", ""), ""))
        return _headers(self._tokens)

    async def login(self) -> None:
        """Log in, even if a token is stored, and store the new one. With an API key, check that it is accepted."""
        if self._api_key or not self._username:
            headers = await self.headers()
            replies.read(
                await self._http.call(SafeCall("GET", f"{self._rest_url}/v1/account/me", headers)), envelope=True
            )
            return
        async with self._busy, self._file.locked():
            self._tokens = await self._logged_in()
            self._file.write(self._tokens)

    async def logout(self) -> bool:
        """Log out: tell the service, and delete the stored login. Returns whether there was one."""
        async with self._busy, self._file.locked():
            stored = self._file.read()
            self._tokens = None
            if stored is None:
                return False
            self._file.remove()
            # protocol: 401 means that it was logged out already. Here it is logged out even if no server is reached.
            try:
                reply = await self._call("logout", {}, _headers(stored))
            except TransportError as failure:
                _log.info("the logout could not be reported to the service: %s", failure.message)
                return True
            if not reply.ok and reply.status != 401:
                _log.info("the service answered the logout with status %d", reply.status)
            return True

    async def forget(self) -> None:
        """Delete the stored tokens, because the service has ended them."""
        self._tokens = None
        if self._username and not self._api_key:
            async with self._busy, self._file.locked():
                self._file.remove()

    async def _renewed(self, unusable: Tokens | None) -> Tokens:
        """Get tokens that replace the unusable ones. One at a time, in this process and between processes."""
        async with self._busy:
            if self._tokens is not None and (unusable is None or self._tokens.token != unusable.token):
                return self._tokens  # another task was first
            async with self._file.locked():
                stored = self._file.read()
                if stored is not None and (unusable is None or stored.token != unusable.token) and not stored.expired:
                    return stored  # another process was first
                tokens = await self._refreshed(stored) if stored is not None and stored.renewable else None
                if tokens is None:
                    tokens = await self._logged_in()
                self._file.write(tokens)
                return tokens

    async def _refreshed(self, stored: Tokens) -> Tokens | None:
        """Exchange the refresh token; None if the service refuses it, which ends the stored login."""
        reply = await self._call("refresh-token", {"refreshToken": stored.refresh_token})
        if reply.status >= 500 or reply.status == 429:
            raise replies.failure(reply, hide=[stored.refresh_token])
        if not reply.ok:
            _log.info("the stored login was refused with status %d", reply.status)
            self._file.remove()
            return None
        return _tokens(replies.read(reply, envelope=True), stored.refresh_token)

    async def _logged_in(self) -> Tokens:
        if not self._username or not self._password:
            raise AuthError(
                "AUTHENTICATION_ERROR", "The stored login has expired, and there is no password to log in again."
            )
        from sogni_core._network.wallet import Wallet

        # eth-account takes 0.4 s to import, and the key 10 ms: in a thread, so that nothing else waits.
        wallet = await asyncio.to_thread(Wallet.of, self._username, self._password)
        nonce = await self._told("nonce", {"walletAddress": wallet.address}, "nonce")
        signature = await asyncio.to_thread(wallet.sign, nonce)
        form = {"walletAddress": wallet.address, "signature": signature, "rememberMe": True}
        reply = await self._call("login", form)
        if 400 <= reply.status < 500 and reply.status != 429:
            # protocol: the password is never sent, so a wrong one looks like an unknown wallet.
            said = replies.failure(reply, hide=[signature])
            raise AuthError("AUTHENTICATION_ERROR", f"Login failed: {said.message}", details=said.details)
        return _tokens(replies.read(reply, envelope=True, hide=[signature]), "")

    async def _told(self, call: str, form: dict[str, object], field: str) -> str:
        data = record(replies.read(await self._call(call, form), envelope=True))
        value = data.get(field)
        if not isinstance(value, str) or not value:
            raise TransportError("PROTOCOL_ERROR", f"The service's answer has no {field}.")
        return value

    async def _call(self, call: str, form: dict[str, object], headers: Headers | None = None) -> Reply:
        # Nonces and refresh tokens may be valid only once: repeated only if the first try certainly did not arrive.
        return await self._http.call(
            SafeCall("POST", f"{self._rest_url}/v1/account/{call}", headers or {}, json=form, repeat="unsent")
        )


def _headers(tokens: Tokens) -> Headers:
    # protocol: the raw token, no "Bearer " before it.
    return {"authorization": tokens.token}


def _tokens(data: object, earlier_refresh_token: str) -> Tokens:
    told = record(data)
    token, refresh = told.get("token"), told.get("refreshToken")
    if not isinstance(token, str) or not is_header(token):
        raise TransportError("PROTOCOL_ERROR", "The service's answer has no token.")
    return Tokens(token, refresh if isinstance(refresh, str) and refresh else earlier_refresh_token)
