"""Every switch for what is not known of the live network, seen by a bare client."""

import email.utils
import inspect

import pytest
from sogni_devnet.tolerances import SWITCHES, Tolerated
from websockets.exceptions import ConnectionClosed, InvalidStatus

pytestmark = pytest.mark.anyio


@pytest.fixture
def with_switch(start_devnet, artist_of):
    """Start a devnet with these switches and return its artist."""
    return lambda *names, **settings: artist_of(start_devnet(tolerated=list(names), **settings))


async def greeting(artist):
    """Return the payload of ``authenticated``."""
    async with artist.connect(greeted=False) as socket:
        return (await socket.receive())[1]


def states(events, kind):
    return [p for name, p in events if name == "jobState" and p["type"] == kind]


def of(events, kind):
    return [p for name, p in events if name == kind]


def test_every_switch_is_described_and_tested():
    source = inspect.getsource(inspect.getmodule(test_every_switch_is_described_and_tested))
    for name, switch in SWITCHES.items():
        assert switch.summary.endswith(".")
        assert switch.section[0].isdigit()
        assert f'"{name}"' in source, name


def test_switches_of_one_turn_take_turns():
    both = Tolerated(["progress_fraction", "progress_percent"])
    assert [both.turn("progress") for _ in range(3)] == ["progress_fraction", "progress_percent", "progress_fraction"]
    assert Tolerated().turn("progress") == ""
    assert all(name in Tolerated(["all"]) for name in SWITCHES)


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [("login_refused_plain", 403, "text/plain"), ("login_refused_html", 400, "text/html"),
     ("login_refused_404", 404, "application/json")],
)  # fmt: skip
async def test_refused_login(with_switch, name, status, kind):
    artist = with_switch(name)
    body = {**await artist.proof(), "walletAddress": "0x" + "0" * 40}
    answer = await artist.http.post("/v1/account/login", json=body)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, kind)


async def test_refresh_token_is_kept(with_switch):
    artist = with_switch("keeps_refresh_token")
    tokens = await artist.login()
    body = {"refreshToken": tokens["refreshToken"]}
    for _ in range(2):
        renewed = (await artist.http.post("/v1/account/refresh-token", json=body)).json()["data"]
        assert renewed["refreshToken"] == tokens["refreshToken"]
        assert renewed["token"] != tokens["token"]


async def test_upgrade_with_bad_credentials(with_switch):
    artist = with_switch("upgrade_403", "upgrade_close_4021")
    artist.headers = {"api-key": "wrong"}
    with pytest.raises(InvalidStatus) as refused:
        async with artist.connect():
            pass
    assert refused.value.response.status_code == 403
    async with artist.connect(greeted=False) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.receive()
    assert socket.raw.close_code == 4021


@pytest.mark.parametrize("name", ["retry_after_header", "retry_after_body", "retry_after_date"])
async def test_retry_after(with_switch, name):
    artist = with_switch(name)
    artist.devnet.faults.add("http_429", retry_after=7)
    answer = await artist.get("/v1/account/me")
    body, header = answer.json().get("retryAfter"), answer.headers.get("retry-after")
    if name == "retry_after_date":
        until = email.utils.parsedate_to_datetime(header).timestamp()
        assert until - artist.devnet.net.clock() == pytest.approx(7.5, abs=1)
        assert body is None
    else:
        assert (body, header) == {"retry_after_header": (None, "7"), "retry_after_body": (7, None)}[name]


async def test_short_errors(with_switch):
    artist = with_switch("short_errors")
    assert (await artist.get("/v9")).json() == {"message": "Not Found"}


async def test_estimates(with_switch):
    artist = with_switch("plain_estimate_refusals", "estimates_without_benchmark")
    path = "/api/v2/job/estimate/spark/fast/{}/1/8/0/0/0/512/512"
    refused = await artist.get(path.format("none"))
    assert (refused.status_code, refused.text) == (404, "Model not found")
    estimate = (await artist.get(path.format("z_image_bf16"))).json()
    assert "quote" in estimate and "benchmark" not in estimate


async def test_requests_are_read_otherwise(with_switch, job_request):
    artist = with_switch("clamped_steps", "spark_by_default")
    events = await artist.render(job_request({"steps": 100}, tokenType=...))
    assert of(events, "jobResult")[0]["performedStepCount"] == 10
    assert artist.account.balance.spark.debit > 0
    assert artist.account.balance.sogni.debit == 0


async def test_urls_without_types(with_switch, fresh_id, image_bytes):
    artist = with_switch("urls_without_types")
    query = {"imageId": fresh_id(), "jobId": fresh_id(), "type": "cnImage", "contentType": "image/png"}
    url = (await artist.get("/v1/image/uploadUrl", **query)).json()["data"]["uploadUrl"]
    assert (await artist.http.put(url, content=image_bytes())).status_code == 200


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("models_before_balance", ["authenticated", "swarmModels", "balanceUpdate"]),
        ("empty_models_first", ["authenticated", "swarmModels", "balanceUpdate", "swarmModels"]),
        ("network_on_connect", ["authenticated", "balanceUpdate", "swarmModels", "changeNetwork", "swarmModels"]),
    ],
)  # fmt: skip
async def test_greeting(with_switch, name, kinds):
    artist = with_switch(name)
    async with artist.connect(greeted=False) as socket:
        seen = [await socket.receive() for _ in kinds]
    assert [kind for kind, _ in seen] == kinds
    if name == "empty_models_first":
        assert seen[1][1] == {} != seen[3][1]


async def test_lower_case_ids(with_switch, job_request):
    artist = with_switch("lower_case_ids")
    request = job_request()
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        result = await socket.until("jobResult")
    assert result["jobID"] == request["jobID"].lower()
    assert result["imgID"] == result["imgID"].lower()
    assert (await artist.download(request["jobID"], result["imgID"])).status_code == 200


async def test_unknown_fields_and_messages(with_switch, job_request):
    artist = with_switch("unknown_fields", "unknown_messages")
    events = await artist.render(job_request())
    assert {"devnetNovelty", "toastMessage", "swarmLLMModels"} <= {kind for kind, _ in events}
    assert all("devnetNovelty" in p for kind, p in events if kind.startswith("job") and kind != "jobTokens")
    assert "devnetNovelty" in (await artist.get("/v4/account/balance")).json()["data"]


@pytest.mark.parametrize(("name", "queued", "assigned"), [("no_queue_events", 0, 0), ("many_queue_events", 3, 1)])
async def test_queue_events(with_switch, job_request, name, queued, assigned):
    events = await with_switch(name).render(job_request())
    assert (len(states(events, "queued")), len(states(events, "assigned"))) == (queued, assigned)


async def test_unannounced_jobs(with_switch, job_request):
    events = await with_switch("unannounced_jobs").render(job_request())
    assert states(events, "jobStarted") == states(events, "initiatingModel") == []
    assert len(of(events, "jobResult")) == 1


async def test_few_fields(with_switch, job_request):
    events = await with_switch("few_fields").render(job_request())
    assert set(states(events, "jobStarted")[0]) == {"type", "jobID", "imgID"}
    assert set(of(events, "jobProgress")[0]) == {"jobID", "imgID", "hasImage", "step", "stepCount"}


async def test_what_rides_on_the_start(with_switch, job_request):
    events = await with_switch("preparation", "prompts_on_start").render(job_request())
    phases = [state.get("preparation", {}).get("phase") for state in states(events, "initiatingModel")]
    assert phases == ["downloadingAssets", "unloadingModel", "loadingModel", "loadingModel", None]
    assert states(events, "jobStarted")[0]["positivePrompt"] == "a cat wearing a hat"


@pytest.mark.parametrize(("name", "last"), [("progress_fraction", 1), ("progress_percent", 100)])
async def test_progress(with_switch, job_request, name, last):
    events = await with_switch(name).render(job_request({"steps": 4}))
    amounts = [p["progress"] for p in of(events, "jobProgress")]
    assert amounts == pytest.approx([last / 4, last / 2, last * 3 / 4, last])
    assert "step" not in of(events, "jobProgress")[0]


async def test_steps_in_disorder(with_switch, job_request):
    events = await with_switch("progress_disordered").render(job_request({"steps": 5}))
    assert [p["step"] for p in of(events, "jobProgress")] == [2, 1, 4, 3, 5]


async def test_eta_every_step(with_switch, job_request):
    events = await with_switch("eta_every_step").render(job_request({"steps": 4}))
    assert len(of(events, "jobETA")) == 4


async def test_result_urls(with_switch, job_request, video_request):
    artist = with_switch("result_url", "video_url", "null_result_url")
    results = [
        of(await artist.render(request), "jobResult")[0] for request in (job_request(), video_request(), job_request())
    ]
    assert (await artist.http.get(results[0]["resultUrl"])).status_code == 200
    assert (await artist.http.get(results[1]["videoUrl"])).headers["content-type"] == "video/mp4"
    assert results[2]["resultUrl"] is None


async def test_numbers(with_switch, artist_of, job_request):
    artist = with_switch("numeric_last_seed", "numeric_strings")
    assert of(await artist.render(job_request()), "jobResult")[0]["lastSeed"] == 4242
    poor = artist_of(artist.devnet, 1)
    assert of(await poor.render(job_request()), "jobError")[0]["error"] == "4024"


async def test_completed_overtakes_the_last_result(with_switch, job_request):
    artist = with_switch("completed_first", "no_last_balance")
    request = job_request(numberOfImages=2)
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        events = await socket.events(request["jobID"])
        assert len(of(events, "jobResult")) == 1
        assert (await socket.receive())[0] == "jobResult"
        await socket.send("changeNetwork", "fast")
        assert (await socket.receive())[0] == "changeNetwork"


async def test_one_cancel_per_20s(with_switch, job_request):
    artist = with_switch("one_cancel_per_20s", seconds_per_image=600)
    async with artist.connect() as socket:
        said = []
        for request in (job_request(), job_request()):
            await socket.send("jobRequest", request)
            await socket.send("jobError", {"jobID": request["jobID"], "error": "artistCanceled", "isFromWorker": False})
            said.append((await socket.until("artistCancelConfirmation"))["didCancel"])
    assert said == [True, False]


@pytest.mark.parametrize(
    "name", ["recovered_in_one_list", "recovered_without_request", "chat_projects", "no_lists", "text_times"]
)
async def test_recovered_projects(with_switch, job_request, name):
    artist = with_switch(name)
    artist.devnet.faults.add("drop_before_completed")
    request = job_request()
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        with pytest.raises(ConnectionClosed):
            while True:
                await socket.receive()
    sync = (await artist.get("/api/v1/artist/projects/sync", appId="test-app")).json()
    hello = await greeting(artist)
    if name == "no_lists":
        assert "activeProjects" not in hello and "unclaimedCompletedProjects" not in hello
        hello = sync
    project = hello["unclaimedCompletedProjects"][-1]
    assert project["id"] == sync["unclaimedCompletedProjects"][-1]["id"] == request["jobID"]
    assert {
        "recovered_in_one_list": len(project["workerJobs"]) == 1 and "completedWorkerJobs" not in project,
        "recovered_without_request": "clientRequestData" not in project and "imageCount" not in project,
        "chat_projects": hello["activeProjects"][0]["jobType"] == "llm" if hello["activeProjects"] else False,
        "no_lists": len(project.get("completedWorkerJobs", [])) == 1,
        "text_times": str(project["createTime"]).endswith("Z"),
    }[name]


async def test_all_at_once(with_switch, job_request, video_request, image_bytes):
    artist = with_switch("all")
    await artist.login()
    edit = job_request({"modelID": "qwen_image_edit_2511_fp8", "hasContextImage1": True}, numberOfImages=2, previews=1)
    await artist.upload(edit["jobID"], "contextImage1", image_bytes())
    async with artist.connect() as socket:
        for request in (edit, video_request()):
            await socket.send("jobRequest", request)
            results = set()
            while len(results) < request["numberOfImages"]:
                result = await socket.until("jobResult")
                results.add(result["imgID"].upper())
    assert len([file for file in artist.devnet.files if file.slot == "complete"]) == 3
