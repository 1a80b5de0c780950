"""The WebSocket: upgrade, greeting, app ids, framing."""

import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

pytestmark = pytest.mark.anyio

GOOD = {"appId": "a", "clientName": "Sogni/3.0.0 (t) 1", "clientType": "artist", "forceWorkerId": ""}


async def test_greeting(artist):
    async with artist.connect(greeted=False) as socket:
        kind, hello = await socket.receive()
        assert kind == "authenticated"
        assert (hello["username"], hello["address"]) == (artist.account.username, artist.account.address)
        assert hello["activeProjects"] == hello["unclaimedCompletedProjects"] == []
        assert await socket.receive() == ("balanceUpdate", artist.account.balance.payload())
        kind, counts = await socket.receive()
        assert (kind, counts["z_image_turbo_bf16"]) == ("swarmModels", 2)


async def test_greeting_with_a_token(artist):
    await artist.login()
    async with artist.connect(greeted=False) as socket:
        assert (await socket.receive())[1]["username"] == artist.account.username


@pytest.mark.parametrize("headers", [{}, {"api-key": "wrong"}, {"Authorization": "wrong"}])
async def test_upgrade_without_a_valid_account_is_a_401(artist, headers):
    artist.headers = headers
    with pytest.raises(InvalidStatus) as refused:
        async with artist.connect():
            pass
    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body)["status"] == "error"


@pytest.mark.parametrize(
    "change",
    [
        {"appId": None}, {"appId": " "}, {"appId": "x" * 257}, {"appId": "a\nb"}, {"clientName": None},
        {"clientType": "worker"}, {"forceWorkerId": "relaxed"}, {"forceWorkerId": None},
        {"socketEventSubscriptions": "{"}, {"socketEventSubscriptions": "[]"},
    ],
)  # fmt: skip
async def test_upgrade_with_a_bad_query_is_a_400(artist, change):
    query = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    from urllib.parse import urlencode

    url = f"{artist.devnet.socket_url}/?{urlencode(query)}"
    with pytest.raises(InvalidStatus) as refused:
        async with connect(url, additional_headers=artist.headers, proxy=None):
            pass
    assert refused.value.response.status_code == 400


async def test_second_connection_of_an_app_id_closes_the_first(artist):
    async with artist.connect("same") as first, artist.connect("same") as second, artist.connect("other") as third:
        with pytest.raises(ConnectionClosed):
            await first.receive()
        assert first.raw.close_code == 4015
        for socket in (second, third):
            await socket.send("changeNetwork", "relaxed")
            assert await socket.until("changeNetwork") == {"network": "relaxed"}
            await socket.until("swarmModels")


async def test_two_accounts_may_use_one_app_id(artist, artist_of):
    other = artist_of(artist.devnet, 1)
    async with artist.connect("same") as first, other.connect("same"):
        await first.send("changeNetwork", "fast")
        await first.until("changeNetwork")


async def test_frames_before_the_greeting_are_dropped(start_devnet, artist_of, job_request):
    artist = artist_of(start_devnet(latency=0.2))
    early, late = job_request(), job_request()
    async with artist.connect(greeted=False) as socket:
        await socket.send("jobRequest", early)
        await socket.until("swarmModels")
        await socket.send("jobRequest", late)
        await socket.events(late["jobID"])
    assert [project.id for project in artist.devnet.projects] == [late["jobID"]]
    notes = [entry.note for entry in artist.devnet.requests if entry.type == "jobRequest"]
    assert notes == ["dropped: sent before authenticated", None]


@pytest.mark.parametrize(
    "garbage",
    ["", "x", "[]", "{}", '{"type":"jobRequest"}', '{"type":"jobRequest","data":"%%%"}', '{"type":5,"data":"e30="}',
     '{"type":"jobRequest","data":"e30="}', '{"type":"jobError","data":"W10="}', '{"type":"odd","data":"e30="}',
     '{"type":"changeNetwork","data":"e30="}', '{"type":"setSocketEventSubscriptions","data":"W10="}', "[" * 2000],
)  # fmt: skip
async def test_garbage_does_not_end_the_connection(artist, garbage):
    async with artist.connect() as socket:
        await socket.raw.send(garbage)
        await socket.send("changeNetwork", "fast")
        assert await socket.until("changeNetwork") == {"network": "fast"}


async def test_subscriptions(artist):
    async with artist.connect() as socket:
        await socket.send("setSocketEventSubscriptions", {"subscriptions": {"modelAvailability": False}})
        changed = await socket.until("socketEventSubscriptionsUpdated")
        assert changed == {"socketEventSubscriptions": {"modelAvailability": False}}


async def test_disconnect_closes_with_the_code(artist):
    async with artist.connect() as socket:
        artist.devnet.disconnect(1012)
        with pytest.raises(ConnectionClosed):
            await socket.receive()
        assert socket.raw.close_code == 1012
