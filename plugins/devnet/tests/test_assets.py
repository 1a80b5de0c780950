"""Presigned uploads and downloads."""

import pytest

pytestmark = pytest.mark.anyio


async def url_for(artist, fresh_id, **query):
    wanted = {"imageId": fresh_id(), "jobId": fresh_id(), "type": "startingImage", "contentType": "image/png", **query}
    answer = await artist.get("/v1/image/uploadUrl", **{k: v for k, v in wanted.items() if v is not None})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["uploadUrl"]


async def test_upload_is_stored_as_sent(artist, fresh_id, image_bytes):
    project = fresh_id()
    data = image_bytes("JPEG")
    assert (await artist.upload(project, "contextImage1", data, "image/jpeg")).status_code == 200
    (file,) = artist.devnet.files
    assert (file.slot, file.size, file.content_type, file.sniffed) == (
        "contextImage1", len(data), "image/jpeg", "image/jpeg",
    )  # fmt: skip
    assert file.path.read_bytes() == data


@pytest.mark.parametrize("announced", [None, "undefined"])
async def test_upload_without_a_type_takes_any(artist, fresh_id, image_bytes, announced):
    url = await url_for(artist, fresh_id, contentType=announced)
    assert (await artist.http.put(url, content=image_bytes())).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"jobId": "abc"}, {"jobId": "bfadb14e-6b02-4d9b-9325-08a3a7dc859a"}, {"type": "referenceAudio"},
        {"type": "contextImage17"}, {"type": ""}, {"imageId": "no"},
    ],
)  # fmt: skip
async def test_upload_url_of_nonsense_is_refused(artist, fresh_id, query):
    wanted = {"imageId": fresh_id(), "jobId": fresh_id(), "type": "cnImage", **query}
    assert (await artist.get("/v1/image/uploadUrl", **wanted)).status_code == 400


async def test_media_slots(artist, fresh_id):
    assert (await artist.get("/v1/media/uploadUrl", jobId=fresh_id(), type="referenceAudio")).status_code == 200
    assert (await artist.get("/v1/media/uploadUrl", jobId=fresh_id(), type="startingImage")).status_code == 400


async def test_presigned_url_is_strict(artist, fresh_id, image_bytes):
    url, png = await url_for(artist, fresh_id), image_bytes()
    headers = {"Content-Type": "image/png"}
    assert (await artist.http.put(url, content=png, headers={"Content-Type": "image/jpeg"})).status_code == 403
    assert (await artist.http.put(url, content=png)).status_code == 403
    assert (await artist.http.put(url, content=png, headers={**headers, **artist.headers})).status_code == 400
    assert (await artist.http.put(url[:-4] + "0000", content=png, headers=headers)).status_code == 403
    assert (await artist.http.put(url, content=b"", headers=headers)).status_code == 400
    assert (await artist.http.get(url.replace("/upload/", "/result/"))).status_code == 403
    assert (await artist.http.put(url.replace("upload/", "upload/0"), content=png)).status_code == 404
    assert artist.devnet.files == []
    assert (await artist.http.put(url, content=png, headers=headers)).status_code == 200


async def test_presigned_url_expires(start_devnet, artist_of, fresh_id, image_bytes):
    now = [1_800_000_000.0]
    artist = artist_of(start_devnet(clock=lambda: now[0], url_seconds=60))
    url = await url_for(artist, fresh_id)
    now[0] += 61
    answer = await artist.http.put(url, content=image_bytes(), headers={"Content-Type": "image/png"})
    assert answer.status_code == 403
    assert "expired" in answer.text


async def test_upload_that_is_too_large_is_refused(start_devnet, artist_of, fresh_id):
    artist = artist_of(start_devnet(max_upload_mb=1))
    url = await url_for(artist, fresh_id)
    answer = await artist.http.put(url, content=b"\0" * 1_000_001, headers={"Content-Type": "image/png"})
    assert answer.status_code == 400
    assert artist.devnet.files == []


async def test_saved_uploads_are_not_offered(artist):
    assert (await artist.get("/v1/assets/capabilities")).json()["data"] == {"enabled": False}
