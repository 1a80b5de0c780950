"""The HTTP side over real connections: calls, bodies, redirects, the guard, warm lines."""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path
from typing import Any

import pytest

from sogni_core._transport.calls import SafeCall
from sogni_core._transport.http import Http
from sogni_core.errors import InputError, SogniError, TransportError
from sogni_core.files import PartFile

from .servers import Web

pytestmark = pytest.mark.anyio


async def get(http: Http, url: str, **fields: Any) -> Any:
    return await http.call(SafeCall("GET", url, **fields))


async def test_a_call_carries_its_headers_and_reads_to_the_end(web: Web, http: Http) -> None:
    web.on("/x", web.bare({"a": 1}))
    reply = await get(http, f"{web.url}/x?b=2", headers={"authorization": "token"})
    assert reply.json() == {"a": 1}
    (asked,) = web.asked
    assert asked.query == {"b": "2"}
    assert asked.headers["authorization"] == "token"
    assert asked.headers["user-agent"].startswith("sogni-core/")


async def test_a_put_off_call_is_made_again(web: Web, http: Http) -> None:
    web.on("/x", web.error(429, retryAfter=3), web.error(503), web.bare(1))
    assert (await get(http, f"{web.url}/x")).json() == 1
    assert len(web.asked) == 3


async def test_a_line_that_breaks_is_tried_again(web: Web, http: Http) -> None:
    web.on("/x", web.answer(raw=b""), web.answer(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1"), web.bare(1))
    assert (await get(http, f"{web.url}/x")).json() == 1


async def test_nobody_there(http: Http) -> None:
    with pytest.raises(TransportError) as caught:
        await get(http, "http://127.0.0.1:1/x?secret=canary")
    assert caught.value.code == "CONNECTION_ERROR"
    assert caught.value.details == {"host": "127.0.0.1", "cause": "connection refused", "sent": False}


async def test_a_name_that_nobody_knows(http: Http) -> None:
    with pytest.raises(TransportError) as caught:
        await get(http, "http://nothing.invalid/")
    assert caught.value.details["sent"] is False


async def test_an_answer_that_never_ends_is_given_up(web: Web, http: Http) -> None:
    stall = asyncio.Event()
    web.on("/x", web.answer(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1", stall=stall))
    with pytest.raises(TransportError) as caught:
        await get(http, f"{web.url}/x", seconds=0.05)
    assert caught.value.details["cause"] == "it took too long"


async def test_an_answer_without_bound_is_given_up(web: Web, http: Http) -> None:
    web.on("/x", web.answer(body=b"x" * (33 * 2**20)))
    with pytest.raises(TransportError) as caught:
        await get(http, f"{web.url}/x")
    assert caught.value.code == "PROTOCOL_ERROR"


async def test_a_call_follows_no_redirect(web: Web, http: Http) -> None:
    web.on("/x", web.answer(302, headers={"location": f"{web.url}/y"}))
    assert (await get(http, f"{web.url}/x", headers={"api-key": "secret"})).status == 302
    assert len(web.asked) == 1


# uploads


async def test_a_file_is_put_with_its_length_and_nothing_of_ours(web: Web, http: Http, tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(os.urandom(700_001))
    web.on("/put", web.answer())
    told: list[int] = []
    reply = await http.upload(f"{web.url}/put?sig=1", file, "image/png", seconds=9, on_bytes=told.append)
    assert reply.ok
    (asked,) = web.asked
    assert asked.method == "PUT"
    assert asked.body == file.read_bytes()
    assert asked.headers["content-type"] == "image/png"
    assert "transfer-encoding" not in asked.headers
    assert not {"authorization", "api-key"} & set(asked.headers)
    assert told[-1] == 700_001
    assert len(told) == 3


async def test_a_file_without_known_type_is_put_without_one(web: Web, http: Http, tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.touch()
    web.on("/put", web.answer(204))
    assert (await http.upload(f"{web.url}/put", file, "", seconds=9)).status == 204
    assert "content-type" not in web.asked[0].headers


async def test_a_file_that_is_gone(web: Web, http: Http, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        await http.upload(f"{web.url}/put", tmp_path / "gone", "", seconds=9)
    assert caught.value.code == "MISSING_FILE"
    assert web.asked == []


# downloads


async def download(http: Http, url: str, path: Path, **limits: Any) -> Any:
    with PartFile(path) as part_file:
        received = await http.download(url, part_file, **{"limit_bytes": 2**20, **limits})
        if received.status == 200:
            part_file.commit()
        return received


async def test_a_body_is_streamed_to_a_file(web: Web, http: Http, tmp_path: Path) -> None:
    body = os.urandom(600_000)
    web.on("/a", web.answer(body=body, headers={"content-type": "image/PNG; charset=x"}))
    received = await download(http, f"{web.url}/a", tmp_path / "a")
    assert (received.status, received.size, received.content_type) == (200, 600_000, "image/png")
    assert (tmp_path / "a").read_bytes() == body
    assert not {"authorization", "api-key"} & set(web.asked[0].headers)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: nine\r\n\r\n123456789",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2000000\r\n\r\n1",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n1",
        b"not HTTP at all\r\n\r\n",
        b"",
    ],
)
async def test_a_broken_body_leaves_no_file(web: Web, http: Http, tmp_path: Path, raw: bytes) -> None:
    web.on("/a", web.answer(raw=raw))
    with pytest.raises(TransportError) as caught:
        await download(http, f"{web.url}/a", tmp_path / "a")
    assert caught.value.code == "CONNECTION_ERROR"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limits", [{"idle": 0.05, "seconds": 9}, {"idle": 9, "seconds": 0.05}])
async def test_a_body_that_stalls_is_given_up(web: Web, http: Http, tmp_path: Path, limits: dict[str, float]) -> None:
    web.on("/a", web.answer(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n1", stall=asyncio.Event()))
    with pytest.raises(TransportError) as caught:
        await download(http, f"{web.url}/a", tmp_path / "a", **limits)
    assert caught.value.details["cause"] == "it took too long"
    assert list(tmp_path.iterdir()) == []


async def test_a_body_that_drips_for_ever_meets_the_limit_of_the_whole(web: Web, http: Http, tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n")
        with pytest.raises(ConnectionError):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()
        ended.set()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        with pytest.raises(TransportError) as caught:
            await download(http, url, tmp_path / "a", limit_bytes=2**30, idle=5, seconds=0.1)
        await ended.wait()
    assert caught.value.details["cause"] == "it took too long"


async def test_a_body_that_is_compressed_anyway_is_unpacked_and_bounded(web: Web, http: Http, tmp_path: Path) -> None:
    import gzip

    web.on("/a", web.answer(body=gzip.compress(b"picture"), headers={"content-encoding": "gzip"}))
    await download(http, f"{web.url}/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"picture"
    web.on("/b", web.answer(body=gzip.compress(bytes(50 * 2**20)), headers={"content-encoding": "gzip"}))
    with pytest.raises(TransportError):
        await download(http, f"{web.url}/b", tmp_path / "b")


async def test_what_is_no_success_is_not_written(web: Web, http: Http, tmp_path: Path) -> None:
    web.on("/a", web.answer(403, b"<Error>expired</Error>"))
    assert (await download(http, f"{web.url}/a", tmp_path / "a")).status == 403
    assert list(tmp_path.iterdir()) == []


# redirects and the guard


async def fetch(http: Http, url: str, path: Path, limit: int = 2**20) -> Any:
    with PartFile(path) as part_file:
        received = await http.fetch(url, part_file, limit)
        part_file.commit()
        return received


async def test_redirects_are_followed_one_by_one(web: Web, http: Http, tmp_path: Path) -> None:
    web.on("/1", web.answer(301, headers={"location": "/2?q=1"}))
    web.on("/2", web.answer(307, headers={"location": f"{web.url}/3"}))
    web.on("/3", web.answer(body=b"picture"))
    assert (await fetch(http, f"{web.url}/1", tmp_path / "a")).size == 7
    assert [asked.path for asked in web.asked] == ["/1", "/2", "/3"]


async def test_redirects_in_a_circle_end(web: Web, http: Http, tmp_path: Path) -> None:
    web.on("/1", web.answer(302, headers={"location": "/1"}))
    with pytest.raises(InputError) as caught:
        await fetch(http, f"{web.url}/1", tmp_path / "a")
    assert caught.value.code == "FETCH_FAILED"
    assert len(web.asked) == 6


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "ftp://example.com/",
        "http://user:pw@example.com/",
        "http://0.0.0.0:80/",
    ],
)
async def test_a_redirect_is_judged_like_the_first_url(web: Web, http: Http, tmp_path: Path, target: str) -> None:
    web.on("/1", web.answer(302, headers={"location": target}))
    with pytest.raises(InputError) as caught:
        await fetch(http, f"{web.url}/1", tmp_path / "a")
    assert caught.value.code == "URL_REFUSED"


SPELLINGS = [
    "127.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "0",
    "0.0.0.0",
    "[::]",
]


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_this_machine_passes(web: Web, tmp_path: Path, host: str) -> None:
    http = Http()
    try:
        with pytest.raises(InputError) as caught:
            await fetch(http, f"http://{host}:{web.port}/secret", tmp_path / "a")
        assert caught.value.code in {"URL_REFUSED", "FETCH_FAILED"}
    finally:
        await http.close()
    assert web.lines == 0


@pytest.mark.parametrize("call", ["fetch", "download", "upload"])
async def test_urls_of_the_service_are_judged_too(web: Web, tmp_path: Path, call: str) -> None:
    http = Http()
    (tmp_path / "file").write_bytes(b"x")
    try:
        with pytest.raises(SogniError) as caught:
            if call == "upload":
                await http.upload(f"{web.url}/x", tmp_path / "file", "", seconds=9)
            elif call == "download":
                await download(http, f"{web.url}/x", tmp_path / "a")
            else:
                await fetch(http, f"http://localhost:{web.port}/x", tmp_path / "a")
        assert caught.value.code == "URL_REFUSED"
    finally:
        await http.close()
    assert web.lines == 0


async def test_loopback_opens_with_an_endpoint_on_loopback_and_nothing_else_does(web: Web, tmp_path: Path) -> None:
    http = Http()
    web.on("/x", web.answer(body=b"picture"))
    try:
        http.admit("https://api.example.com")
        with pytest.raises(InputError):
            await fetch(http, f"{web.url}/x", tmp_path / "a")
        http.admit(web.url)
        await fetch(http, f"{web.url}/x", tmp_path / "a")
        await fetch(http, f"http://localhost:{web.port}/x", tmp_path / "a")
        with pytest.raises(InputError) as caught:
            await fetch(http, "http://192.168.1.1/x", tmp_path / "a")
        assert caught.value.code == "URL_REFUSED"
    finally:
        await http.close()


async def test_a_proxy_does_not_hide_the_peer_of_a_users_url(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", web.url)
    web.on("/secret", web.answer(body=b"picture"))
    http = Http()
    try:
        with pytest.raises(InputError):
            await fetch(http, "http://127.0.0.1:1/secret", tmp_path / "a")
        assert web.lines == 0
        # The service's own calls do go through it.
        web.on("http://api.example.com/x", web.bare(1))
        reply = await get(http, "http://api.example.com/x")
        assert reply.status == 404
        assert web.lines == 1
    finally:
        await http.close()


@pytest.mark.parametrize(
    ("status", "details"),
    [(404, {"status": 404, "statusText": "Status"}), (500, {"status": 500, "statusText": "Status"})],
)
async def test_a_users_url_that_fails_says_its_status(
    web: Web, http: Http, tmp_path: Path, status: int, details: dict[str, Any]
) -> None:
    web.on("/x", web.answer(status))
    with pytest.raises(InputError) as caught:
        await fetch(http, f"{web.url}/x?token=canary", tmp_path / "a")
    assert caught.value.code == "FETCH_FAILED"
    assert caught.value.message == f"Failed to fetch media ({status} Status)"
    assert caught.value.details == {"url": f"{web.url}/x", **details}


async def test_a_users_file_that_is_too_large_is_stopped(web: Web, http: Http, tmp_path: Path) -> None:
    web.on("/x", web.answer(body=b"x" * 2000))
    with pytest.raises(InputError) as caught:
        await fetch(http, f"{web.url}/x", tmp_path / "a", limit=1999)
    assert caught.value.code == "FETCH_FAILED"
    assert list(tmp_path.iterdir()) == []


# lines


async def test_a_line_opened_beforehand_carries_the_first_request(web: Web, http: Http, tmp_path: Path) -> None:
    web.on("/x", web.answer(body=b"picture"))
    await http.load()
    http.warm(web.url)
    http.warm(web.url)
    http.warm(web.url, store=True)
    while web.lines < 2:
        await asyncio.sleep(0)
    assert web.asked == []
    await get(http, f"{web.url}/x")
    await download(http, f"{web.url}/x", tmp_path / "a")
    assert web.lines == 2


async def test_a_line_that_died_is_replaced(web: Web, http: Http) -> None:
    web.on("/x", web.bare(1))
    await http.load()
    http.warm(web.url)
    while web.lines < 1:
        await asyncio.sleep(0)
    await web.cut_lines()
    assert (await get(http, f"{web.url}/x")).json() == 1
    assert web.lines == 2


async def test_a_line_that_cannot_be_opened_is_no_error(http: Http) -> None:
    await http.load()
    http.warm("http://127.0.0.1:1")
    http.warm("http://10.255.255.1:9", store=True)
    http.warm("nonsense")
    with pytest.raises(TransportError):
        await get(http, "http://127.0.0.1:1/x")


async def test_closing_leaves_nothing_open(web: Web) -> None:
    before = asyncio.all_tasks()
    http = Http(loopback=True)
    web.on("/x", web.bare(1))
    await get(http, f"{web.url}/x")
    http.warm(web.url, store=True)
    await http.close()
    await http.close()
    while web.open_lines:
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("guarded", [False, True])
async def test_who_stops_waiting_for_a_line_leaves_none_behind(
    web: Web, tmp_path: Path, warm: bool, guarded: bool
) -> None:
    """Whenever that is: garbage that was never closed is an error in these tests."""
    web.on("/x", web.bare(1))
    for turns in range(40):
        http = Http(loopback=True)
        await http.load()
        if warm:
            http.warm(web.url, store=guarded)
            await asyncio.sleep(0)
        if guarded:
            asking = asyncio.ensure_future(download(http, f"{web.url}/x", tmp_path / "x"))
        else:
            asking = asyncio.ensure_future(get(http, f"{web.url}/x"))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        await http.close()
    gc.collect()
