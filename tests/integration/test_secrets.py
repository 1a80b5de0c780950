"""No secret in any text: errors, their chains and representations, logs at DEBUG, files that others can read."""

from __future__ import annotations

import logging
import os
import stat
import traceback
from pathlib import Path
from typing import Any

import pytest

from sogni_core._network.account import Account
from sogni_core._network.tokens import TokenFile, Tokens
from sogni_core._protocol import ids
from sogni_core._protocol.events import JobFinished
from sogni_core.errors import SogniError
from sogni_core.files import PartFile
from sogni_core.project import Asset, ImageProject
from tests.media import medium_of

from .servers import Line, Net, Web

pytestmark = pytest.mark.anyio

PASSWORD, KEY, TOKEN, REFRESH = "canary-password", "canary-key", "canary-token", "canary-refresh"
URL_SECRET = "canary-url-signature"
SECRETS = [PASSWORD, KEY, TOKEN, REFRESH, URL_SECRET]


class Watch(logging.Handler):
    """Keeps every record of every logger, its arguments and its exception included."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.getMessage()} {record.args!r} {record.exc_text} {record.exc_info!r}")


@pytest.fixture
def watch() -> Any:
    handler = Watch()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def everything_about(error: BaseException) -> str:
    seen: set[int] = set()
    texts = ["".join(traceback.format_exception(error))]
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        texts += [repr(link), str(link), repr(link.args)]
        if isinstance(link, SogniError):
            texts += [repr(link.details), str(link.hint), link.message]
        waiting += [link.__cause__, link.__context__]
    return "\n".join(texts)


def echo(web: Web, status: int) -> Any:
    """Answer with an error that repeats every header and the body, as a careless service does."""
    return lambda asked: web.error(
        status, f"refused {asked.headers.get('authorization')} {asked.headers.get('api-key')}"
    )


async def failing(net: Net, kind: str, tmp_path: Path) -> None:
    """Run into one failure of each sort."""
    web = net.web
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    asset = Asset("a.png", file, "image/png", 1)
    account = net.account(api_key=KEY)
    session = net.session(account)
    transfers, image = net.transfers(account), ImageProject(model="m", prompt="p")
    signed = f"{web.url}/store?X-Amz-Signature={URL_SECRET}"
    match kind:
        case "balance":
            web.on("/v4/account/balance", echo(web, 400))
            await session.balance()
        case "balance, refused":
            web.on("/v4/account/balance", echo(web, 401))
            await session.balance()
        case "balance, nobody there":
            await web.stop()
            try:
                await session.balance()
            finally:
                await web.start()
        case "balance, broken line":
            web.on("/v4/account/balance", web.answer(raw=b"garbage\r\n\r\n"))
            await session.balance()
        case "key that cannot be sent":
            await net.session(net.account(api_key=f"{KEY}\r\nx")).balance()
        case "login":
            web.on("/v1/account/nonce", web.ok({"nonce": "n"}))
            web.on("/v1/account/login", lambda asked: web.error(400, f"bad {asked.json['signature']}"))
            await net.account(username="testuser", password=PASSWORD).headers()
        case "login, broken line":
            web.on("/v1/account/nonce", web.ok({"nonce": "n"}))
            web.on("/v1/account/login", web.answer(raw=b""))
            await net.account(username="testuser", password=PASSWORD).headers()
        case "refresh":
            stored = net.account(username="testuser", password="")
            TokenFile(net.state, "testuser", web.url).write(Tokens(TOKEN, REFRESH))
            web.on("/v4/account/balance", echo(web, 401))
            web.on("/v1/account/refresh-token", lambda asked: web.error(500, f"bad {asked.json['refreshToken']}"))
            await net.session(stored).balance()
        case "upgrade":
            net.wire.refusals = [(401, {})] * 3
            await session.submission(ImageProject(model="m", prompt="p"), ids.make(), comfy=True).send(lambda: None)
        case "upgrade, nobody there":
            net.wire.url = "ws://127.0.0.1:1"
            await net.session(account).cancel(["X"], 0.5)
            other = net.session(account)
            await other.submission(ImageProject(model="m", prompt="p"), ids.make(), comfy=True).send(lambda: None)
        case "upload":
            web.on("/v1/image/uploadUrl", web.ok({"uploadUrl": signed}))
            web.on("/store", web.answer(403, f"no {URL_SECRET}".encode()))
            await transfers.upload("P", "contextImage1", asset, "image")
        case "upload, broken line":
            web.on("/v1/image/uploadUrl", web.ok({"uploadUrl": signed}))
            web.on("/store", web.answer(raw=b""))
            await transfers.upload("P", "contextImage1", asset, "image")
        case "upload, refused address":
            web.on("/v1/image/uploadUrl", web.ok({"uploadUrl": f"http://10.0.0.1/x?s={URL_SECRET}"}))
            await transfers.upload("P", "contextImage1", asset, "image")
        case "download":
            web.on("/v1/image/downloadUrl", web.ok({"downloadUrl": signed}))
            web.on("/store", web.answer(403, f"no {URL_SECRET}".encode()))
            await transfers.collect(image, medium_of(image), "P", JobFinished(0, "J"), tmp_path / "o.png")
        case "download, no image":
            web.on("/v1/image/downloadUrl", web.ok({"downloadUrl": signed}))
            web.on("/store", web.answer(body=b"text"))
            await transfers.collect(image, medium_of(image), "P", JobFinished(0, "J"), tmp_path / "o.png")
        case "redirect":
            web.on("/store", web.answer(302, headers={"location": f"http://10.0.0.1/?s={URL_SECRET}"}))
            with PartFile(tmp_path / "o") as part_file:
                await net.http.fetch(signed, part_file, 99)
        case "fetch":
            web.on("/store", web.answer(404))
            with PartFile(tmp_path / "o") as part_file:
                await net.http.fetch(signed, part_file, 99)
        case "fetch, invalid":
            with PartFile(tmp_path / "o") as part_file:
                await net.http.fetch(f"http://[::1?s={URL_SECRET}", part_file, 99)


KINDS = [
    "balance",
    "balance, refused",
    "balance, nobody there",
    "balance, broken line",
    "key that cannot be sent",
    "login",
    "login, broken line",
    "refresh",
    "upgrade",
    "upgrade, nobody there",
    "upload",
    "upload, broken line",
    "upload, refused address",
    "download",
    "download, no image",
    "redirect",
    "fetch",
    "fetch, invalid",
]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_failure_shows_a_secret(net: Net, watch: Watch, tmp_path: Path, kind: str) -> None:
    with pytest.raises(SogniError) as caught:
        await failing(net, kind, tmp_path)
    signatures = [asked.json["signature"] for asked in net.web.of("/v1/account/login")]
    logged = "\n".join(watch.texts)
    for secret in [*SECRETS, *signatures]:
        assert secret not in everything_about(caught.value)
        assert secret not in logged


async def test_no_success_shows_a_secret_either(net: Net, watch: Watch, tmp_path: Path) -> None:
    web = net.web
    web.on("/v1/account/nonce", web.ok({"nonce": "n"}))
    web.on("/v1/account/login", web.ok({"token": TOKEN, "refreshToken": REFRESH}))
    web.on("/v1/image/uploadUrl", web.ok({"uploadUrl": f"{web.url}/put?s={URL_SECRET}"}))
    web.on("/v1/image/downloadUrl", web.ok({"downloadUrl": f"{web.url}/get?s={URL_SECRET}"}))
    web.on("/put", web.answer())
    web.on("/get", web.answer(body=web.picture()))

    async def script(line: Line) -> None:
        await line.greet()
        await line.finish(await line.hear("jobRequest"))

    net.wire.scripts = [script]
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    account = net.account(username="testuser", password=PASSWORD)
    session = net.session(account)
    project = ImageProject(model="m", prompt="p", context_images=(Asset("a.png", file, "image/png", 1),))
    submission = session.submission(project, ids.make(), comfy=True)
    await submission.upload()
    await submission.send(lambda: None)
    async for _ in submission.events():
        pass
    collected = await submission.collect(0, tmp_path / "o.png")
    await session.close()
    await net.http.close()
    logged = "\n".join(watch.texts)
    assert logged
    signature = web.of("/v1/account/login")[0].json["signature"]
    shown = f"{logged} {account!r} {session!r} {submission!r} {collected!r} {vars(account)['_tokens']!r}"
    for secret in [*SECRETS, signature]:
        assert secret not in shown


async def test_what_is_kept_is_for_its_owner_alone(net: Net) -> None:
    net.web.on("/v1/account/nonce", net.web.ok({"nonce": "n"}))
    net.web.on("/v1/account/login", net.web.ok({"token": TOKEN, "refreshToken": REFRESH}))
    before = os.umask(0)
    try:
        account: Account = net.account(username="testuser", password=PASSWORD)
        await account.headers()
    finally:
        os.umask(before)
    kept = [path for path in net.state.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        assert PASSWORD.encode() not in path.read_bytes()
