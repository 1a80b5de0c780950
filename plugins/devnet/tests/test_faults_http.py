"""Every fault of HTTP, seen by a bare client."""

import time

import httpx
import pytest
from sogni_devnet.faults import FAULTS
from websockets.exceptions import InvalidStatus

pytestmark = pytest.mark.anyio


PATHS = {
    "nonce_refused": "/v1/account/nonce", "login_refused": "/v1/account/login",
    "refresh_refused": "/v1/account/refresh-token", "upload_url_refused": "/v1/image/uploadUrl",
    "download_url_refused": "/v1/media/downloadUrl",
}  # fmt: skip
"""Which call a fault of one call strikes."""


def of(moment):
    return [name for name, fault in FAULTS.items() if fault.moment == moment]


@pytest.mark.parametrize("name", of("http"))
async def test_rest_call(artist, name):
    fault = FAULTS[name]
    path = PATHS.get(name, "/v1/account/me")
    quick = {option: value for option, value in {"seconds": 0.2, "megabytes": 2}.items() if option in fault.options}
    armed = artist.devnet.faults.add(name, times=1, **quick)
    action = fault.action
    if action == "stalled":
        with pytest.raises(httpx.ReadTimeout):
            await artist.http.get(path, headers=artist.headers, timeout=0.2)
    elif action == "dropped":
        with pytest.raises(httpx.RemoteProtocolError):
            await artist.get(path)
    else:
        begun = time.perf_counter()
        answer = await artist.get(path)
        assert {
            "status": lambda: answer.json()["errorCode"] == answer.status_code == fault.options["status"],
            "html": lambda: answer.status_code == 502 and answer.text.startswith("<!DOCTYPE html>"),
            "plain": lambda: answer.status_code == 500 and answer.headers["content-type"].startswith("text/plain"),
            "empty": lambda: answer.status_code == 200 and answer.content == b"",
            "not_json": lambda: answer.status_code == 200 and answer.text == '{"status":"success","da',
            "wrong_shape": lambda: answer.status_code == 200 and answer.json()["data"] == [7],
            "huge": lambda: answer.status_code == 200 and len(answer.content) > 2_000_000,
            "slow": lambda: answer.status_code == 200 and time.perf_counter() - begun >= 0.2,
        }[action]()
        if fault.options.get("retry_after"):
            assert (answer.json()["retryAfter"], answer.headers["retry-after"]) == (1, "1")
    assert armed.struck == 1
    if path == "/v1/account/me":
        assert (await artist.get(path)).json()["data"]["username"] == artist.account.username


async def test_for_long_and_elsewhere(artist):
    artist.devnet.faults.add("http_500", times=None, path="/api/v1/models/*")
    assert [(await artist.get("/api/v1/models/list")).status_code for _ in range(5)] == [500] * 5
    assert (await artist.get("/v1/account/me")).status_code == 200


async def test_token_expired(artist):
    tokens = await artist.login()
    artist.devnet.faults.add("token_expired")
    assert [(await artist.get("/v1/account/me")).status_code for _ in range(2)] == [401, 401]
    body = {"refreshToken": tokens["refreshToken"]}
    renewed = await artist.http.post("/v1/account/refresh-token", json=body)
    artist.headers = {"Authorization": renewed.json()["data"]["token"]}
    assert (await artist.get("/v1/account/me")).status_code == 200


async def test_token_revoked(artist):
    tokens = await artist.login()
    artist.devnet.faults.add("token_revoked")
    with pytest.raises(InvalidStatus) as refused:
        async with artist.connect():
            pass
    assert refused.value.response.status_code == 401
    answer = await artist.http.post("/v1/account/refresh-token", json={"refreshToken": tokens["refreshToken"]})
    assert answer.status_code == 401


async def test_key_refused(artist):
    artist.devnet.faults.add("key_refused")
    answer = await artist.get("/v1/account/me")
    assert (answer.status_code, answer.json()["errorCode"]) == (401, 101)
    assert (await artist.get("/v1/account/me")).status_code == 200
    assert set(of("auth")) == {"token_expired", "token_revoked", "key_refused"}


@pytest.mark.parametrize("name", of("upload"))
async def test_upload(artist, fresh_id, image_bytes, name):
    armed = artist.devnet.faults.add(name, **({"seconds": 0.2} if "seconds" in FAULTS[name].options else {}))
    project, action = fresh_id(), FAULTS[name].action
    artist.http.timeout = 0.4
    if action == "stalled":
        with pytest.raises(httpx.ReadTimeout):
            await artist.upload(project, "startingImage", image_bytes())
    elif action == "dropped":
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)):
            await artist.upload(project, "startingImage", image_bytes())
    else:
        answer = await artist.upload(project, "startingImage", image_bytes())
        assert answer.status_code == FAULTS[name].options.get("status", 200)
    assert len(artist.devnet.files) == (1 if action == "slow" else 0)
    assert armed.struck == 1
    assert (await artist.upload(project, "startingImage", image_bytes())).status_code == 200
    assert len(artist.devnet.files) == 1


@pytest.mark.parametrize("name", of("download"))
async def test_download(artist, job_request, name):
    request, action = job_request(), FAULTS[name].action
    (job,) = [p["imgID"] for kind, p in await artist.render(request) if kind == "jobResult"]
    whole = (await artist.download(request["jobID"], job)).content
    artist.devnet.faults.add(name, **({"seconds": 0.2} if "seconds" in FAULTS[name].options else {}))
    artist.http.timeout = 0.4
    if action == "stalled_body":
        with pytest.raises(httpx.ReadTimeout):
            await artist.download(request["jobID"], job)
    elif action in {"short_body", "unsized_body", "dropped"}:
        with pytest.raises(httpx.RemoteProtocolError) as cut:
            await artist.download(request["jobID"], job)
        assert ("expected" in str(cut.value)) == (action == "short_body")
        assert ("chunked" in str(cut.value)) == (action == "unsized_body")
    else:
        answer = await artist.download(request["jobID"], job)
        half = len(whole) // 2
        assert {
            "slow_body": lambda: answer.content == whole and answer.elapsed.total_seconds() >= 0.19,
            "page": lambda: answer.status_code == 200 and b"<html>" in answer.content,
            "empty": lambda: answer.status_code == 200 and answer.content == b"",
            "corrupt_body": lambda: answer.content == whole[:half] + bytes(len(whole) - half),
            "xml": lambda: answer.status_code == FAULTS[name].options["status"] and b"<Error>" in answer.content,
            "redirect": lambda: answer.status_code == 307 and answer.headers["location"].startswith(
                "http://192.0.2.1/" if name.endswith("away") else artist.devnet.rest_url),
        }[action]()  # fmt: skip
    artist.http.timeout = 5
    again = await artist.download(request["jobID"], job)
    assert (again.content == whole) == (FAULTS[name].times is not None)


async def test_a_redirect_leads_to_the_file(artist, job_request):
    request = job_request()
    (job,) = [p["imgID"] for kind, p in await artist.render(request) if kind == "jobResult"]
    artist.devnet.faults.add("download_redirected")
    artist.http.follow_redirects = True
    answer = await artist.download(request["jobID"], job)
    assert (answer.status_code, len(answer.history)) == (200, 1)
