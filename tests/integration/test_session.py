"""The socket of a session: greeting, one paid frame, many projects, drops, close codes, cancelling, closing."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from sogni_core._network.session import Session
from sogni_core._network.submission import Submission
from sogni_core._network.timings import Timings
from sogni_core._protocol import ids
from sogni_core._protocol.events import Event, JobFinished, ProjectCompleted, ProjectFailed, Queued
from sogni_core._transport.retry import RetryPolicy
from sogni_core.errors import AuthError, InputError, ServiceError, SogniError, TransportError
from sogni_core.project import ImageProject

from .servers import Line, Net

pytestmark = pytest.mark.anyio


def project(count: int = 1, **fields: Any) -> ImageProject:
    return ImageProject(**{"model": "z_image_turbo_bf16", "prompt": "a cat", "count": count, **fields})


def submit(session: Session, count: int = 1, **fields: Any) -> Submission:
    return session.submission(project(count, **fields), ids.make(), comfy=True)


def nothing() -> None:
    """Stand in for what the engine writes down before it sends."""


async def follow(submission: Submission) -> list[Event]:
    return [event async for event in submission.events()]


async def honest(line: Line) -> None:
    """Greet and render whatever is asked for, until the line closes."""
    await line.greet()
    while True:
        await line.finish(await line.hear("jobRequest"))


# the short way


async def test_the_connection_names_itself_and_asks_for_nothing_else(net: Net) -> None:
    net.wire.scripts = [honest]
    session = net.session()
    session.open()
    session.open()
    submission = submit(session)
    await submission.send(nothing)
    assert isinstance((await follow(submission))[-1], ProjectCompleted)
    (line,) = net.wire.lines
    assert line.query["appId"] == "app-1"
    assert line.query["clientType"] == "artist"
    assert line.query["forceWorkerId"] == "fast"
    assert line.query["clientName"].startswith("Sogni/3.0.0 (sogni-core)")
    assert line.headers["api-key"] == "key-1"
    assert net.app_ids == [net.account(api_key="key-1").name]
    assert net.web.asked == []


async def test_the_relaxed_network_is_an_empty_word(net: Net) -> None:
    net.wire.scripts = [honest]
    submission = submit(net.session(network="relaxed"))
    await submission.send(nothing)
    assert net.wire.lines[0].query["forceWorkerId"] == ""


async def test_nothing_is_sent_before_the_greeting(net: Net) -> None:
    greet = asyncio.Event()

    async def late(line: Line) -> None:
        heard = asyncio.ensure_future(line.hear("jobRequest"))
        await greet.wait()
        assert not heard.done()
        await line.greet()
        await line.finish(await heard)

    net.wire.scripts = [late]
    session = net.session()
    told: list[str] = []
    submission = submit(session)
    sending = asyncio.ensure_future(submission.send(lambda: told.append("before")))
    while not net.wire.lines:
        await asyncio.sleep(0)
    await asyncio.wait([sending], timeout=0.02)
    assert told == []
    greet.set()
    await sending
    assert told == ["before"]
    await follow(submission)


async def test_a_service_that_does_not_greet_is_spoken_to_anyway(net: Net) -> None:
    async def silent(line: Line) -> None:
        await line.finish(await line.hear("jobRequest"))

    net.wire.scripts = [silent]
    submission = submit(net.session(timings=Timings(greeting=0.02)))
    await submission.send(nothing)
    await follow(submission)


async def test_a_service_that_is_never_ready_costs_nothing(net: Net) -> None:
    async def mute(line: Line) -> None:
        return

    net.wire.scripts = [mute]
    submission = submit(net.session(timings=Timings(ready=0.05)))
    with pytest.raises(TransportError) as caught:
        await submission.send(lambda: pytest.fail("nothing may be written down as sent"))
    assert caught.value.code == "CONNECTION_ERROR"
    assert caught.value.details["sent"] is False
    assert not submission.sent


async def test_what_the_engine_cannot_write_down_is_not_sent(net: Net) -> None:
    net.wire.scripts = [honest]
    session = net.session()

    def full_disk() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        await submit(session).send(full_disk)
    submission = submit(session)
    await submission.send(nothing)
    await follow(submission)
    assert len(net.wire.lines) == 1


async def test_the_frame_is_written_once(net: Net) -> None:
    heard: list[str] = []

    async def count(line: Line) -> None:
        await line.greet()
        while True:
            request = await line.hear()
            heard.append(request["jobID"])
            await line.finish(request)

    net.wire.scripts = [count]
    submission = submit(net.session())
    await submission.send(nothing)
    await submission.send(nothing)
    await follow(submission)
    assert heard == [submission.project_id]


async def test_a_project_that_cannot_be_sent_is_refused_before_anything(net: Net) -> None:
    with pytest.raises(InputError):
        submit(net.session(), output_format="bmp")
    assert net.wire.lines == []


# what comes in


async def test_refusals_come_as_events(net: Net) -> None:
    async def poor(line: Line) -> None:
        await line.greet()
        name = (await line.hear("jobRequest"))["jobID"]
        await line.say("jobError", {"jobID": name, "error": 4024, "error_message": "Debit Error: Insufficient funds"})

    net.wire.scripts = [poor]
    submission = submit(net.session())
    await submission.send(nothing)
    (failed,) = await follow(submission)
    assert isinstance(failed, ProjectFailed)
    assert failed.code == 4024


async def test_noise_changes_nothing(net: Net) -> None:
    async def noisy(line: Line) -> None:
        for text in ("", "{", "[]", '{"type":"x"}', '{"type":"jobState","data":"!!!"}', "x" * 100_000):
            await line.connection.send(text)
        await line.connection.send(b"\xff\xfe\x00binary")
        await line.connection.send("[" * 100_000)
        await line.greet(activeProjects="x", unclaimedCompletedProjects=[1, {"id": 5}, {"id": "X"}])
        request = await line.hear("jobRequest")
        payload: object
        for payload in (None, [], "x", {"jobID": 5}, {"jobID": "UNKNOWN"}, {"jobID": request["jobID"].lower()}):
            for kind in ("jobState", "jobResult", "jobError2", "artistCancelConfirmation", "newThing"):
                await line.say(kind, payload)
        await line.finish(request)

    net.wire.scripts = [noisy]
    submission = submit(net.session())
    await submission.send(nothing)
    assert isinstance((await follow(submission))[-1], ProjectCompleted)


async def test_a_slow_consumer_blocks_nobody_and_loses_nothing(net: Net) -> None:
    async def chatty(line: Line) -> None:
        await line.greet()
        slow = await line.hear("jobRequest")
        facts = {"jobID": slow["jobID"], "imgID": "A", "jobIndex": 0}
        for step in range(2000):
            await line.say("jobProgress", {**facts, "step": step, "stepCount": 2000})
        await line.finish(await line.hear("jobRequest"))
        await line.finish(slow)

    net.wire.scripts = [chatty]
    session = net.session()
    slow, quick = submit(session), submit(session)
    await slow.send(nothing)
    await quick.send(nothing)
    await follow(quick)
    events = await follow(slow)
    assert isinstance(events[-1], ProjectCompleted)
    assert len(events) < 100


@pytest.mark.slow
async def test_two_hundred_projects_on_one_connection(net: Net, tmp_path: Path) -> None:
    async def many(line: Line) -> None:
        await line.greet()
        requests = [await line.hear("jobRequest") for _ in range(200)]
        for request in reversed(requests):
            await line.say("jobState", {"type": "queued", "jobID": request["jobID"], "queuePosition": 1})
        for request in requests:
            await line.finish(request)

    net.wire.scripts = [many]
    picture = net.web.picture()
    session = net.session()

    async def one(number: int) -> Any:
        submission = submit(session)
        net.web.on(f"/store/{submission.project_id[:-2]}00", net.web.answer(body=picture))
        await submission.send(nothing)
        async for event in submission.events():
            if isinstance(event, JobFinished):
                return await submission.collect(event.index, tmp_path / f"{number}.png")
        return None

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(200)]
    assert all(task.result().path.read_bytes() == picture for task in tasks)
    assert len(net.wire.lines) == 1
    assert net.web.lines <= 32
    assert len(session.submissions) == 0


# drops and reconnects


async def test_a_drop_while_a_job_runs_brings_the_result_on_the_next_connection(net: Net, tmp_path: Path) -> None:
    requests: list[Any] = []

    async def dropping(line: Line) -> None:
        await line.greet()
        request = await line.hear("jobRequest")
        requests.append(request)
        await line.say("jobState", {"type": "queued", "jobID": request["jobID"], "queuePosition": 3})
        line.drop()

    async def resumed(line: Line) -> None:
        await line.greet(activeProjects=[{"id": requests[0]["jobID"].lower(), "status": "active", "imageCount": 1}])
        await line.finish(requests[0])

    net.wire.scripts = [dropping, resumed]
    submission = submit(net.session())
    await submission.send(nothing)
    events = await follow(submission)
    assert isinstance(events[0], Queued)
    assert isinstance(events[-1], ProjectCompleted)
    assert [line.query["appId"] for line in net.wire.lines] == ["app-1", "app-1"]
    assert len(net.app_ids) == 1
    assert len(net.pauses) == 1
    assert 0.8 <= net.pauses[0] <= 1.2
    net.web.on(f"/store/{submission.project_id[:-2]}00", net.web.answer(body=net.web.picture()))
    assert (await submission.collect(0, tmp_path / "a.png")).width == 8


async def test_what_ended_while_nobody_listened_is_in_the_greeting(net: Net) -> None:
    requests: list[Any] = []

    async def dropping(line: Line) -> None:
        await line.greet()
        requests.append(await line.hear("jobRequest"))
        line.drop()

    async def finished(line: Line) -> None:
        done = {"imgID": "J1", "status": "jobCompleted", "performedSteps": 8, "seedUsed": 5, "reason": "jobCompleted"}
        recovered = {"id": requests[0]["jobID"], "status": "completed", "imageCount": 1, "completedWorkerJobs": [done]}
        await line.greet(unclaimedCompletedProjects=[recovered, {"id": "SOMEBODY-ELSES"}])

    net.wire.scripts = [dropping, finished]
    submission = submit(net.session())
    await submission.send(nothing)
    events = await follow(submission)
    assert [event.seed for event in events if isinstance(event, JobFinished)] == [5]
    assert isinstance(events[-1], ProjectCompleted)


async def test_a_request_that_may_have_arrived_is_not_sent_again(net: Net) -> None:
    heard: list[Any] = []

    async def gone(line: Line) -> None:
        await line.greet()
        heard.append(await line.hear("jobRequest"))
        line.drop()

    async def waits(line: Line) -> None:
        await line.greet(activeProjects=[{"id": heard[0]["jobID"], "status": "queued"}])
        more = asyncio.ensure_future(line.hear("jobRequest"))
        await asyncio.wait([more], timeout=0.05)
        assert not more.done()
        more.cancel()
        await line.finish(heard[0])

    net.wire.scripts = [gone, waits]
    submission = submit(net.session())
    await submission.send(nothing)
    await follow(submission)
    assert len(heard) == 1


@pytest.mark.parametrize("code", [1001, 1011, 1012, 3000])
async def test_a_close_below_4000_is_a_drop(net: Net, code: int) -> None:
    async def closing(line: Line) -> None:
        await line.greet()
        await line.close(code)

    net.wire.scripts = [closing, honest]
    session = net.session()
    session.open()
    while len(net.wire.lines) < 2:
        await asyncio.sleep(0)
    submission = submit(session)
    await submission.send(nothing)
    await follow(submission)


async def test_waits_grow_until_somebody_greets(net: Net) -> None:
    async def slam(line: Line) -> None:
        line.drop()

    async def greets_and_drops(line: Line) -> None:
        await line.greet()
        line.drop()

    net.wire.scripts = [greets_and_drops, slam, slam, slam, greets_and_drops, honest]
    session = net.session()
    session.open()
    while len(net.wire.lines) < 6:
        await asyncio.sleep(0)
    first, second, third, fourth, again = net.pauses
    assert first < second < third < fourth
    assert again <= 1.2


STOPS: list[tuple[int, type[SogniError], str]] = [
    (1000, TransportError, "CONNECTION_LOST"),
    (4010, AuthError, "AUTHENTICATION_ERROR"),
    (4015, TransportError, "CONNECTION_REPLACED"),
    (4021, AuthError, "AUTHENTICATION_ERROR"),
    (4061, ServiceError, "RATE_LIMITED"),
    (4999, TransportError, "CONNECTION_LOST"),
]


@pytest.mark.parametrize(("code", "kind", "registered"), STOPS)
async def test_a_close_for_good_ends_every_project(net: Net, code: int, kind: Any, registered: str) -> None:
    async def closing(line: Line) -> None:
        await line.greet()
        await line.hear("jobRequest")
        await line.hear("jobRequest")
        await line.close(code, "because \x1b[31mof\x07 that")

    net.wire.scripts = [closing]
    session = net.session()
    both = [submit(session), submit(session)]
    for submission in both:
        await submission.send(nothing)
    for submission in both:
        with pytest.raises(kind) as caught:
            await follow(submission)
        assert caught.value.code == registered
        assert caught.value.details["projectId"] == submission.project_id
        assert caught.value.details["closeCode"] == code
        assert "because of that" in caught.value.message
    assert len(net.wire.lines) == 1
    assert net.pauses == []


async def test_a_place_that_another_took_is_not_taken_back(net: Net) -> None:
    async def replaced(line: Line) -> None:
        await line.greet()
        await line.close(4015)

    net.wire.scripts = [replaced, honest]
    session = net.session()
    session.open()
    while not (net.wire.lines and session.connection.failure):
        await asyncio.sleep(0)
    for _ in range(2):
        with pytest.raises(TransportError) as caught:
            await submit(session).send(nothing)
        assert caught.value.code == "CONNECTION_REPLACED"
    assert len(net.wire.lines) == 1


async def test_a_connection_that_never_comes_back_is_lost(net: Net) -> None:
    async def dies(line: Line) -> None:
        await line.greet()
        await line.hear("jobRequest")
        net.wire.refuse_more()
        line.drop()

    net.wire.scripts = [dies]
    never = RetryPolicy(first_pause=1.0, longest_pause=15.0, budget=0.0)
    submission = submit(net.session(timings=Timings(reconnection=never)))
    await submission.send(nothing)
    with pytest.raises(TransportError) as caught:
        await follow(submission)
    assert caught.value.code == "CONNECTION_LOST"
    assert caught.value.may_charge_again


async def test_a_host_that_is_not_there_is_said_soon_and_tried_anew_by_the_next(net: Net) -> None:
    net.wire.refusals = [(502, {})] * 3
    net.wire.scripts = [honest]
    session = net.session()
    with pytest.raises(TransportError) as caught:
        await submit(session).send(nothing)
    assert caught.value.code == "CONNECTION_ERROR"
    assert len(net.wire.upgrades) == 3
    submission = submit(session)
    await submission.send(nothing)
    await follow(submission)


async def test_a_service_that_slams_the_door_before_greeting_costs_nothing(net: Net) -> None:
    async def slam(line: Line) -> None:
        line.drop()

    net.wire.scripts = [slam]
    with pytest.raises(TransportError) as caught:
        await submit(net.session()).send(nothing)
    assert caught.value.code == "CONNECTION_ERROR"
    assert caught.value.details["sent"] is False
    assert not caught.value.may_charge_again


async def test_a_service_that_is_full_says_when_to_come_back(net: Net) -> None:
    net.wire.refusals = [(503, {"Retry-After": "17"})]
    net.wire.scripts = [honest]
    submission = submit(net.session())
    await submission.send(nothing)
    assert net.pauses == [17.0]


# credentials


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_upgrade_is_renewed_once(net: Net, status: int) -> None:
    net.web.on("/v1/account/nonce", net.web.ok({"nonce": "abc123"}))
    net.web.on("/v1/account/login", net.web.ok({"token": "first"}), net.web.ok({"token": "second"}))
    net.wire.refusals = [(status, {})]
    net.wire.scripts = [honest]
    submission = submit(net.session(net.account(username="testuser", password="testpass")))
    await submission.send(nothing)
    await follow(submission)
    assert [upgrade["authorization"] for upgrade in net.wire.upgrades] == ["first", "second"]
    assert net.pauses == []


async def test_an_upgrade_that_stays_refused_is_a_login_error(net: Net) -> None:
    net.web.on("/v1/account/nonce", net.web.ok({"nonce": "abc123"}))
    net.web.on("/v1/account/login", net.web.ok({"token": "first"}), net.web.ok({"token": "second"}))
    net.wire.refusals = [(401, {})] * 9
    submission = submit(net.session(net.account(username="testuser", password="testpass")))
    with pytest.raises(AuthError) as caught:
        await submission.send(nothing)
    assert caught.value.code == "AUTHENTICATION_ERROR"
    assert len(net.wire.upgrades) == 2


async def test_a_refused_key_is_not_tried_again(net: Net) -> None:
    net.wire.refusals = [(401, {})] * 9
    with pytest.raises(AuthError):
        await submit(net.session()).send(nothing)
    assert len(net.wire.upgrades) == 1


async def test_a_login_refused_by_close_code_is_renewed_too(net: Net) -> None:
    net.web.on("/v1/account/nonce", net.web.ok({"nonce": "abc123"}))
    net.web.on("/v1/account/login", net.web.ok({"token": "first"}), net.web.ok({"token": "second"}))

    async def refuses(line: Line) -> None:
        await line.close(4021, "bad token")

    net.wire.scripts = [refuses, honest]
    submission = submit(net.session(net.account(username="testuser", password="testpass")))
    await submission.send(nothing)
    assert [upgrade["authorization"] for upgrade in net.wire.upgrades] == ["first", "second"]


async def test_a_login_that_ends_in_mid_connection_loses_no_work(net: Net) -> None:
    net.web.on("/v1/account/nonce", net.web.ok({"nonce": "abc123"}))
    net.web.on("/v1/account/login", net.web.ok({"token": "first"}), net.web.ok({"token": "second"}))
    requests: list[Any] = []

    async def ends(line: Line) -> None:
        await line.greet()
        requests.append(await line.hear("jobRequest"))
        await line.close(4021, "token expired")

    async def goes_on(line: Line) -> None:
        await line.greet(activeProjects=[{"id": requests[0]["jobID"], "status": "active"}])
        await line.finish(requests[0])

    net.wire.scripts = [ends, goes_on]
    submission = submit(net.session(net.account(username="testuser", password="testpass")))
    await submission.send(nothing)
    assert isinstance((await follow(submission))[-1], ProjectCompleted)


async def test_a_login_that_cannot_be_renewed_now_is_tried_again(net: Net) -> None:
    net.web.on("/v1/account/nonce", net.web.ok({"nonce": "abc123"}))
    token = net.web.ok({"token": "first"})
    broken = net.web.answer(raw=b"")
    net.web.on("/v1/account/login", token, broken, token)
    net.wire.refusals = [(401, {})]
    net.wire.scripts = [honest]
    submission = submit(net.session(net.account(username="testuser", password="testpass")))
    await submission.send(nothing)
    await follow(submission)
    assert len(net.pauses) == 1


async def test_a_redirect_of_the_upgrade_takes_no_key_along(net: Net) -> None:
    net.wire.refusals = [(302, {"Location": net.wire.url})] * 3
    net.wire.scripts = [honest]
    with pytest.raises(TransportError):
        await submit(net.session()).send(nothing)
    assert len(net.wire.upgrades) == 3
    assert net.wire.lines == []


# cancelling


async def cancelling(line: Line, answers: list[bool | None]) -> None:
    await line.greet()
    names = [(await line.hear("jobRequest"))["jobID"] for _ in answers]
    for name in names:
        await line.say("jobState", {"type": "queued", "jobID": name, "queuePosition": 1})
    for name, did in zip(names, answers, strict=True):
        asked = await line.hear("jobError")
        assert asked == {
            "jobID": name,
            "error": "artistCanceled",
            "error_message": "artistCanceled",
            "isFromWorker": False,
        }
        if did is not None:
            await line.say("artistCancelConfirmation", {"jobID": name.lower(), "didCancel": did, "error_message": ""})


async def test_what_the_service_says_to_a_cancel_is_told(net: Net) -> None:
    net.wire.scripts = [lambda line: cancelling(line, [True, False, None])]
    session = net.session()
    three = [submit(session) for _ in range(3)]
    for submission in three:
        await submission.send(nothing)
    names = [submission.project_id for submission in three]
    answers = await session.cancel([names[0], names[1].lower(), names[2]], 0.3)
    assert answers == {names[0]: "cancelled", names[1].lower(): "running", names[2]: "unknown"}
    assert isinstance((await follow(three[0]))[-1], ProjectFailed)
    assert await session.cancel([names[0]], 0.1) == {names[0]: "cancelled"}


async def test_a_project_that_was_never_spoken_of_does_not_run_for_certain(net: Net) -> None:
    async def refusing(line: Line) -> None:
        await line.greet()
        name = (await line.hear("jobRequest"))["jobID"]
        await line.hear("jobError")
        await line.say("artistCancelConfirmation", {"jobID": name, "didCancel": False, "error_message": "not found"})

    net.wire.scripts = [refusing]
    session = net.session()
    submission = submit(session)
    await submission.send(nothing)
    assert await session.cancel([submission.project_id], 1) == {submission.project_id: "unknown"}


@pytest.mark.parametrize(("did", "state"), [(True, "cancelled"), (False, "unknown")])
async def test_a_cancel_that_a_drop_took_is_asked_again(net: Net, did: bool, state: str) -> None:
    async def dropping(line: Line) -> None:
        await line.greet()
        name = (await line.hear("jobRequest"))["jobID"]
        await line.say("jobState", {"type": "queued", "jobID": name, "queuePosition": 1})
        await line.hear("jobError")
        line.drop()

    async def answering(line: Line) -> None:
        await line.greet(activeProjects=[{"id": submission.project_id, "status": "active", "imageCount": 1}])
        name = (await line.hear("jobError"))["jobID"]
        await line.say("artistCancelConfirmation", {"jobID": name, "didCancel": did, "error_message": ""})

    net.wire.scripts = [dropping, answering]
    session = net.session()
    submission = submit(session)
    await submission.send(nothing)
    # Refused the second time, it may be for the first one that it was carried out.
    assert await session.cancel([submission.project_id], 5) == {submission.project_id: state}
    assert len(net.wire.lines) == 2


async def test_a_project_that_was_never_sent_is_cancelled_without_a_word(net: Net) -> None:
    async def mute(line: Line) -> None:
        return

    net.wire.scripts = [mute]
    session = net.session()
    submission = submit(session)
    sending = asyncio.ensure_future(submission.send(nothing))
    while not net.wire.lines:
        await asyncio.sleep(0)
    assert await session.cancel([submission.project_id], 0.1) == {submission.project_id: "cancelled"}
    sending.cancel()
    await asyncio.wait([sending])
    assert len(session.submissions) == 0


async def test_a_cancel_is_bounded_whatever_happens(net: Net) -> None:
    net.wire.refusals = [(502, {})] * 99
    session = net.session()
    started = asyncio.get_running_loop().time()
    assert await session.cancel(["A", "B"], 0.1) == {"A": "unknown", "B": "unknown"}
    assert asyncio.get_running_loop().time() - started < 1
    assert await session.cancel([], 0.1) == {}


async def test_a_project_that_had_ended_needs_no_cancel(net: Net) -> None:
    net.wire.scripts = [honest]
    session = net.session()
    submission = submit(session)
    await submission.send(nothing)
    await follow(submission)
    assert await session.cancel([submission.project_id], 0.1) == {submission.project_id: "ended"}


# closing


async def test_closing_says_1000_and_leaves_nothing(net: Net) -> None:
    net.wire.scripts = [honest]
    before = asyncio.all_tasks()
    session = net.session()
    submission = submit(session)
    await submission.send(nothing)
    await follow(submission)
    (line,) = net.wire.lines
    await session.close()
    await session.close()
    assert await line.wait_closed() == 1000
    left = asyncio.all_tasks() - before
    assert [task for task in left if "sogni_core/" in repr(task)] == []
    with pytest.raises(TransportError):
        await submit(session).send(nothing)


async def test_a_goodbye_that_nobody_answers_is_short(net: Net) -> None:
    frozen = asyncio.Event()

    async def freeze(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        import base64
        import hashlib

        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        accept = base64.b64encode(
            hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode(), usedforsecurity=False).digest()
        )
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        await frozen.wait()
        writer.close()

    async with await asyncio.start_server(freeze, "127.0.0.1", 0) as server:
        net.wire.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        session = net.session()
        session.open()
        while session.connection.number == 0:
            await asyncio.sleep(0)
        started = asyncio.get_running_loop().time()
        await session.close()
        assert asyncio.get_running_loop().time() - started < 0.35
        frozen.set()


async def test_closing_while_connecting(net: Net) -> None:
    async def black_hole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(black_hole, "127.0.0.1", 0) as server:
        net.wire.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        session = net.session()
        sending = asyncio.ensure_future(submit(session).send(nothing))
        await asyncio.wait([sending], timeout=0.02)
        await session.close()
        with pytest.raises(TransportError):
            await sending


async def test_closing_a_session_that_was_never_opened(net: Net) -> None:
    await net.session().close()
    assert net.wire.lines == []


async def test_a_bug_in_here_is_an_internal_error_and_not_a_silence(net: Net, caplog: pytest.LogCaptureFixture) -> None:
    net.wire.scripts = [honest]

    def broken(name: str) -> str:
        raise ZeroDivisionError

    session = net.session(app_id=broken)
    with caplog.at_level(logging.DEBUG), pytest.raises(SogniError) as caught:
        await submit(session).send(nothing)
    assert caught.value.code == "INTERNAL"
