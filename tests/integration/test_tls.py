"""TLS and proxies: who is trusted, what goes through where, and lines that shake hands beforehand."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from sogni_core._transport import tls
from sogni_core._transport.calls import SafeCall
from sogni_core._transport.connection_pool import Lines
from sogni_core._transport.http import Http
from sogni_core._transport.socket import WebSocket
from sogni_core.errors import ConfigError, TransportError
from sogni_core.files import PartFile

from .servers import Line, Net, Web

pytestmark = pytest.mark.anyio

PEM = Path(__file__).with_name("loopback.pem")


@pytest.fixture(autouse=True)
def _fresh_trust() -> Iterator[None]:
    tls.bare.cache_clear()
    tls.trusting.cache_clear()
    yield
    tls.bare.cache_clear()
    tls.trusting.cache_clear()


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))


def serving() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


@pytest.fixture
async def secure(web: Web) -> AsyncIterator[Any]:
    server = type(web)()
    await server.start(serving())
    server.on("/x", server.answer(body=server.picture()))
    yield server
    await server.stop()


async def test_a_stranger_is_not_trusted(secure: Web, http: Http) -> None:
    with pytest.raises(TransportError) as caught:
        await http.call(SafeCall("GET", f"{secure.url}/x", {"api-key": "secret"}))
    assert caught.value.details["cause"] == "its certificate is not trusted"
    assert "SSL_CERT_FILE" in (caught.value.hint or "")
    with pytest.raises(TransportError) as caught:
        await WebSocket.open(secure.url.replace("https", "wss"), {"api-key": "secret"})
    assert caught.value.details["cause"] == "its certificate is not trusted"
    assert secure.asked == []


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_is_good_for_its_name_only(secure: Web, http: Http) -> None:
    with pytest.raises(TransportError) as caught:
        await http.call(SafeCall("GET", f"https://localhost:{secure.port}/x"))
    assert caught.value.details["cause"] == "its certificate is not trusted"


@pytest.mark.usefixtures("trusted")
async def test_calls_downloads_and_warm_lines_share_one_context(secure: Web, http: Http, tmp_path: Path) -> None:
    await http.load()
    http.warm(secure.url)
    http.warm(secure.url, store=True)
    while secure.lines < 2:
        await asyncio.sleep(0)
    assert (await http.call(SafeCall("GET", f"{secure.url}/x"))).ok
    with PartFile(tmp_path / "a") as part_file:
        assert (await http.download(f"{secure.url}/x", part_file, limit_bytes=9999)).status == 200
    assert secure.lines == 2
    assert tls.trusting() is tls.bare()


@pytest.mark.usefixtures("trusted")
async def test_a_secure_line_that_the_server_closed_is_replaced(secure: Web, http: Http) -> None:
    await http.load()
    http.warm(secure.url)
    while not secure.open_lines:
        await asyncio.sleep(0)
    await secure.cut_lines()
    assert (await http.call(SafeCall("GET", f"{secure.url}/x"))).ok
    assert secure.lines == 2


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("fresh_seconds", "opened"), [(60.0, 1), (0.0, 2)])
async def test_a_secure_line_is_used_while_it_is_fresh(secure: Web, fresh_seconds: float, opened: int) -> None:
    """Later the server may have closed it, which cannot be seen for the session tickets that are waiting."""
    lines = Lines(guarded=False, fresh_seconds=fresh_seconds)
    lines.warm("127.0.0.1", secure.port, secure=True)
    while not secure.lines:
        await asyncio.sleep(0)
    stream = await lines.connect_tcp("127.0.0.1", secure.port)
    try:
        stream = await stream.start_tls(tls.trusting(), "127.0.0.1")
        await stream.write(b"GET /x HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (await stream.read(99)).startswith(b"HTTP/1.1 200")
        assert secure.lines == opened
    finally:
        await stream.aclose()
        await lines.close()


@pytest.mark.usefixtures("trusted")
async def test_a_secure_socket_opens(net: Net) -> None:
    from websockets.asyncio.server import serve

    async def greet(connection: Any) -> None:
        await connection.send("hello")

    async with serve(greet, "127.0.0.1", 0, ssl=serving()) as server:
        opened = await WebSocket.open(f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {})
        assert isinstance(opened, WebSocket)
        assert [text async for text in opened.texts()] == ["hello"]
        assert opened.closed.code == 1000
        await opened.close()


@pytest.mark.usefixtures("trusted")
async def test_a_redirect_out_of_tls_is_refused(secure: Web, web: Web, http: Http, tmp_path: Path) -> None:
    secure.on("/down", secure.answer(302, headers={"location": f"{web.url}/x"}))
    with PartFile(tmp_path / "a") as part_file, pytest.raises(Exception, match="redirect from https"):
        await http.fetch(f"{secure.url}/down", part_file, 99)
    assert web.asked == []


# proxies


class Proxy:
    """A proxy for CONNECT that leads everything to one port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[0])
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

        async def lead(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(9999):
                target.write(data)
            target.close()

        async with asyncio.TaskGroup() as group:
            group.create_task(lead(reader, there_writer))
            group.create_task(lead(there_reader, writer))
        await writer.wait_closed()


@pytest.mark.parametrize("names", [("https_proxy", "http_proxy"), ("all_proxy",)])
async def test_the_socket_honours_a_proxy(net: Net, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    async def greet(line: Line) -> None:
        await line.greet()
        await line.close(1000)

    net.wire.scripts = [greet]
    proxy = Proxy(int(net.wire.url.rpartition(":")[2]))
    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
        for name in names:
            monkeypatch.setenv(name, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        opened = await WebSocket.open("ws://socket.example.com/", {})
        assert isinstance(opened, WebSocket)
        assert len([text async for text in opened.texts()]) == 1
        await opened.close()
    assert proxy.asked == ["CONNECT socket.example.com:80 HTTP/1.1"]


async def test_files_of_the_service_come_through_a_proxy_where_there_is_one(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", web.url)
    web.on("/x", web.answer(body=b"picture"))
    http = Http()
    try:
        http.warm("http://files.example.com", store=True)
        with PartFile(tmp_path / "a") as part_file:
            received = await http.download("http://files.example.com/x", part_file, limit_bytes=99)
        assert received.size == 7
        assert web.asked[0].headers["host"] == "files.example.com"
    finally:
        await http.close()


async def test_no_proxy_stands_before_this_machine(
    net: Net, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def greet(line: Line) -> None:
        await line.greet()
        await line.close(1000)

    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    net.wire.scripts = [greet]
    web.on("/x", web.answer(body=b"picture"))
    http = Http(loopback=True)
    try:
        assert (await http.call(SafeCall("GET", f"{web.url}/x"))).status == 200
        with PartFile(tmp_path / "a") as part_file:
            assert (await http.download(f"{web.url}/x", part_file, limit_bytes=99)).size == 7
        opened = await WebSocket.open(net.wire.url, {})
        assert isinstance(opened, WebSocket)
        await opened.close()
    finally:
        await http.close()


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "nonsense://[", "http://[::1", "gopher://u:secret@a"])
async def test_a_proxy_that_cannot_be_used_is_a_matter_of_configuration(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, url)
    http = Http()
    try:
        with pytest.raises(ConfigError) as caught:
            await http.call(SafeCall("GET", "http://api.example.com/x"))
        assert caught.value.code == "INVALID_CONFIG"
        assert "secret" not in caught.value.message
    finally:
        await http.close()


async def test_a_socks_proxy_without_its_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1")
    with pytest.raises(ConfigError, match="SOCKS needs a package"):
        await WebSocket.open("wss://socket.example.com/", {})


async def test_a_proxy_that_refuses_is_said(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    http = Http()
    try:
        with pytest.raises(TransportError):
            await http.call(SafeCall("GET", "http://api.example.com/x"))
        with pytest.raises(TransportError):
            await WebSocket.open("wss://socket.example.com/", {})
    finally:
        await http.close()
