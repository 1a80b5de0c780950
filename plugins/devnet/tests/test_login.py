"""Login, tokens and API keys over real HTTP."""

import base64
import json

import pytest
from eth_account import Account as Wallet

pytestmark = pytest.mark.anyio


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_login_by_signature(artist):
    tokens = await artist.login()
    assert tokens["username"] == artist.account.username
    claims = json.loads(base64.urlsafe_b64decode(tokens["token"].split(".")[1] + "=="))
    assert claims["addr"] == artist.account.address
    assert {"env", "iat", "exp"} <= claims.keys()
    me = await artist.get("/v1/account/me")
    assert me.json()["data"]["walletAddress"] == artist.account.address


async def test_wallet_that_is_not_known_is_refused(artist):
    stranger = type(artist)(artist.devnet, type(artist.account).fresh("stranger"))
    async with stranger.http:
        answer = await stranger.http.post("/v1/account/login", json=await stranger.proof())
    assert answer.status_code == 401
    assert answer.json() == {"status": "error", "message": "Invalid credentials", "errorCode": 401}


async def test_nonce_works_once(artist):
    proof = await artist.proof()
    assert (await artist.http.post("/v1/account/login", json=proof)).status_code == 200
    assert (await artist.http.post("/v1/account/login", json=proof)).status_code == 401


async def test_signature_of_somebody_else_is_refused(artist):
    proof = await artist.proof()
    other = Wallet.create().unsafe_sign_hash(b"\1" * 32).signature.hex()
    answer = await artist.http.post("/v1/account/login", json={**proof, "signature": f"0x{other}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"walletAddress": 5}', b"\xff\xfe"])
async def test_malformed_login_is_a_400(artist, body):
    answer = await artist.http.post("/v1/account/login", content=body)
    assert answer.status_code == 400
    assert answer.json()["status"] == "error"


async def test_token_expires_and_is_refreshed_once(start_devnet, artist_of):
    clock = Clock()
    artist = artist_of(start_devnet(clock=clock, token_seconds=60))
    tokens = await artist.login()
    clock.now += 61
    assert (await artist.get("/v1/account/me")).status_code == 401
    body = {"refreshToken": tokens["refreshToken"]}
    renewed = await artist.http.post("/v1/account/refresh-token", json=body)
    artist.headers = {"Authorization": renewed.json()["data"]["token"]}
    assert (await artist.get("/v1/account/me")).status_code == 200
    assert (await artist.http.post("/v1/account/refresh-token", json=body)).status_code == 401


async def test_refresh_token_is_no_token(artist):
    tokens = await artist.login()
    artist.headers = {"Authorization": tokens["refreshToken"]}
    assert (await artist.get("/v1/account/me")).status_code == 401


async def test_logout_ends_the_session(artist):
    tokens = await artist.login()
    assert (await artist.http.post("/v1/account/logout", json={}, headers=artist.headers)).status_code == 200
    assert (await artist.get("/v1/account/me")).status_code == 401
    body = {"refreshToken": tokens["refreshToken"]}
    assert (await artist.http.post("/v1/account/refresh-token", json=body)).status_code == 401


async def test_bearer_prefix_is_refused(artist):
    tokens = await artist.login()
    artist.headers = {"Authorization": f"Bearer {tokens['token']}"}
    assert (await artist.get("/v1/account/me")).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.ö.ü".encode("latin-1"), "." * 50])
async def test_forged_token_is_refused(artist, token):
    artist.headers = {"Authorization": token}
    assert (await artist.get("/v1/account/me")).status_code == 401


async def test_api_key(artist):
    assert (await artist.get("/v4/account/balance")).json()["data"]["spark"]["net"] == "1000"
    artist.headers = {"api-key": "wrong"}
    refused = await artist.get("/v1/account/me")
    assert (refused.status_code, refused.json()["errorCode"]) == (401, 101)
    artist.headers = {}
    assert (await artist.get("/v1/account/me")).status_code == 401
