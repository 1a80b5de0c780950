"""Logging in once, refreshing when it is time or when refused, and sharing the result between processes."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sogni_core._network.account import Account
from sogni_core._network.rest import Rest
from sogni_core._network.tokens import TokenFile, Tokens
from sogni_core.errors import AuthError, ServiceError, SogniError, TransportError
from sogni_core.plugin import Endpoint

from .servers import Answer, Asked, Net, Web

pytestmark = pytest.mark.anyio


def jwt(name: str, seconds: float = 3600) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + seconds, "n": name}).encode()).decode()
    return f"x.{claims.rstrip('=')}.{name}"


LOGIN = ["/v1/account/nonce", "/v1/account/login"]
REFRESH = "/v1/account/refresh-token"


@pytest.fixture
def service(web: Web) -> Web:
    """A service that logs everybody in, counting its tokens."""
    numbers = count(1)

    def issue(asked: Asked) -> Answer:
        number = next(numbers)
        name = f"{'login' if asked.path.endswith('login') else 'refresh'}-{number}"
        return web.ok({"token": jwt(name), "refreshToken": jwt(f"r-{number}")})

    web.on("/v1/account/nonce", web.ok({"nonce": "abc123"}))
    web.on("/v1/account/login", issue)
    web.on(REFRESH, issue)
    web.on("/v1/account/logout", web.ok({}))
    web.on("/v4/account/balance", web.ok({"spark": {"net": "1"}}))
    web.on("/v1/account/me", web.ok({"username": "me"}))
    return web


def stored(net: Net) -> TokenFile:
    return TokenFile(net.state, "testuser", net.web.url)


def kept(net: Net) -> Tokens:
    found = stored(net).read()
    assert found is not None
    return found


def paths(web: Web) -> list[str]:
    return [asked.path for asked in web.asked]


def me(net: Net, password: str = "testpass") -> Account:
    return net.account(username="TestUser", password=password)


async def test_a_login_signs_a_nonce_and_is_kept(service: Web, net: Net) -> None:
    headers = await me(net).headers()
    assert paths(service) == LOGIN
    nonce, login = (asked.json for asked in service.asked)
    assert nonce == {"walletAddress": "0xeC312E39C468f2eb97Ee59a465AD07Bc5046aBba"}
    assert login["walletAddress"] == nonce["walletAddress"]
    assert login["signature"].startswith("0x9cc4c8046cf0513a")
    assert isinstance(login["rememberMe"], bool)
    assert all("authorization" not in asked.headers for asked in service.asked)
    assert headers == {"authorization": kept(net).token}


async def test_a_stored_login_asks_nobody_and_imports_no_wallet(service: Web, net: Net) -> None:
    stored(net).write(Tokens("opaque-token", "r"))
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from sogni_core._network.account import Account\n"
        "from sogni_core._transport.http import Http\n"
        "from sogni_core.plugin import Endpoint\n"
        "from sogni_core.settings.credentials import Credentials\n"
        "endpoint = Endpoint('t', sys.argv[1], 'ws://x')\n"
        "account = Account(endpoint, Credentials('testuser', 'pw'), Path(sys.argv[2]), Http())\n"
        "print(asyncio.run(account.headers()))\n"
        "print([name for name in ('eth_account', 'httpx', 'filelock', 'hashlib._x') if name in sys.modules])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, service.url, str(net.state)], capture_output=True, text=True, check=False
    )
    assert ran.stdout.splitlines() == ["{'authorization': 'opaque-token'}", "[]"], ran.stderr
    assert service.asked == []


async def test_many_callers_log_in_once(service: Web, net: Net) -> None:
    account = me(net)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(account.headers()) for _ in range(20)]
    assert len({task.result()["authorization"] for task in tasks}) == 1
    assert paths(service) == LOGIN


async def test_an_expired_token_is_refreshed_before_the_call(service: Web, net: Net) -> None:
    stored(net).write(Tokens(jwt("old", -5), jwt("r-old")))
    rest = Rest(net.endpoint, me(net), net.http)
    await rest.get("/v4/account/balance")
    assert paths(service) == [REFRESH, "/v4/account/balance"]
    assert "authorization" not in service.asked[0].headers
    assert service.asked[0].json == {"refreshToken": service.asked[0].json["refreshToken"]}
    assert service.asked[1].headers["authorization"].endswith("refresh-1")
    assert kept(net).refresh_token.endswith("r-1")


async def test_a_refused_token_is_refreshed_and_the_call_made_again(service: Web, net: Net) -> None:
    stored(net).write(Tokens("revoked", jwt("r-old")))
    service.on("/v4/account/balance", service.error(401), service.ok({}))
    await Rest(net.endpoint, me(net), net.http).get("/v4/account/balance")
    assert paths(service) == ["/v4/account/balance", REFRESH, "/v4/account/balance"]


async def test_many_refused_callers_refresh_once(service: Web, net: Net) -> None:
    stored(net).write(Tokens("revoked", jwt("r-old")))

    def judge(asked: Asked) -> Any:
        return service.error(401) if asked.headers["authorization"] == "revoked" else service.ok({})

    service.on("/v4/account/balance", judge)
    rest = Rest(net.endpoint, me(net), net.http)
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(rest.get("/v4/account/balance"))
    assert paths(service).count(REFRESH) == 1


async def test_a_refresh_that_is_refused_is_a_login(service: Web, net: Net) -> None:
    stored(net).write(Tokens(jwt("old", -5), jwt("r-old")))
    service.on(REFRESH, service.error(401))
    assert (await me(net).headers())["authorization"].endswith("login-1")
    assert paths(service) == [REFRESH, *LOGIN]


async def test_an_expired_refresh_token_is_not_tried(service: Web, net: Net) -> None:
    stored(net).write(Tokens(jwt("old", -5), jwt("r-old", -1)))
    await me(net).headers()
    assert paths(service) == LOGIN


async def test_a_401_for_long_ends_in_an_error_after_one_renewal(service: Web, net: Net) -> None:
    stored(net).write(Tokens("revoked", jwt("r-old")))
    service.on("/v4/account/balance", service.error(401, "Token revoked"))
    with pytest.raises(AuthError) as caught:
        await Rest(net.endpoint, me(net), net.http).get("/v4/account/balance")
    assert (caught.value.code, caught.value.message) == ("AUTHENTICATION_ERROR", "Token revoked")
    assert paths(service) == ["/v4/account/balance", REFRESH, "/v4/account/balance"]


async def test_without_a_password_the_end_of_a_login_is_said(service: Web, net: Net) -> None:
    stored(net).write(Tokens("revoked", jwt("r-old")))
    service.on("/v4/account/balance", service.error(401))
    service.on(REFRESH, service.error(401))
    with pytest.raises(AuthError) as caught:
        await Rest(net.endpoint, me(net, password=""), net.http).get("/v4/account/balance")
    assert "no password" in caught.value.message
    assert stored(net).read() is None


async def test_a_refresh_that_cannot_be_asked_for_signs_nobody_out(service: Web, net: Net) -> None:
    old = Tokens(jwt("old", -5), jwt("r-old"))
    stored(net).write(old)
    service.on(REFRESH, service.error(500, "down"))
    with pytest.raises(ServiceError):
        await me(net).headers()
    assert stored(net).read() == old


async def test_a_wrong_password_is_a_wallet_that_nobody_knows(service: Web, net: Net) -> None:
    service.on("/v1/account/login", service.error(401, "Wallet not found", errorCode=7))
    with pytest.raises(AuthError) as caught:
        await me(net).headers()
    assert caught.value.message == "Login failed: Wallet not found"
    assert caught.value.details["errorCode"] == 7
    assert stored(net).read() is None


@pytest.mark.parametrize("data", [{}, {"token": 1}, {"token": ""}, {"token": "a\r\nb: c"}, {"token": "ä"}, [], None])
async def test_a_login_that_gives_no_token_is_not_understood(service: Web, net: Net, data: Any) -> None:
    service.on("/v1/account/login", service.ok(data))
    with pytest.raises(TransportError) as caught:
        await me(net).headers()
    assert caught.value.code == "PROTOCOL_ERROR"


async def test_an_api_key_needs_no_login_and_no_file(service: Web, net: Net) -> None:
    account = net.account(api_key="key-1")
    await Rest(net.endpoint, account, net.http).get("/v4/account/balance")
    assert paths(service) == ["/v4/account/balance"]
    assert service.asked[0].headers["api-key"] == "key-1"
    assert "authorization" not in service.asked[0].headers
    assert not net.state.exists()
    assert "key-1" not in account.name


async def test_a_refused_api_key_is_not_renewed(service: Web, net: Net) -> None:
    service.on("/v4/account/balance", service.error(401, "Invalid API key", errorCode=101))
    with pytest.raises(AuthError) as caught:
        await Rest(net.endpoint, net.account(api_key="key-1"), net.http).get("/v4/account/balance")
    assert caught.value.message == "Invalid API key"
    assert len(service.asked) == 1


@pytest.mark.parametrize("key", ["quo\ud800kka", "quäkka", "quokka\r\nx: y", " quokka"])
async def test_a_key_that_cannot_be_sent_is_said_without_showing_it(net: Net, key: str) -> None:
    with pytest.raises(AuthError) as caught:
        await net.account(api_key=key).headers()
    assert "qu" not in caught.value.message
    assert "kka" not in caught.value.message


async def test_nobody(net: Net) -> None:
    with pytest.raises(AuthError) as caught:
        await net.account().headers()
    assert caught.value.code == "MISSING_CREDENTIALS"


async def test_public_questions_need_nobody(service: Web, net: Net) -> None:
    service.on("/public", service.bare([]))
    rest = Rest(Endpoint("t", service.url, service.url.replace("http", "ws")), net.account(), net.http)
    assert await rest.get("/public", host="socket", public=True) == []


async def test_checking_credentials_logs_in_anew(service: Web, net: Net) -> None:
    stored(net).write(Tokens("fine", jwt("r")))
    await me(net).login()
    assert paths(service) == LOGIN
    assert kept(net).token.endswith("login-1")
    await net.account(api_key="key-1").login()
    assert paths(service)[-1] == "/v1/account/me"


@pytest.mark.parametrize("status", [200, 401, 500])
async def test_logging_out_forgets_whatever_the_service_says(service: Web, net: Net, status: int) -> None:
    stored(net).write(Tokens("fine", jwt("r")))
    service.on("/v1/account/logout", service.error(status) if status != 200 else service.ok({}))
    assert await me(net).logout() is True
    assert service.asked[0].headers["authorization"] == "fine"
    assert stored(net).read() is None
    assert await me(net).logout() is False


async def test_logging_out_without_a_network_still_forgets(net: Net) -> None:
    await net.web.stop()
    stored(net).write(Tokens("fine", jwt("r")))
    assert await me(net).logout() is True
    assert stored(net).read() is None
    await net.web.start()


async def test_a_networks_own_account_stands_above_the_users(service: Web, net: Net) -> None:
    from dataclasses import replace

    from sogni_core._network.account import Account
    from sogni_core.settings.credentials import Credentials

    own = replace(net.endpoint, api_key="its-own")
    account = Account(own, Credentials("user", "secret"), net.state, net.http)
    assert await account.headers() == {"api-key": "its-own"}


RACER = """
import asyncio, sys
from pathlib import Path
from sogni_core._network.account import Account
from sogni_core._network.account import Account
from sogni_core._network.rest import Rest
from sogni_core._transport.http import Http
from sogni_core.plugin import Endpoint
from sogni_core.settings.credentials import Credentials

async def main():
    url, state = sys.argv[1:]
    http = Http()
    endpoint = Endpoint('t', url, url.replace('http', 'ws'))
    account = Account(endpoint, Credentials('testuser', 'testpass'), Path(state), http)
    print('ready', flush=True)
    sys.stdin.readline()
    headers = await account.headers()
    await Rest(endpoint, account, http).get('/v4/account/balance')
    print(headers['authorization'], flush=True)
    await http.close()

asyncio.run(main())
"""


async def race(service: Web, state: Path, count: int) -> list[str]:
    """Let real processes go at the same moment; returns the token that each used."""
    racers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", RACER, service.url, str(state)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(count)
    ]
    for racer in racers:
        assert await racer.stdout.readline() == b"ready\n"  # type: ignore[union-attr]
    for racer in racers:
        racer.stdin.write(b"go\n")  # type: ignore[union-attr]
        racer.stdin.close()  # type: ignore[union-attr]
    tokens = [(await racer.stdout.readline()).decode().strip() for racer in racers]  # type: ignore[union-attr]
    assert [await racer.wait() for racer in racers] == [0] * count
    return tokens


@pytest.mark.slow
async def test_processes_that_refresh_at_once_refresh_once(service: Web, net: Net) -> None:
    """The refresh token rotates: one that was used is refused from then on, and a second use would sign out."""
    used: set[str] = set()
    honest = service.handler(REFRESH)

    def rotate(asked: Asked) -> Any:
        token = asked.json["refreshToken"]
        if token in used:
            return service.error(401, "reused")
        used.add(token)
        return honest(asked)

    service.on(REFRESH, rotate)
    stored(net).write(Tokens(jwt("old", -5), jwt("r-old")))
    tokens = await race(service, net.state, 4)
    assert len(set(tokens)) == 1
    assert tokens[0].endswith("refresh-1")
    assert paths(service).count(REFRESH) == 1
    assert not set(LOGIN) & set(paths(service))


@pytest.mark.slow
async def test_processes_that_log_in_at_once_log_in_once(service: Web, net: Net) -> None:
    tokens = await race(service, net.state, 2)
    assert len(set(tokens)) == 1
    assert paths(service).count("/v1/account/login") == 1


async def test_a_process_that_dies_in_a_refresh_locks_nobody_out(service: Web, net: Net) -> None:
    stored(net).write(Tokens(jwt("old", -5), jwt("r-old")))
    waiting = asyncio.Event()
    honest = service.handler(REFRESH)

    async def hang(asked: Asked) -> Any:
        waiting.set()
        return await asyncio.get_running_loop().create_future()

    service.on(REFRESH, hang, honest)
    dying = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RACER, service.url, str(net.state)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    dying.stdin.write(b"go\n")  # type: ignore[union-attr]
    await waiting.wait()
    dying.kill()
    await dying.wait()
    assert (await me(net).headers())["authorization"].endswith("refresh-1")


async def test_a_caller_that_is_cancelled_frees_the_lock(service: Web, net: Net) -> None:
    stored(net).write(Tokens(jwt("old", -5), jwt("r-old")))
    waiting = asyncio.Event()
    honest = service.handler(REFRESH)

    async def hang(asked: Asked) -> Any:
        waiting.set()
        return await asyncio.get_running_loop().create_future()

    service.on(REFRESH, hang, honest)
    first = asyncio.ensure_future(me(net).headers())
    await waiting.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await me(net).headers())["authorization"].endswith("refresh-1")


async def test_errors_are_ours(net: Net) -> None:
    await net.web.stop()
    with pytest.raises(SogniError) as caught:
        await me(net).headers()
    assert caught.value.code == "CONNECTION_ERROR"
    await net.web.start()
