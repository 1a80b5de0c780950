"""Every fault of a project that was admitted, seen by a bare client."""

import asyncio

import pytest
from sogni_devnet.faults import FAULTS
from websockets.exceptions import ConnectionClosed

pytestmark = pytest.mark.anyio

OF_PROJECTS = [name for name, fault in FAULTS.items() if fault.moment == "project"]


def named(*actions):
    return [name for name in OF_PROJECTS if FAULTS[name].action in actions]


async def quiet(socket):
    """Return the frames that come until, after the first one of a project, nothing has come for half a second."""
    seen = []
    while True:
        begun = any(kind.startswith("job") for kind, _ in seen)
        try:
            seen.append(await asyncio.wait_for(socket.receive(), 0.5 if begun else None))
        except TimeoutError:
            return seen


async def downloaded(artist, request, job):
    return await artist.get("/v1/image/downloadUrl", jobId=request["jobID"], imageId=job, type="complete")


def test_every_fault_of_a_project_is_tested():
    tested = {"fail", "die", "no_workers", "never_starts", "hang", "slow", "move", "withhold", "label", "both",
              "neither", "missing", "unsaid", "unsaid_end", "late_error", "drop"}  # fmt: skip
    assert {FAULTS[name].action for name in OF_PROJECTS} == tested


@pytest.mark.parametrize("name", named("no_workers", "never_starts", "hang"))
async def test_nothing_more_comes(artist, job_request, name):
    artist.devnet.faults.add(name)
    request = job_request({"steps": 4})
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        seen = await quiet(socket)
        states = [(p.get("type"), p.get("step")) for kind, p in seen if kind.startswith("job")]
        queue = next(p for _, p in seen if p.get("type") == "queued")
        assert {
            "no_workers": states == [("queued", None)] and queue["queueStatus"] == "no-workers",
            "never_starts": states == [("queued", None)] and queue["queueStatus"] == "waiting",
            "silent_worker": states[-1] == (None, 2),
        }[name]
        if name == "no_workers":
            assert queue["estimatedStartSeconds"] is None
        await socket.send("jobError", {"jobID": request["jobID"], "error": "artistCanceled", "isFromWorker": False})
        assert (await socket.until("artistCancelConfirmation"))["didCancel"] is True
    left = artist.devnet.projects[0].order.cost / 2 if name == "silent_worker" else 0
    assert artist.account.balance.spark.debit == left


async def test_slow_worker(artist, job_request):
    artist.devnet.faults.add("slow_worker", seconds=0.3)
    begun = asyncio.get_running_loop().time()
    await artist.render(job_request())
    assert asyncio.get_running_loop().time() - begun >= 0.3


@pytest.mark.parametrize("name", named("fail"))
async def test_failure(artist, job_request, name):
    fault = FAULTS[name]
    artist.devnet.faults.add(name)
    request = job_request({"steps": 4}, numberOfImages=3)
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        seen = await quiet(socket)
    errors = [p for kind, p in seen if kind == "jobError"]
    results = [p for kind, p in seen if kind == "jobResult"]
    only_one = fault.options["first_only"]
    assert (len(errors), len(results)) == ((1, 2) if only_one else (3, 0))
    assert {error["error"] for error in errors} == {fault.options["word"]}
    assert all("imgID" in error for error in errors)
    assert any(p.get("type") == "jobCompleted" for _, p in seen) == only_one
    (project,) = artist.devnet.projects
    assert project.status == ("completed" if only_one else "errored")
    # Half of the steps were done, and are paid for.
    job = project.order.price.job("spark")
    assert artist.account.balance.spark.debit == pytest.approx(2 * job + job / 2 if only_one else 3 * job / 2)


async def test_project_error(artist, job_request):
    artist.devnet.faults.add("project_error")
    request = job_request(numberOfImages=2)
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        error = await socket.until("jobError")
    assert (error["error"], "imgID" in error) == ("serverError", False)
    assert artist.devnet.projects[0].status == "errored"
    assert named("die") == ["project_error"]


async def test_job_moved(artist, job_request):
    artist.devnet.faults.add("job_moved")
    request = job_request({"steps": 4}, numberOfImages=2)
    seen = [frame for frame in await artist.render(request) if frame[0].startswith("job")]
    retries = [p for kind, p in seen if kind == "jobRetry"]
    assert sorted(retry["jobIndex"] for retry in retries) == [0, 1]
    index = {p["imgID"]: p["jobIndex"] for _, p in seen if "jobIndex" in p}
    assert len(index) == 4
    results = [p["imgID"] for kind, p in seen if kind == "jobResult"]
    assert sorted(index[job] for job in results) == [0, 1]
    assert not {retry["imgID"] for retry in retries} & set(results)
    for job in results:
        assert (await downloaded(artist, request, job)).status_code == 200


@pytest.mark.parametrize("name", named("withhold", "label", "both", "neither", "missing"))
async def test_result_with_marks(artist, job_request, name):
    artist.devnet.faults.add(name)
    request = job_request()
    (result,) = [p for kind, p in await artist.render(request) if kind == "jobResult"]
    action = FAULTS[name].action
    assert result["triggeredNSFWFilter"] is (action in {"withhold", "both", "neither"})
    assert result.get("nsfwDetected", False) is (action in {"label", "both", "neither"})
    there = action in {"label", "both"}
    assert (await downloaded(artist, request, result["imgID"])).status_code == (200 if there else 404)
    (project,) = artist.devnet.projects
    assert project.status == "completed"
    looked_up = (await artist.get(f"/v1/projects/{project.id}")).json()["data"]["project"]
    assert looked_up["completedWorkerJobs"][0]["triggeredNSFWFilter"] is (action == "withhold")


@pytest.mark.parametrize("name", named("unsaid", "unsaid_end"))
async def test_end_that_is_not_told(artist, job_request, name):
    artist.devnet.faults.add(name)
    request = job_request()
    async with artist.connect() as socket:
        await socket.send("jobRequest", request)
        seen = await quiet(socket)
    result, completed = any(k == "jobResult" for k, _ in seen), any(p.get("type") == "jobCompleted" for _, p in seen)
    assert (result, completed) == ((False, True) if name == "result_unsaid" else (True, False))
    project = (await artist.get(f"/v1/projects/{request['jobID']}")).json()["data"]["project"]
    (job,) = project["completedWorkerJobs"]
    assert (await downloaded(artist, request, job["imgID"])).status_code == 200


async def test_late_error(artist, job_request):
    artist.devnet.faults.add("late_error")
    async with artist.connect() as socket:
        await socket.send("jobRequest", job_request())
        seen = [kind if kind != "jobState" else p["type"] for kind, p in await quiet(socket)]
    assert seen.index("jobCompleted") < seen.index("jobError")


@pytest.mark.parametrize("name", named("drop"))
async def test_drop(artist, job_request, name):
    fault = FAULTS[name]
    artist.devnet.faults.add(name)
    request = job_request({"steps": 4})
    async with artist.connect("app") as socket:
        await socket.send("jobRequest", request)
        seen = []
        with pytest.raises(ConnectionClosed):
            while True:
                kind, payload = await socket.receive()
                seen.append(payload["type"] if kind == "jobState" else payload.get("step", kind))
    assert socket.raw.close_code == fault.options["code"]
    assert {
        "queued": "jobStarted" not in seen, "rendering": 2 in seen and 3 not in seen,
        "result": seen[-1] == "jobResult", "completed": "jobCompleted" not in seen,
    }[fault.options["at"]]  # fmt: skip
    async with artist.connect("app", greeted=False) as socket:
        _, hello = await socket.receive()
    ids = [project["id"] for project in hello["activeProjects"] + hello["unclaimedCompletedProjects"]]
    if fault.options.get("forgets"):
        assert ids == []
        assert artist.account.balance.spark.debit == 0
        assert (await artist.get(f"/v2/projects/{request['jobID']}")).status_code == 404
        assert artist.devnet.projects == []
    else:
        assert ids == [request["jobID"]]


async def test_drop_with_another_code(artist, job_request):
    artist.devnet.faults.add("drop_queued", code=4021, forgets=True)
    async with artist.connect() as socket:
        await socket.send("jobRequest", job_request())
        with pytest.raises(ConnectionClosed):
            while True:
                await socket.receive()
    assert socket.raw.close_code == 4021
    assert artist.devnet.projects == []
