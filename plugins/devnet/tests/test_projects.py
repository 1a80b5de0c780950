"""The life of a project, from request to file, over real sockets."""

import io

import pytest
from PIL import Image

pytestmark = pytest.mark.anyio


async def run(artist, request, app_id="test-app"):
    async with artist.connect(app_id) as socket:
        await socket.send("jobRequest", request)
        return await socket.events(request["jobID"])


def of(events, kind):
    return [payload for name, payload in events if name == kind]


@pytest.mark.parametrize(("form", "mime"), [("png", "PNG"), ("jpg", "JPEG"), ("webp", "WEBP")])
async def test_two_images(artist, job_request, form, mime):
    request = job_request(numberOfImages=2, outputFormat=form)
    events = await run(artist, request)
    states = [(p["type"], p.get("jobIndex")) for p in of(events, "jobState")]
    assert states[:2] == [("queued", None), ("assigned", None)]
    assert {("initiatingModel", 0), ("jobStarted", 0), ("initiatingModel", 1), ("jobStarted", 1)} < set(states)
    assert states[-1] == ("jobCompleted", None)
    results = of(events, "jobResult")
    assert len({r["imgID"] for r in results}) == 2
    assert "4242" in {r["lastSeed"] for r in results}
    assert all(r["performedStepCount"] == 8 and r["triggeredNSFWFilter"] is False for r in results)
    for result in results:
        job = result["imgID"]
        steps = [p["step"] for p in of(events, "jobProgress") if p["imgID"] == job]
        assert steps == list(range(1, 9))
        file = await artist.download(request["jobID"], job, contentType=f"image/{mime.lower()}")
        with Image.open(io.BytesIO(file.content)) as picture:
            picture.load()
            assert (picture.size, picture.format) == ((256, 320), mime)


async def test_edit_shows_its_context_images(start_devnet, artist_of, job_request, image_bytes):
    artist = artist_of(start_devnet(pictures="scene"))
    frame = {"modelID": "qwen_image_edit_2511_fp8_lightning", "hasContextImage1": True, "hasContextImage2": True}
    request = job_request(frame)
    await artist.upload(request["jobID"], "contextImage1", image_bytes("JPEG"), "image/jpeg")
    await artist.upload(request["jobID"], "contextImage2", image_bytes("PNG"))
    (result,) = of(await run(artist, request), "jobResult")
    file = await artist.download(request["jobID"], result["imgID"])
    with Image.open(io.BytesIO(file.content)) as picture:
        pixels = {colour: count for count, colour in picture.convert("RGB").getcolors(1 << 24)}
    assert pixels[255, 165, 0] > 1000


async def test_promised_upload_that_is_not_there(artist, artist_of, job_request, image_bytes):
    frame = {"modelID": "qwen_image_edit_2511_fp8", "hasContextImage1": True}
    request = job_request(frame)
    stranger = artist_of(artist.devnet, 1)
    await stranger.upload(request["jobID"], "contextImage1", image_bytes())
    (error,) = of(await run(artist, request), "jobError")
    assert error["error_message"] == "contextImage1 was promised but not uploaded"
    assert "imgID" not in error
    assert artist.account.balance.spark.debit == 0


async def test_upload_that_is_no_picture(artist, job_request):
    request = job_request({"hasStartingImage": True, "strength": 0.4})
    await artist.upload(request["jobID"], "startingImage", b"hello, world")
    (error,) = of(await run(artist, request), "jobError")
    assert error["error_message"] == "startingImage is not an image"


async def test_upload_that_does_not_decode_fails_the_job(start_devnet, artist_of, job_request, image_bytes):
    artist = artist_of(start_devnet(pictures="scene"))
    request = job_request({"hasStartingImage": True, "strength": 0.4})
    await artist.upload(request["jobID"], "startingImage", image_bytes()[:60])
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        error = await socket.until("jobError")
        await socket.until("balanceUpdate")
    assert (error["error"], error["isFromWorker"]) == ("genfailure", True)
    assert artist.account.balance.spark.debit == 0
    answer = await artist.get(f"/v1/projects/{request['jobID']}")
    assert answer.json()["data"]["project"]["status"] == "errored"


async def test_insufficient_funds(artist, artist_of, job_request):
    poor = artist_of(artist.devnet, 1)
    request = job_request()
    (error,) = of(await run(poor, request), "jobError")
    assert error == {
        "jobID": request["jobID"], "isFromWorker": False, "error": 4024,
        "error_message": "Debit Error: Insufficient funds",
    }  # fmt: skip


async def test_debit_is_announced(artist, job_request):
    events = await run(artist, job_request())
    assert of(events, "balanceUpdate")[-1]["spark"]["debit"] == "0.031"


async def test_cancel_stops_and_refunds(start_devnet, artist_of, job_request):
    artist = artist_of(start_devnet(seconds_per_image=600))
    request = job_request(numberOfImages=4)
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        await socket.until("jobState", type="jobStarted")
        cancel = {"error": "artistCanceled", "error_message": "artistCanceled", "isFromWorker": False}
        await socket.send("jobError", {"jobID": request["jobID"], **cancel})
        assert await socket.until("artistCancelConfirmation") == {
            "jobID": request["jobID"], "didCancel": True, "error_message": "",
        }  # fmt: skip
        await socket.send("jobError", {"jobID": request["jobID"], **cancel})
        again = await socket.until("artistCancelConfirmation")
        assert again["didCancel"] is False
    assert artist.account.balance.spark.debit == 0
    answer = await artist.get(f"/v2/projects/{request['jobID']}")
    assert answer.json()["data"]["project"]["status"] == "canceled"
    next_one = job_request()
    async with artist.connect() as socket:
        await socket.send("jobRequest", next_one)
        await socket.until("jobState", type="jobStarted")


async def test_nobody_cancels_the_project_of_somebody_else(start_devnet, artist_of, job_request):
    devnet = start_devnet(seconds_per_image=600)
    artist, other = artist_of(devnet), artist_of(devnet, 1)
    request = job_request()
    async with artist.connect() as mine, other.connect() as theirs:
        await mine.send("jobRequest", request)
        await mine.until("jobState", type="jobStarted")
        cancel = {"jobID": request["jobID"], "error": "artistCanceled", "isFromWorker": False}
        await theirs.send("jobError", cancel)
        assert (await theirs.until("artistCancelConfirmation"))["didCancel"] is False
        await theirs.send("jobRequest", request)
        assert (await theirs.until("jobError"))["error_message"] == "jobID belongs to another account"
    assert (await other.get(f"/v2/projects/{request['jobID']}")).status_code == 404


async def test_repeated_request_is_neither_run_nor_charged_again(artist, job_request):
    request = job_request()
    await run(artist, request)
    debit = artist.account.balance.spark.debit
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        await socket.send("changeNetwork", "fast")
        await socket.until("changeNetwork")
    (project,) = artist.devnet.projects
    assert (project.repeats, artist.account.balance.spark.debit) == (1, debit)


async def test_queue_moves_up(start_devnet, artist_of, job_request):
    artist = artist_of(start_devnet(slots=1, seconds_per_image=0.05))
    first, second, third = job_request(), job_request(), job_request()
    async with artist.connect() as socket:
        for request in (first, second, third):
            await socket.send("jobRequest", request)
        events = await socket.events(third["jobID"])
    mine = [state for state in of(events, "jobState") if state["jobID"] == third["jobID"]]
    places = [state["queuePosition"] for state in mine if state["type"] == "queued"]
    assert places[0] in {2, 3}
    assert places == list(range(places[0], 0, -1))


async def test_running_project_is_taken_over_after_a_drop(start_devnet, artist_of, job_request):
    artist = artist_of(start_devnet(seconds_per_image=0.3))
    request = job_request()
    async with artist.connect("app") as socket:
        await socket.send("jobRequest", request)
        await socket.until("jobState", type="jobStarted")
    async with artist.connect("app", greeted=False) as socket:
        _, hello = await socket.receive()
        (running,) = hello["activeProjects"]
        assert (running["id"], running["appId"]) == (request["jobID"], "app")
        assert (await artist.get("/api/v1/artist/projects/active")).json() == {"projects": [{"id": request["jobID"]}]}
        assert (await artist.get(f"/v1/projects/{request['jobID']}")).status_code == 404
        await socket.events(request["jobID"])
    done = (await artist.get(f"/v1/projects/{request['jobID']}")).json()["data"]["project"]
    assert (done["status"], len(done["completedWorkerJobs"])) == ("completed", 1)


async def test_project_that_ended_unseen_is_handed_out_once(start_devnet, artist_of, job_request):
    artist = artist_of(start_devnet(seconds_per_image=0.1))
    request = job_request()
    async with artist.connect("app") as socket, artist.connect("watcher") as watcher:
        await socket.send("jobRequest", request)
        await socket.until("jobState", type="jobStarted")
        await socket.raw.close()
        # The first balance tells of the debit, the second one that the project is over.
        await watcher.until("balanceUpdate")
        await watcher.until("balanceUpdate")
    sync = (await artist.get("/api/v1/artist/projects/sync", appId="app")).json()
    assert [project["id"] for project in sync["unclaimedCompletedProjects"]] == [request["jobID"]]
    for expected in ([request["jobID"]], []):
        async with artist.connect("app", greeted=False) as socket:
            _, hello = await socket.receive()
            assert [project["id"] for project in hello["unclaimedCompletedProjects"]] == expected


async def test_sync_is_limited(artist):
    statuses = [(await artist.get("/api/v1/artist/projects/sync", appId="a")).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    refused = await artist.get("/api/v1/artist/projects/sync", appId="a")
    assert (refused.json()["retryAfter"], refused.headers["retry-after"]) == (10, "10")


async def test_preview(artist, job_request):
    request = job_request(previews=2)
    events = await run(artist, request)
    assert sum(p["hasImage"] for p in of(events, "jobProgress")) == 2
    job = of(events, "jobResult")[0]["imgID"]
    answer = await artist.get("/v1/image/downloadUrl", jobId=request["jobID"], imageId=job, type="preview")
    preview = await artist.http.get(answer.json()["data"]["downloadUrl"])
    with Image.open(io.BytesIO(preview.content)) as picture:
        assert max(picture.size) == 192


@pytest.mark.slow
async def test_result_of_somebody_else_is_not_found(artist, artist_of, job_request):
    request = job_request()
    job = of(await run(artist, request), "jobResult")[0]["imgID"]
    other = artist_of(artist.devnet, 1)
    query = {"jobId": request["jobID"], "imageId": job, "type": "complete"}
    assert (await other.get("/v1/image/downloadUrl", **query)).status_code == 404
    assert (await artist.get("/v1/image/downloadUrl", **{**query, "contentType": "image/webp"})).status_code == 404
    media = await artist.get("/v1/media/downloadUrl", jobId=request["jobID"], id=job, type="complete")
    assert media.status_code == 200


async def test_two_hundred_images_on_one_connection(artist, job_request):
    requests = [job_request() for _ in range(200)]
    waiting = {request["jobID"] for request in requests}
    async with artist.connect() as socket:
        for request in requests:
            await socket.send("jobRequest", request)
        while waiting:
            kind, payload = await socket.receive()
            if kind == "jobState" and payload["type"] == "jobCompleted":
                waiting.discard(payload["jobID"])
    assert len(artist.devnet.files) == 200
