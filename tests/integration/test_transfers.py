"""Uploads and downloads: several at a time, tried again with new URLs, checked before they are believed."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
from sogni_video.project import VideoProject

from sogni_core._network.facts import Collected
from sogni_core._network.transfers import DOWNLOADS
from sogni_core._protocol import ids
from sogni_core._protocol.events import JobFinished
from sogni_core._protocol.medium import LoadedMedium
from sogni_core._transport.bodies import BATCH_BYTES
from sogni_core.errors import AuthError, InputError, ServiceError, SogniError, TransportError
from sogni_core.project import Asset, AudioProject, ImageProject, Project
from tests.media import medium_of

from .servers import Answer, Asked, Line, Net, Web

pytestmark = pytest.mark.anyio

SAMPLES = Path(__file__).parents[1] / "unit" / "media" / "samples"
CLIP, VOICE = ((SAMPLES / name).read_bytes() for name in ("clip.mp4", "voice.mp4"))
NAME = ids.make()
UPLOAD, DOWNLOAD = "/v1/image/uploadUrl", "/v1/image/downloadUrl"


def job(**fields: Any) -> JobFinished:
    return JobFinished(**{"index": 0, "job_id": "J1", **fields})


def image(**fields: Any) -> ImageProject:
    return ImageProject(model="m", prompt="p", **fields)


async def collect(net: Net, output: Path | None, *, project: Project | None = None, **fields: Any) -> Collected:
    project = project or image()
    return await net.transfers().collect(project, medium_of(project), NAME, job(**fields), output)


@pytest.fixture
def store(net: Net) -> Web:
    """A file store whose URLs are different every time; the file is at whatever the test says."""

    def name(asked: Asked) -> Answer:
        return net.web.ok({"downloadUrl": f"{net.web.url}/file?X-Amz-Signature={len(net.web.of(DOWNLOAD))}"})

    net.web.on(DOWNLOAD, name)
    return net.web


# downloads


async def test_a_result_is_saved_whole_and_described(net: Net, store: Web, tmp_path: Path) -> None:
    picture = store.picture(40, 30, "JPEG")
    store.on("/file", store.answer(body=picture))
    output = tmp_path / "out" / "a.png"
    output.parent.mkdir()
    collected = await collect(net, output)
    assert output.read_bytes() == picture
    assert collected == Collected(
        f"{store.url}/file?X-Amz-Signature=1",
        output,
        "image/jpeg",
        len(picture),
        hashlib.sha256(picture).hexdigest(),
        40,
        30,
    )
    assert [asked.query for asked in store.of(DOWNLOAD)] == [{"jobId": NAME, "imageId": "J1", "type": "complete"}]
    assert "api-key" in store.of(DOWNLOAD)[0].headers
    assert "api-key" not in store.of("/file")[0].headers
    assert list(output.parent.iterdir()) == [output]


@pytest.mark.parametrize(
    ("format", "content_type"), [("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp")]
)
async def test_a_format_that_was_asked_for_is_named(net: Net, store: Web, format: str, content_type: str) -> None:
    collected = await collect(net, None, project=image(output_format=format))
    assert store.of(DOWNLOAD)[0].query["contentType"] == content_type
    assert collected.path is None
    assert collected.content_type == content_type
    assert store.of("/file") == []


async def test_a_url_that_came_with_the_result_is_used(net: Net, store: Web, tmp_path: Path) -> None:
    store.on("/given", store.answer(body=store.picture()))
    await collect(net, tmp_path / "a.png", result_url=f"{store.url}/given")
    assert store.of(DOWNLOAD) == []


async def test_a_given_url_that_expired_is_replaced(net: Net, store: Web, tmp_path: Path) -> None:
    store.on("/given", store.answer(403))
    store.on("/file", store.answer(body=store.picture()))
    await collect(net, tmp_path / "a.png", result_url=f"{store.url}/given")
    assert len(store.of(DOWNLOAD)) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 410, 500, 503])
async def test_an_expired_url_is_asked_for_again(net: Net, store: Web, tmp_path: Path, status: int) -> None:
    store.on("/file", store.answer(status, b"<Error>"), store.answer(body=store.picture()))
    collected = await collect(net, tmp_path / "a.png")
    assert collected.url.endswith("=2")
    assert [asked.query["X-Amz-Signature"] for asked in store.of("/file")] == ["1", "2"]


def broken(store: Web) -> dict[str, Any]:
    whole = store.picture(200, 200)
    return {
        "cut": store.answer(body=whole[: len(whole) // 2]),
        "cut on the line": store.answer(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n" + whole[:500]),
        "empty": store.answer(body=b""),
        "a page": store.answer(body=b"<!DOCTYPE html><html>sorry</html>", headers={"content-type": "image/png"}),
        "an error with status 200": store.answer(body=b'{"error":"no"}'),
        "another kind": store.answer(body=b"%PDF-1.7 ..."),
        "a bomb": store.answer(
            body=b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x0f\x00\x00\x00\x0f\x00\x00\x08\x02\x00\x00\x00abcd"
        ),
    }


@pytest.mark.parametrize(
    "how", ["cut", "cut on the line", "empty", "a page", "an error with status 200", "another kind", "a bomb"]
)
async def test_what_does_not_decode_is_not_saved(net: Net, store: Web, tmp_path: Path, how: str) -> None:
    store.on("/file", broken(store)[how], store.answer(body=store.picture()))
    output = tmp_path / "a.png"
    await collect(net, output)
    assert output.exists()
    output.unlink()
    store.on("/file", broken(store)[how])
    with pytest.raises(TransportError) as caught:
        await collect(net, output)
    assert caught.value.code == "DOWNLOAD_FAILED"
    assert list(tmp_path.glob("*a.png*")) == []


async def test_a_failed_download_keeps_what_was_there_and_says_what_is_needed(
    net: Net, store: Web, tmp_path: Path
) -> None:
    output = tmp_path / "a.png"
    output.write_bytes(b"earlier")
    store.on("/file", store.answer(404))
    with pytest.raises(TransportError) as caught:
        await collect(net, output)
    assert output.read_bytes() == b"earlier"
    error = caught.value
    assert error.code == "DOWNLOAD_FAILED"
    assert error.may_charge_again
    assert error.details == {"projectId": NAME, "jobId": "J1", "index": 0, "reason": "SERVICE_ERROR", "status": 404}
    assert "Signature" not in f"{error!r}{error.message}{error.hint}"
    assert len(net.pauses) == 3


async def test_a_refused_login_is_not_a_failed_download(net: Net, store: Web, tmp_path: Path) -> None:
    store.on(DOWNLOAD, store.error(401, "Invalid API key"))
    with pytest.raises(AuthError):
        await collect(net, tmp_path / "a.png")
    assert len(store.of(DOWNLOAD)) == 2


async def test_one_refusal_of_what_is_paid_for_is_not_believed(net: Net, store: Web, tmp_path: Path) -> None:
    store.on(DOWNLOAD, store.error(401, "no"), store.ok({"downloadUrl": f"{store.url}/file?s=1"}))
    store.on("/file", store.answer(body=store.picture()))
    assert (await collect(net, tmp_path / "a.png")).path == tmp_path / "a.png"


async def test_an_output_that_cannot_be_written_is_no_network_error(net: Net, store: Web, tmp_path: Path) -> None:
    store.on("/file", store.answer(body=store.picture()))
    with pytest.raises(InputError) as caught:
        await collect(net, tmp_path / "missing" / "a.png")
    assert caught.value.code == "OUTPUT_NOT_WRITABLE"
    assert net.pauses == []


@pytest.mark.parametrize("url", ["http://169.254.169.254/x", "file:///etc/passwd", "", None, 5, "http://[::1"])
async def test_a_url_that_leads_elsewhere_is_not_followed(net: Net, store: Web, tmp_path: Path, url: Any) -> None:
    store.on(DOWNLOAD, store.ok({"downloadUrl": url}))
    with pytest.raises(TransportError) as caught:
        await collect(net, tmp_path / "a.png")
    assert caught.value.code == "DOWNLOAD_FAILED"


async def test_a_contradictory_result_without_a_file_was_withheld(net: Net, store: Web, tmp_path: Path) -> None:
    store.on(DOWNLOAD, store.error(404, "no such file"))
    with pytest.raises(ServiceError) as caught:
        await collect(net, tmp_path / "a.png", uncertain=True)
    assert caught.value.code == "SENSITIVE_CONTENT"
    assert len(store.of(DOWNLOAD)) == 2


async def test_one_answer_that_there_is_no_file_is_not_believed(net: Net, store: Web, tmp_path: Path) -> None:
    store.on(DOWNLOAD, store.error(404, "no such file"), store.ok({"downloadUrl": f"{store.url}/file?s=1"}))
    store.on("/file", store.answer(body=store.picture()))
    assert (await collect(net, tmp_path / "a.png", uncertain=True)).path == tmp_path / "a.png"


async def test_a_media_result_is_found_where_the_service_points(net: Net, store: Web) -> None:
    store.on(DOWNLOAD, store.error(404, "use /v1/media/downloadUrl for this"))
    store.on("/v1/media/downloadUrl", store.ok({"downloadUrl": f"{store.url}/media"}))
    assert (await collect(net, None)).url == f"{store.url}/media"
    assert store.of("/v1/media/downloadUrl")[0].query == {"jobId": NAME, "id": "J1", "type": "complete"}


async def test_what_is_found_there_is_taken_for_what_it_is(net: Net, store: Web, tmp_path: Path) -> None:
    store.on(DOWNLOAD, store.error(404, "use /v1/media/downloadUrl for this"))
    store.on("/v1/media/downloadUrl", store.ok({"downloadUrl": f"{store.url}/media"}))
    store.on("/media", store.answer(body=b"<html>"), store.answer(body=CLIP))
    collected = await collect(net, tmp_path / "a.png")
    assert (collected.content_type, collected.width, (tmp_path / "a.png").read_bytes()) == ("video/mp4", 64, CLIP)


async def test_a_video_comes_from_the_media_endpoint_and_has_to_be_whole(net: Net, store: Web, tmp_path: Path) -> None:
    clip = VideoProject(model="wan", prompt="p", output_format="mp4")
    store.on("/v1/media/downloadUrl", store.ok({"downloadUrl": f"{store.url}/file"}))
    store.on("/file", *(store.answer(body=body) for body in (store.picture(), CLIP[:-50], VOICE, CLIP)))
    collected = await collect(net, tmp_path / "a.mp4", project=clip)
    assert (collected.content_type, collected.size) == ("video/mp4", len(CLIP))
    assert (collected.width, collected.height) == (64, 48)
    assert collected.seconds == pytest.approx(1.063, abs=0.001)
    assert "contentType" not in store.of("/v1/media/downloadUrl")[0].query


@pytest.mark.parametrize(
    ("output_format", "asked"),
    [(None, "audio/mpeg"), ("mp3", "audio/mpeg"), ("flac", "audio/flac"), ("wav", "audio/wav")],
)
async def test_music_is_asked_for_by_its_type(
    net: Net, store: Web, tmp_path: Path, output_format: str | None, asked: str
) -> None:
    song = AudioProject(model="ace_step_1.5_turbo", prompt="p", output_format=output_format)
    store.on("/v1/media/downloadUrl", store.ok({"downloadUrl": f"{store.url}/file"}))
    store.on("/file", store.answer(body=b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(99)))
    collected = await collect(net, tmp_path / "a.wav", project=song)
    assert (collected.content_type, collected.width) == ("audio/wav", 0)
    assert store.of("/v1/media/downloadUrl")[0].query["contentType"] == asked


async def test_a_medium_limits_what_is_downloaded_and_for_how_long(net: Net, store: Web, tmp_path: Path) -> None:
    def limited(**limits: Any) -> LoadedMedium:
        return LoadedMedium(dataclasses.replace(medium_of(image()).record, **limits), "test", lambda *_: dict)

    async def failure(medium: LoadedMedium) -> SogniError:
        with pytest.raises(TransportError) as caught:
            await net.transfers().collect(image(), medium, NAME, job(), tmp_path / "a.png")
        return caught.value

    picture = store.picture()
    store.on("/file", store.answer(body=picture))
    assert "larger than" in (await failure(limited(max_bytes=len(picture) - 1))).message
    await net.transfers().collect(image(), limited(max_bytes=len(picture)), NAME, job(), tmp_path / "a.png")
    store.on("/file", store.answer(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n1", stall=asyncio.Event()))
    assert "it took too long" in (await failure(limited(download_seconds=0.01))).message


async def test_several_come_at_a_time_and_not_all_at_once(net: Net, store: Web, tmp_path: Path) -> None:
    running, most = 0, 0
    gate = asyncio.Event()
    picture = store.picture()

    async def slow(asked: Asked) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == DOWNLOADS:
            gate.set()
        await gate.wait()
        running -= 1
        return store.answer(body=picture)

    store.on("/file", slow)
    transfers, project = net.session()._transfers, image()
    async with asyncio.TaskGroup() as group:
        for number in range(DOWNLOADS + 4):
            output = tmp_path / f"{number}.png"
            group.create_task(transfers.collect(project, medium_of(project), NAME, job(job_id=f"J{number}"), output))
    assert most == DOWNLOADS
    assert len(list(tmp_path.glob("*.png"))) == DOWNLOADS + 4


@pytest.mark.parametrize("more", [BATCH_BYTES * 2 + 12345, BATCH_BYTES - 5000])
async def test_a_large_file_arrives_whole_and_is_hashed_as_it_comes(
    net: Net, store: Web, tmp_path: Path, more: int
) -> None:
    film = CLIP + more.to_bytes(4, "big") + b"free" + random.Random(more).randbytes(more - 8)
    store.on("/v1/media/downloadUrl", store.ok({"downloadUrl": f"{store.url}/file"}))
    store.on("/file", store.answer(body=film))
    collected = await collect(net, tmp_path / "a.mp4", project=VideoProject(model="m", prompt="p"))
    assert (tmp_path / "a.mp4").read_bytes() == film
    assert collected.sha256 == hashlib.sha256(film).hexdigest()
    assert collected.size == len(film)


async def test_a_cancelled_download_leaves_nothing(net: Net, store: Web, tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def stall(asked: Asked) -> Any:
        begun.set()
        return store.answer(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n1", stall=asyncio.Event())

    store.on("/file", stall)
    task = asyncio.ensure_future(collect(net, tmp_path / "a.png"))
    await begun.wait()
    await asyncio.wait([task], timeout=0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(tmp_path.glob("**/*.p*")) == []


async def test_where_files_are_kept_is_remembered_without_the_secret_part(net: Net, store: Web) -> None:
    await collect(net, None)
    (kept,) = net.state.glob("store-*.json")
    assert kept.read_text() == f'{{"url": "{store.url}"}}'


# uploads


def asset(tmp_path: Path, name: str = "a.png", content: bytes = b"picture", kind: str = "image/png") -> Asset:
    path = tmp_path / name
    path.write_bytes(content)
    return Asset(name, path, kind, len(content))


@pytest.fixture
def slots(net: Net) -> Any:
    net.web.on(
        UPLOAD,
        lambda asked: net.web.ok({"uploadUrl": f"{net.web.url}/put/{asked.query['type']}?X-Amz-Signature=1"}),
    )
    return net.web


def submission(net: Net, *assets: Asset, start: Asset | None = None) -> Any:
    return net.session().submission(image(context_images=assets, starting_image=start), NAME, comfy=True)


async def test_every_asset_goes_into_its_slot(net: Net, slots: Any, tmp_path: Path) -> None:
    for slot in ("startingImage", "contextImage1", "contextImage2"):
        slots.on(f"/put/{slot}", slots.answer())
    one, two = asset(tmp_path, "1", b"one"), asset(tmp_path, "2", b"two", "image/jpeg")
    await submission(net, one, two, start=asset(tmp_path, "3", b"three", "")).upload()
    puts = {asked.path: asked for asked in slots.asked if asked.method == "PUT"}
    assert {path: asked.body for path, asked in puts.items()} == {
        "/put/contextImage1": b"one",
        "/put/contextImage2": b"two",
        "/put/startingImage": b"three",
    }
    assert puts["/put/contextImage2"].headers["content-type"] == "image/jpeg"
    assert "content-type" not in puts["/put/startingImage"].headers
    queries = {asked.query["type"]: asked.query for asked in slots.of(UPLOAD)}
    assert {query["jobId"] for query in queries.values()} == {NAME}
    assert len({query["imageId"] for query in queries.values()}) == 3
    assert queries["contextImage2"]["contentType"] == "image/jpeg"
    assert "contentType" not in queries["startingImage"]


async def test_urls_are_asked_for_at_once_beside_the_opening_of_the_socket(
    net: Net, slots: Any, tmp_path: Path
) -> None:
    asked_for, gate = 0, asyncio.Event()

    async def together(asked: Asked) -> Any:
        nonlocal asked_for
        asked_for += 1
        if asked_for == 4:
            gate.set()
        await gate.wait()
        return slots.ok({"uploadUrl": f"{slots.url}/put"})

    async def greet(line: Line) -> None:
        await line.greet()
        await line.finish(await line.hear("jobRequest"))

    slots.on(UPLOAD, together)
    slots.on("/put", slots.answer())
    net.wire.scripts = [greet]
    session = net.session()
    session.open()
    files = tuple(asset(tmp_path, str(number)) for number in range(4))
    one = session.submission(image(context_images=files), NAME, comfy=True)
    await one.upload()
    await one.send(lambda: None)
    assert len([event async for event in one.events()]) >= 2


async def test_an_upload_is_tried_again_with_a_new_url(net: Net, slots: Any, tmp_path: Path) -> None:
    slots.on("/put/contextImage1", slots.answer(403), slots.answer(raw=b""), slots.answer())
    await submission(net, asset(tmp_path)).upload()
    assert len(slots.of(UPLOAD)) == 3
    assert len({asked.query["imageId"] for asked in slots.of(UPLOAD)}) == 3


@pytest.mark.parametrize("status", [403, 413, 500])
async def test_an_upload_that_fails_costs_nothing_and_says_so(
    net: Net, slots: Any, tmp_path: Path, status: int
) -> None:
    slots.on("/put/contextImage1", slots.answer(status, b"<Error>canary</Error>"))
    with pytest.raises(SogniError) as caught:
        await submission(net, asset(tmp_path)).upload()
    error = caught.value
    assert error.code == "UPLOAD_FAILED"
    assert not error.may_charge_again
    assert error.details == {"slot": "contextImage1", "reason": "SERVICE_ERROR", "status": status}
    assert "canary" not in error.message


async def test_a_refused_upload_is_an_error_of_its_own_kind(net: Net, slots: Any, tmp_path: Path) -> None:
    slots.on(UPLOAD, slots.error(401, "Invalid API key"))
    with pytest.raises(AuthError):
        await submission(net, asset(tmp_path)).upload()
    (tmp_path / "a.png").unlink()
    slots.on(UPLOAD, slots.ok({"uploadUrl": f"{slots.url}/put"}))
    gone = Asset("a.png", tmp_path / "a.png", "image/png", 7)
    with pytest.raises(InputError) as caught:
        await submission(net, gone).upload()
    assert caught.value.code == "MISSING_FILE"


@pytest.mark.parametrize("url", ["http://10.0.0.1/put", "file:///etc/passwd", None])
async def test_a_file_is_put_nowhere_else(net: Net, slots: Any, tmp_path: Path, url: Any) -> None:
    slots.on(UPLOAD, slots.ok({"uploadUrl": url}))
    with pytest.raises(TransportError) as caught:
        await submission(net, asset(tmp_path)).upload()
    assert caught.value.code == "UPLOAD_FAILED"
    assert [asked for asked in slots.asked if asked.method == "PUT"] == []


@pytest.mark.parametrize("type", ["audio/mp4", "video/mp4", "audio/mpeg"])
async def test_sound_goes_through_the_media_endpoint(net: Net, slots: Any, tmp_path: Path, type: str) -> None:
    slots.on("/v1/media/uploadUrl", slots.ok({"uploadUrl": f"{slots.url}/put"}))
    slots.on("/put", slots.answer())
    voice = asset(tmp_path, "a.m4a", b"sound", type)
    await net.session()._transfers.upload(NAME, "referenceAudio", voice, "audio")
    assert slots.asked[0].query == {"jobId": NAME, "type": "referenceAudio", "contentType": type}
    assert slots.asked[1].headers["content-type"] == type


@pytest.mark.parametrize(
    ("slot", "type", "path", "sent"),
    [
        ("referenceVideo", "video/mp4", "/v1/media/uploadUrl", "video/mp4"),
        # what the file does not say, its slot does
        ("referenceAudio", "video/webm", "/v1/media/uploadUrl", "audio/webm"),
        ("referenceVideo", "audio/ogg", "/v1/media/uploadUrl", "video/ogg"),
        ("referenceVideo", "", "/v1/media/uploadUrl", None),
        ("referenceImage", "image/png", UPLOAD, "image/png"),
        ("referenceImageEnd", "image/jpeg", UPLOAD, "image/jpeg"),
        ("referenceMask", "image/png", UPLOAD, "image/png"),
        ("cnImage", "image/webp", UPLOAD, "image/webp"),
    ],
)
async def test_the_slot_decides_the_endpoint(
    net: Net, slots: Any, tmp_path: Path, slot: str, type: str, path: str, sent: str | None
) -> None:
    slots.on(path, slots.ok({"uploadUrl": f"{slots.url}/put"}))
    slots.on("/put", slots.answer())
    kind = medium_of(VideoProject(model="m", prompt="p")).slot_kind(slot)
    await net.session()._transfers.upload(NAME, slot, asset(tmp_path, "a", b"content", type), kind)
    asked, put = slots.asked
    assert (asked.path, asked.query["type"], asked.query.get("contentType")) == (path, slot, sent)
    assert ("imageId" in asked.query) is (path == UPLOAD)
    assert put.headers.get("content-type") == sent
