"""What became of a project: after a drop, after a silence, and after the death of the process that sent it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sogni_core._network.session import Session
from sogni_core._network.submission import Submission
from sogni_core._network.timings import Timings
from sogni_core._protocol import ids
from sogni_core._protocol.events import Event, JobFailed, JobFinished, ProjectCompleted, ProjectFailed, Queued
from sogni_core.errors import ConfigError, InternalError, TransportError
from sogni_core.project import ImageProject

from .servers import Asked, HandClock, Line, Net

pytestmark = pytest.mark.anyio

SYNC = "/api/v1/artist/projects/sync"
ACTIVE = "/api/v1/artist/projects/active"
LOOKUPS = ("sync", "finished", "active", "status")


def project(count: int = 1, **fields: Any) -> ImageProject:
    return ImageProject(**{"model": "z_image_turbo_bf16", "prompt": "a cat", "count": count, **fields})


def submit(session: Session, count: int = 1, **fields: Any) -> Submission:
    return session.submission(project(count, **fields), ids.make(), comfy=True)


def attach(session: Session, count: int = 1, *, resend: bool = True, **more: Any) -> Submission:
    return session.attach(project(count), ids.make(), comfy=True, resend=resend, **more)


def nothing() -> None:
    """Stand in for what the engine writes down before it sends."""


async def follow(submission: Submission) -> list[Event]:
    return [event async for event in submission.events()]


def told(name: str, status: str, *jobs: str, **fields: Any) -> dict[str, Any]:
    """Describe a project as the service does, with jobs that completed."""
    done = [
        {"id": "x", "imgID": job, "status": "jobCompleted", "seedUsed": 5, "reason": "jobCompleted"} for job in jobs
    ]
    return {"id": name, "status": status, "imageCount": len(jobs), "completedWorkerJobs": done, **fields}


class Knowledge:
    """What the scripted service answers to the four look-ups; everything is unknown until it is said."""

    def __init__(self, net: Net, name: str) -> None:
        self.net = net
        self.name = name
        net.wire.on(SYNC, self.lists([], []))
        net.wire.on(ACTIVE, net.web.bare({"projects": []}))
        for version in (1, 2):
            net.web.on(f"/v{version}/projects/{name}", net.web.error(404, "Project not found"))

    def lists(self, active: list[Any], ended: list[Any]) -> Any:
        return self.net.web.bare({"activeProjects": active, "unclaimedCompletedProjects": ended, "serverTime": 1})

    def say(self, lookup: str, *answers: Any) -> None:
        """Set what a look-up answers, in turn: a project, or an answer as it is."""
        made = [self._made(lookup, answer) if isinstance(answer, dict) else answer for answer in answers]
        if lookup in {"sync", "active"}:
            self.net.wire.on(SYNC if lookup == "sync" else ACTIVE, *made)
        else:
            self.net.web.on(f"/v{1 if lookup == 'finished' else 2}/projects/{self.name}", *made)

    def _made(self, lookup: str, project: dict[str, Any]) -> Any:
        if lookup == "sync":
            return self.lists([project], [])
        if lookup == "active":
            return self.net.web.bare({"projects": [{"id": project["id"]}]})
        return self.net.web.ok({"project": project})

    @property
    def asked(self) -> list[str]:
        """Which look-ups were made, those of each host in order."""
        names = {f"/v1/projects/{self.name}": "finished", f"/v2/projects/{self.name}": "status"}
        web = [names[one.path] for one in self.net.web.asked if one.path in names]
        return [{SYNC: "sync", ACTIVE: "active"}[path] for path, _ in self.net.wire.asked] + web


class Life:
    """A scripted service whose first connections drop, and which counts every paid frame."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.frames: list[Any] = []
        self._line: Line | None = None

    def greets(self, line: Line) -> None:
        """Take that a line is the newest one."""
        self._line = line

    @property
    def line(self) -> Line:
        """The newest line that was greeted and not dropped."""
        assert self._line is not None
        return self._line

    async def hear(self, line: Line) -> Any:
        request = await line.hear("jobRequest")
        self.frames.append(request)
        return request

    async def swallow(self, line: Line) -> None:
        """Greet, take a request, and drop the line without a word."""
        await line.greet()
        await self.hear(line)
        line.drop()

    async def take(self, line: Line) -> None:
        """Greet, take a request, say so, and drop the line."""
        await line.greet()
        request = await self.hear(line)
        await line.say("jobState", {"type": "queued", "jobID": request["jobID"], "queuePosition": 1})
        line.drop()

    async def quiet(self, line: Line) -> None:
        """Greet, and say nothing more to whatever is asked for."""
        self._line = line
        await line.greet()
        while True:
            await self.hear(line)

    async def honest(self, line: Line) -> None:
        """Greet, and render what is asked for."""
        self._line = line
        await line.greet()
        while True:
            await line.finish(await self.hear(line))


@pytest.fixture
def life(net: Net) -> Life:
    return Life(net)


async def dropped(net: Net, life: Life, *scripts: Any, count: int = 1, **more: Any) -> tuple[Any, Knowledge]:
    """Send a project on a connection that takes it and drops; the next connections follow ``scripts``."""
    net.wire.scripts = [life.swallow, *scripts]
    submission = submit(net.session(**more), count)
    knowledge = Knowledge(net, submission.project_id)
    await submission.send(nothing)
    return submission, knowledge


# after a drop


async def test_what_the_greeting_leaves_out_is_found_by_sync_and_waited_for(net: Net, life: Life) -> None:
    submission, knowledge = await dropped(net, life, life.quiet)
    knowledge.say("sync", told(submission.project_id.lower(), "active"))
    while not knowledge.asked:
        await asyncio.sleep(0)
    await life.line.finish(life.frames[0])
    assert isinstance((await follow(submission))[-1], ProjectCompleted)
    assert knowledge.asked == ["sync"]
    assert net.wire.asked == [(SYNC, {"appId": "app-1"})]
    assert len(life.frames) == 1


async def test_what_ended_meanwhile_is_found_by_its_id_and_collected(net: Net, life: Life, tmp_path: Path) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)
    knowledge.say("finished", told(submission.project_id, "completed", "job-1"))
    await submission.send(nothing)
    events = await follow(submission)
    assert events == [JobFinished(0, "JOB-1", 5), ProjectCompleted()]
    net.web.on("/store/JOB-1", net.web.answer(body=net.web.picture()))
    assert (await submission.collect(0, tmp_path / "a.png")).width == 8
    assert knowledge.asked == ["sync", "finished"]
    assert len(life.frames) == 1


async def test_results_that_are_written_down_late_are_waited_for(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    submission = submit(net.session(), 2)
    name = submission.project_id
    knowledge = Knowledge(net, name)
    knowledge.say("finished", told(name, "completed", "a"), told(name, "completed", "a", "b"))
    await submission.send(nothing)
    assert [event.job_id for event in await follow(submission) if isinstance(event, JobFinished)] == ["A", "B"]
    assert knowledge.asked == ["sync", "finished", "finished"]


async def test_results_that_are_never_written_down_have_failed(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    submission = submit(net.session(), 2)
    knowledge = Knowledge(net, submission.project_id)
    knowledge.say("finished", told(submission.project_id, "completed", "a"))
    await submission.send(nothing)
    finished, failed, completed = await follow(submission)
    assert isinstance(finished, JobFinished)
    assert (finished.job_id, type(failed), type(completed)) == ("A", JobFailed, ProjectCompleted)
    assert knowledge.asked.count("finished") == 4


@pytest.mark.parametrize("lookup", ["active", "status"])
async def test_what_only_one_look_up_knows_to_run_is_waited_for(net: Net, life: Life, lookup: str) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)
    knowledge.say(lookup, told(submission.project_id, "processing"))
    await submission.send(nothing)
    while lookup not in knowledge.asked:
        await asyncio.sleep(0)
    await life.line.finish(life.frames[0])
    assert isinstance((await follow(submission))[-1], ProjectCompleted)
    assert knowledge.asked.count("finished") == 4
    assert len(life.frames) == 1


async def test_what_only_the_last_look_up_knows_to_have_ended_is_taken(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)
    knowledge.say("status", told(submission.project_id, "completed", "job-1", finished=True))
    await submission.send(nothing)
    assert await follow(submission) == [JobFinished(0, "JOB-1", 5), ProjectCompleted()]
    assert len(life.frames) == 1


async def test_what_nobody_knows_is_sent_again_once(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.honest]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)
    noted: list[int] = []
    await submission.send(lambda: noted.append(len(life.frames)))
    assert isinstance((await follow(submission))[-1], ProjectCompleted)
    assert life.frames[0] == life.frames[1]
    assert len(life.frames) == 2
    assert noted == [0, 1]
    assert submission.life.resent
    assert sorted(knowledge.asked) == sorted(["sync", "active", "status", *["finished"] * 4])
    reconnect, young, *tries = net.pauses
    assert reconnect <= 1.2
    assert 4 < young <= 5
    assert tries == [2.5] * 3


async def test_what_is_lost_twice_is_not_sent_a_third_time(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.swallow, life.quiet]
    submission = submit(net.session())
    Knowledge(net, submission.project_id)
    await submission.send(nothing)
    with pytest.raises(TransportError) as caught:
        await follow(submission)
    error = caught.value
    assert error.code == "CONNECTION_LOST"
    assert error.may_charge_again
    assert "not sent a third time" in error.message
    assert error.details == {
        "answers": {"sync": "unknown", "finished": "unknown", "active": "unknown", "status": "unknown"},
        "projectId": submission.project_id,
        "resent": True,
    }
    assert len(life.frames) == 2


def failures(net: Net, lookup: str) -> dict[str, Any]:
    """Return answers that prove nothing."""
    web = net.web
    found = {
        "refused": web.error(500, "database"),
        "forbidden": web.error(403),
        "limited": web.error(429, retryAfter=0),
        "page": web.answer(404, b"<html>not found</html>", {"content-type": "text/html"}),
        "foreign 404": web.answer(404, b'{"statusCode":404,"message":"Cannot GET"}'),
        "garbage": web.answer(200, b"{"),
        "nothing": web.answer(200, b"null"),
        "empty": web.ok({}),
    }
    if lookup in {"sync", "active"}:
        return found | {"own 404": web.error(404), "half": web.bare({"activeProjects": [], "projects": None})}
    return found | {
        "another": web.ok({"project": {"id": "ANOTHER", "status": "completed"}}),
        "cut": web.answer(raw=b""),
    }


FAILURES = ["refused", "forbidden", "limited", "page", "foreign 404", "garbage", "nothing", "empty"]
CASES = [(lookup, kind) for lookup in LOOKUPS for kind in FAILURES]
CASES += [(lookup, kind) for lookup in ("sync", "active") for kind in ("own 404", "half")]
CASES += [(lookup, kind) for lookup in ("finished", "status") for kind in ("another", "cut")]


@pytest.mark.parametrize(("lookup", "kind"), CASES)
async def test_a_look_up_that_fails_proves_nothing(net: Net, life: Life, lookup: str, kind: str) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)
    knowledge.say(lookup, failures(net, lookup)[kind])
    await submission.send(nothing)
    with pytest.raises(TransportError) as caught:
        await follow(submission)
    assert caught.value.code == "CONNECTION_LOST"
    assert caught.value.may_charge_again
    assert "not sent again" in caught.value.message
    assert caught.value.details["resent"] is False
    answers = caught.value.details["answers"]
    assert answers[lookup].startswith("failed: ")
    assert {answers[other] for other in LOOKUPS if other != lookup} == {"unknown"}
    assert len(life.frames) == 1


async def test_a_look_up_that_fails_at_first_is_made_again(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.honest]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)
    knowledge.say("finished", net.web.error(500), net.web.error(404))
    await submission.send(nothing)
    await follow(submission)
    assert len(life.frames) == 2


async def test_what_was_taken_and_is_forgotten_is_not_sent_again(net: Net, life: Life) -> None:
    net.wire.scripts = [life.take, life.quiet]
    submission = submit(net.session())
    Knowledge(net, submission.project_id)
    await submission.send(nothing)
    with pytest.raises(TransportError) as caught:
        await follow(submission)
    assert "had accepted this project" in caught.value.message
    assert len(life.frames) == 1


async def test_what_is_heard_of_while_it_is_searched_for_is_not_sent_again(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)

    async def speaks(asked: Asked) -> Any:
        await life.line.say("jobState", {"type": "queued", "jobID": submission.project_id, "queuePosition": 1})
        while not submission.state.seen:
            await asyncio.sleep(0)
        return net.web.error(404)

    knowledge.say("status", speaks)
    await submission.send(nothing)
    while not submission.state.seen:
        await asyncio.sleep(0)
    await life.line.finish(life.frames[0])
    events = await follow(submission)
    assert isinstance(events[0], Queued)
    assert isinstance(events[-1], ProjectCompleted)
    assert len(life.frames) == 1


async def test_what_was_dropped_before_it_was_written_is_written_once(net: Net, life: Life) -> None:
    async def drops(line: Line) -> None:
        await line.greet()
        line.drop()

    net.wire.scripts = [drops, drops, life.honest]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)
    await submission.send(nothing)
    await follow(submission)
    assert len(life.frames) == 1
    assert knowledge.asked == []


async def test_a_second_drop_during_the_search_changes_nothing(net: Net, life: Life) -> None:
    async def drops_when_asked(line: Line) -> None:
        await line.greet()
        while "finished" not in knowledge.asked:
            await asyncio.sleep(0)
        line.drop()

    net.wire.scripts = [life.swallow, drops_when_asked, life.honest]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)
    await submission.send(nothing)
    await follow(submission)
    assert len(life.frames) == 2


async def test_a_reconnect_that_nobody_greets_is_searched_on_too(net: Net, life: Life) -> None:
    async def silent(line: Line) -> None:
        await line.finish(await life.hear(line))

    net.wire.scripts = [life.swallow, silent]
    submission = submit(net.session(timings=Timings(greeting=0.02)))
    Knowledge(net, submission.project_id)
    await submission.send(nothing)
    await follow(submission)
    assert len(life.frames) == 2


async def test_a_journal_that_cannot_be_written_stops_the_second_sending(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    submission = submit(net.session())
    Knowledge(net, submission.project_id)

    def before() -> None:
        if life.frames:
            raise ConfigError("INVALID_STATE", "The disk is full.")

    await submission.send(before)
    with pytest.raises(ConfigError):
        await follow(submission)
    assert len(life.frames) == 1


async def test_a_connection_that_ends_for_good_ends_the_search(net: Net, life: Life) -> None:
    async def replaced(line: Line) -> None:
        await line.greet()
        while not net.wire.asked:
            await asyncio.sleep(0)
        await line.close(4015)

    net.wire.scripts = [life.swallow, replaced]
    session = net.session()
    submission = submit(session)
    knowledge = Knowledge(net, submission.project_id)
    held = asyncio.Event()

    async def hold(asked: Asked) -> Any:
        await held.wait()
        return net.web.error(404)

    knowledge.say("finished", hold)
    await submission.send(nothing)
    with pytest.raises(TransportError) as caught:
        await follow(submission)
    assert caught.value.code == "CONNECTION_REPLACED"
    held.set()
    assert len(life.frames) == 1
    assert len(session.submissions) == 0


async def test_many_projects_share_the_questions_about_all(net: Net, life: Life) -> None:
    async def swallow_all(line: Line) -> None:
        await line.greet()
        for _ in range(60):
            await life.hear(line)
        line.drop()

    net.wire.scripts = [swallow_all, life.honest]
    session = net.session()
    many = [submit(session) for _ in range(60)]
    for submission in many:
        Knowledge(net, submission.project_id)
        await submission.send(nothing)
    for submission in many:
        assert isinstance((await follow(submission))[-1], ProjectCompleted)
    assert len(life.frames) == 120
    assert [path for path, _ in net.wire.asked].count(SYNC) <= 2
    assert [path for path, _ in net.wire.asked].count(ACTIVE) <= 30


async def test_sync_is_asked_twenty_times_in_ten_seconds_at_most(net: Net, hand_clock: HandClock) -> None:
    net.wire.on(SYNC, net.web.bare({"activeProjects": [], "unclaimedCompletedProjects": []}))
    lookups = net.lookups(hand_clock)
    for _ in range(20):
        await lookups.sync("P")
    assert net.pauses == []
    hand_clock.turn(4)
    await lookups.sync("P")
    assert net.pauses == [6.0]
    hand_clock.turn(20)
    await lookups.sync("P")
    assert net.pauses == [6.0]


# given up


async def test_what_was_cancelled_is_not_sent_again(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    session = net.session()
    submission = submit(session)
    knowledge = Knowledge(net, submission.project_id)
    asking, answer = asyncio.Event(), asyncio.Event()

    async def hold(asked: Asked) -> Any:
        asking.set()
        await answer.wait()
        return net.web.error(404)

    knowledge.say("status", hold)
    await submission.send(nothing)
    await asking.wait()
    assert await session.cancel([submission.project_id], 0.05) == {submission.project_id: "unknown"}
    answer.set()
    while session.background:
        await asyncio.sleep(0)
    assert len(life.frames) == 1


# a server that is stopping


async def stopping(life: Life, line: Line, times: int = 1, *, close: bool = True) -> None:
    """Greet, turn a request away, and close."""
    await line.greet()
    name = (await life.hear(line))["jobID"]
    for _ in range(times):
        await line.say("jobError", {"jobID": name, "error": "1001", "error_message": "restarting"})
    if close:
        await line.close(1001)


@pytest.mark.parametrize("times", [1, 3])
async def test_what_a_stopping_server_turned_away_is_sent_to_the_next(net: Net, life: Life, times: int) -> None:
    net.wire.scripts = [lambda line: stopping(life, line, times), life.honest]
    submission = submit(net.session())
    knowledge = Knowledge(net, submission.project_id)
    noted: list[int] = []
    await submission.send(lambda: noted.append(len(life.frames)))
    events = await follow(submission)
    assert isinstance(events[-1], ProjectCompleted)
    assert not any(isinstance(event, ProjectFailed) for event in events)
    assert life.frames[0] == life.frames[1]
    assert noted == [0, 1]
    assert knowledge.asked == []


async def test_what_two_servers_turned_away_is_told(net: Net, life: Life) -> None:
    net.wire.scripts = [lambda line: stopping(life, line), lambda line: stopping(life, line), life.honest]
    session = net.session()
    submission = submit(session)
    await submission.send(nothing)
    (failed,) = await follow(submission)
    assert isinstance(failed, ProjectFailed)
    assert not failed.admitted
    assert len(life.frames) == 2
    assert len(session.submissions) == 0


@pytest.mark.parametrize("close", [True, False])
async def test_what_a_server_turned_away_is_told_if_no_other_comes(net: Net, life: Life, close: bool) -> None:
    async def mute(line: Line) -> None:
        return

    net.wire.scripts = [lambda line: stopping(life, line, close=close), mute]
    session = net.session(timings=Timings(restart=0.05, stopping=5 if close else 0.05))
    submission = submit(session)
    await submission.send(nothing)
    (failed,) = await follow(submission)
    assert isinstance(failed, ProjectFailed)
    assert not failed.admitted
    assert len(life.frames) == 1
    assert len(session.submissions) == 0


async def test_what_was_turned_away_and_taken_after_all_goes_on(net: Net, life: Life) -> None:
    async def wavers(line: Line) -> None:
        await stopping(life, line, close=False)
        await line.say("jobState", {"type": "queued", "jobID": life.frames[0]["jobID"], "queuePosition": 1})
        while not submission.sent:
            await asyncio.sleep(0.01)
        await line.finish(life.frames[0])

    net.wire.scripts = [wavers]
    submission = submit(net.session(timings=Timings(stopping=0.05)))
    await submission.send(nothing)
    assert isinstance((await follow(submission))[-1], ProjectCompleted)
    assert len(life.frames) == 1


async def test_what_was_turned_away_and_is_known_to_the_next_server_is_not_sent_again(net: Net, life: Life) -> None:
    async def knows(line: Line) -> None:
        await line.greet(activeProjects=[{"id": life.frames[0]["jobID"], "status": "active"}])
        await line.finish(life.frames[0])

    net.wire.scripts = [lambda line: stopping(life, line), knows]
    submission = submit(net.session())
    await submission.send(nothing)
    assert isinstance((await follow(submission))[-1], ProjectCompleted)
    assert len(life.frames) == 1


async def test_what_was_turned_away_and_cancelled_is_not_sent_again(net: Net, life: Life) -> None:
    go = asyncio.Event()

    async def later(line: Line) -> None:
        await go.wait()
        await life.quiet(line)

    net.wire.scripts = [lambda line: stopping(life, line), later]
    session = net.session()
    submission = submit(session)
    await submission.send(nothing)
    while submission.sent:
        await asyncio.sleep(0)
    assert await session.cancel([submission.project_id], 0.05) == {submission.project_id: "cancelled"}
    go.set()
    (failed,) = await follow(submission)
    assert isinstance(failed, ProjectFailed)
    assert not failed.admitted
    assert len(life.frames) == 1
    assert len(session.submissions) == 0


async def test_a_refusal_of_what_was_taken_is_no_permission(net: Net, life: Life) -> None:
    async def takes_and_refuses(line: Line) -> None:
        await line.greet()
        name = (await life.hear(line))["jobID"]
        await line.say("jobState", {"type": "queued", "jobID": name})
        await line.say("jobError", {"jobID": name, "error": 1001})
        await line.close(1001)

    net.wire.scripts = [takes_and_refuses, life.honest]
    submission = submit(net.session())
    await submission.send(nothing)
    failed = (await follow(submission))[-1]
    assert isinstance(failed, ProjectFailed)
    assert failed.admitted
    assert len(life.frames) == 1


# silence


async def silent(net: Net, life: Life, clock: HandClock, count: int = 1) -> tuple[Any, Knowledge]:
    net.wire.scripts = [life.quiet]
    submission = submit(net.session(clock=clock), count)
    knowledge = Knowledge(net, submission.project_id)
    await submission.send(nothing)
    while not life.frames:
        await asyncio.sleep(0)
    return submission, knowledge


async def settled(session: Session) -> None:
    while session.background:
        await asyncio.sleep(0)


async def test_two_minutes_of_silence_are_asked_about(net: Net, life: Life, hand_clock: HandClock) -> None:
    submission, knowledge = await silent(net, life, hand_clock)
    knowledge.say("active", told(submission.project_id, "active"))
    hand_clock.turn(119)
    await life.line.say("jobState", {"type": "queued", "jobID": submission.project_id, "queuePosition": 9})
    while not submission.state.seen:
        await asyncio.sleep(0)
    hand_clock.turn(119)
    await settled(net.sessions[0])
    assert knowledge.asked == []
    hand_clock.turn(2)
    await settled(net.sessions[0])
    assert knowledge.asked == ["active"]
    for _ in range(5):
        hand_clock.turn(121)
        await settled(net.sessions[0])
    assert knowledge.asked == ["active"] * 6
    await life.line.finish(life.frames[0])
    await follow(submission)
    hand_clock.turn(1000)
    await settled(net.sessions[0])
    assert knowledge.asked == ["active"] * 6


async def test_what_ended_in_silence_is_taken(net: Net, life: Life, hand_clock: HandClock) -> None:
    submission, knowledge = await silent(net, life, hand_clock)
    knowledge.say("finished", told(submission.project_id, "completed", "job-1"))
    hand_clock.turn(121)
    assert await follow(submission) == [JobFinished(0, "JOB-1", 5), ProjectCompleted()]
    assert knowledge.asked == ["active", "finished"]


@pytest.mark.parametrize("working", [True, False])
async def test_three_look_ups_that_find_nothing_end_it(
    net: Net, life: Life, hand_clock: HandClock, working: bool
) -> None:
    submission, knowledge = await silent(net, life, hand_clock)
    if not working:
        for lookup in ("active", "finished", "status"):
            knowledge.say(lookup, net.web.error(500))
    for seconds in (121, 31, 31):
        assert not submission.life.over
        hand_clock.turn(seconds)
        await settled(net.sessions[0])
    with pytest.raises(TransportError) as caught:
        await follow(submission)
    assert caught.value.code == "CONNECTION_LOST"
    assert set(caught.value.details["answers"]) == {"active", "finished", "status"}
    assert len(life.frames) == 1
    assert len(net.sessions[0].submissions) == 0


async def test_a_word_between_look_ups_begins_anew(net: Net, life: Life, hand_clock: HandClock) -> None:
    submission, _ = await silent(net, life, hand_clock)
    for _ in range(6):
        for seconds in (121, 31):
            hand_clock.turn(seconds)
            await settled(net.sessions[0])
        heard = submission.life.mentions
        await life.line.say("jobState", {"type": "assigned", "jobID": submission.project_id})
        while submission.life.mentions == heard:
            await asyncio.sleep(0)
    await life.line.finish(life.frames[0])
    await follow(submission)


async def test_silence_is_not_asked_about_without_a_connection(net: Net, life: Life, hand_clock: HandClock) -> None:
    gate = asyncio.Event()

    async def late(line: Line) -> None:
        await gate.wait()
        await line.greet(activeProjects=[{"id": life.frames[0]["jobID"], "status": "active"}])
        await line.finish(life.frames[0])

    net.wire.scripts = [life.swallow, late]
    submission = submit(net.session(clock=hand_clock))
    knowledge = Knowledge(net, submission.project_id)
    await submission.send(nothing)
    while len(net.wire.lines) < 2:
        await asyncio.sleep(0)
    hand_clock.turn(121)
    await settled(net.sessions[0])
    assert knowledge.asked == []
    gate.set()
    await follow(submission)


async def overtaken(net: Net, life: Life, clock: HandClock) -> tuple[Any, Knowledge]:
    submission, knowledge = await silent(net, life, clock, 2)
    name = submission.project_id
    await life.line.say("jobResult", {"jobID": name, "imgID": "A", "jobIndex": 0, "lastSeed": "1"})
    await life.line.say("jobState", {"jobID": name, "type": "jobCompleted"})
    while not submission.state.overtaken:
        await asyncio.sleep(0)
    return submission, knowledge


async def test_results_that_the_end_overtook_are_asked_for(net: Net, life: Life, hand_clock: HandClock) -> None:
    submission, knowledge = await overtaken(net, life, hand_clock)
    name = submission.project_id
    knowledge.say("finished", net.web.error(404), told(name, "completed", "a"), told(name, "completed", "a", "b"))
    knowledge.say("active", told(name, "active"))
    for seconds in (6, 31, 31):
        hand_clock.turn(seconds)
        await settled(net.sessions[0])
    assert [event.job_id for event in await follow(submission) if isinstance(event, JobFinished)] == ["A", "B"]


async def test_results_that_come_late_need_no_question(net: Net, life: Life, hand_clock: HandClock) -> None:
    submission, knowledge = await overtaken(net, life, hand_clock)
    hand_clock.turn(4)
    await life.line.say("jobResult", {"jobID": submission.project_id, "imgID": "B", "lastSeed": "1"})
    assert isinstance((await follow(submission))[-1], ProjectCompleted)
    hand_clock.turn(100)
    assert knowledge.asked == []


async def test_results_that_the_end_overtook_and_nobody_has_are_failed(
    net: Net, life: Life, hand_clock: HandClock
) -> None:
    submission, knowledge = await overtaken(net, life, hand_clock)
    knowledge.say("finished", told(submission.project_id, "completed", "a"))
    for seconds in (6, 31, 31):
        hand_clock.turn(seconds)
        await settled(net.sessions[0])
    finished, failed, completed = await follow(submission)
    assert isinstance(finished, JobFinished)
    assert (finished.job_id, type(failed), type(completed)) == ("A", JobFailed, ProjectCompleted)


# projects that nobody here waits for


async def test_foreign_projects_of_a_greeting_are_handed_on(net: Net, life: Life) -> None:
    mine: list[str] = []

    async def crowded(line: Line) -> None:
        await line.greet(
            activeProjects=[{"id": mine[0], "status": "active"}, {"id": "run", "status": "queued"}, "odd", {"id": 5}],
            unclaimedCompletedProjects=[told("done", "completed", "J"), {"id": "chat", "jobType": "llm"}],
        )
        await line.finish(life.frames[0])

    found: list[Any] = []
    net.wire.scripts = [life.swallow, crowded]
    submission = submit(net.session(found=found.append))
    mine.append(submission.project_id.lower())
    await submission.send(nothing)
    await follow(submission)
    assert [one["id"] for one in found] == ["run", "done"]
    assert found[1]["completedWorkerJobs"][0]["imgID"] == "J"


async def test_a_journal_that_cannot_be_written_does_not_cost_the_connection(
    net: Net, life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    def full(project: Any) -> None:
        raise ConfigError("INVALID_STATE", "The disk is full.")

    async def crowded(line: Line) -> None:
        await line.greet(activeProjects=[{"id": "run", "status": "queued"}])
        await line.finish(await life.hear(line))

    net.wire.scripts = [crowded]
    submission = submit(net.session(found=full))
    await submission.send(nothing)
    await follow(submission)
    assert "RUN" in caplog.text


# projects of a process that died


async def test_what_has_ended_is_collected_without_a_connection(net: Net, life: Life, tmp_path: Path) -> None:
    net.wire.scripts = [life.quiet]
    submission = attach(net.session())
    knowledge = Knowledge(net, submission.project_id)
    knowledge.say("finished", told(submission.project_id, "completed", "job-1"))
    recovery = await submission.recover()
    assert (recovery.state, recovery.answers, recovery.error) == ("ended", {"finished": "completed"}, None)
    assert await follow(submission) == [JobFinished(0, "JOB-1", 5), ProjectCompleted()]
    net.web.on("/store/JOB-1", net.web.answer(body=net.web.picture()))
    assert (await submission.collect(0, tmp_path / "a.png")).width == 8
    assert net.wire.lines == []
    assert net.app_ids == []


async def test_what_was_cancelled_or_failed_meanwhile_has_ended_too(net: Net) -> None:
    submission = attach(net.session())
    Knowledge(net, submission.project_id).say("finished", told(submission.project_id, "cancelled"))
    assert (await submission.recover()).state == "ended"
    assert submission.canceled
    assert [type(event) for event in await follow(submission)] == [ProjectFailed]


async def test_what_the_journal_knows_to_have_ended_needs_no_question(net: Net) -> None:
    name = ids.make()
    submission = net.session().attach(
        project(), name.lower(), comfy=True, resend=True, known=told(name, "completed", "job-1")
    )
    assert (await submission.recover()).state == "ended"
    assert await follow(submission) == [JobFinished(0, "JOB-1", 5), ProjectCompleted()]
    assert net.web.asked == []
    assert net.wire.lines == []
    assert len(net.sessions[0].submissions) == 0


async def test_what_still_runs_is_followed(net: Net, life: Life) -> None:
    names: list[str] = []

    async def knows(line: Line) -> None:
        life.greets(line)
        await line.greet(activeProjects=[{"id": names[0].lower(), "status": "active"}])

    net.wire.scripts = [knows]
    submission = attach(net.session(), 2)
    names.append(submission.project_id)
    Knowledge(net, submission.project_id)
    recovery = await submission.recover()
    assert recovery.state == "running"
    assert recovery.answers == {"finished": "unknown", "greeting": "known"}
    await submission.send(lambda: pytest.fail("nothing may be sent"))
    await life.line.finish({"jobID": names[0], "numberOfImages": 2})
    assert isinstance((await follow(submission))[-1], ProjectCompleted)


async def test_what_ended_unseen_is_in_the_greeting(net: Net) -> None:
    names: list[str] = []

    async def knows(line: Line) -> None:
        await line.greet(unclaimedCompletedProjects=[told(names[0], "completed", "job-1")])

    net.wire.scripts = [knows]
    submission = attach(net.session())
    names.append(submission.project_id)
    Knowledge(net, submission.project_id)
    assert (await submission.recover()).state == "ended"
    assert isinstance((await follow(submission))[-1], ProjectCompleted)


async def test_what_an_earlier_greeting_handed_out_is_remembered(net: Net, life: Life) -> None:
    name = ids.make()

    async def knows(line: Line) -> None:
        await line.greet(unclaimedCompletedProjects=[told(name.lower(), "completed", "job-1")])
        await line.finish(await life.hear(line))

    found: list[Any] = []
    net.wire.scripts = [knows]
    session = net.session(found=found.append)
    other = submit(session)
    await other.send(nothing)
    await follow(other)
    submission = session.attach(project(), name, comfy=True, resend=True)
    assert (await submission.recover()).state == "ended"
    assert await follow(submission) == [JobFinished(0, "JOB-1", 5), ProjectCompleted()]
    assert len(found) == 1


@pytest.mark.parametrize("lookup", ["sync", "active", "status"])
async def test_what_one_look_up_knows_is_followed(net: Net, life: Life, lookup: str) -> None:
    net.wire.scripts = [life.quiet]
    submission = attach(net.session())
    Knowledge(net, submission.project_id).say(lookup, told(submission.project_id, "active"))
    recovery = await submission.recover()
    assert recovery.state == "running"
    assert recovery.answers["greeting"] == "unknown"
    await life.line.finish({"jobID": submission.project_id, "numberOfImages": 1})
    await follow(submission)
    assert life.frames == []


async def test_what_never_arrived_may_be_sent_once(net: Net, life: Life) -> None:
    net.wire.scripts = [life.honest]
    submission = attach(net.session())
    Knowledge(net, submission.project_id)
    recovery = await submission.recover()
    assert recovery.state == "never-arrived"
    assert list(recovery.answers) == ["finished", "greeting", "sync", "active", "status"]
    assert set(recovery.answers.values()) == {"unknown"}
    assert life.frames == []
    noted: list[int] = []
    await submission.upload()
    await submission.send(lambda: noted.append(1))
    await submission.send(lambda: noted.append(2))
    assert isinstance((await follow(submission))[-1], ProjectCompleted)
    assert [frame["jobID"] for frame in life.frames] == [submission.project_id]
    assert noted == [1]


async def test_what_never_arrived_and_is_lost_again_is_lost(net: Net, life: Life) -> None:
    net.wire.scripts = [life.swallow, life.quiet]
    submission = attach(net.session())
    Knowledge(net, submission.project_id)
    assert (await submission.recover()).state == "never-arrived"
    await submission.send(nothing)
    with pytest.raises(TransportError) as caught:
        await follow(submission)
    assert caught.value.details["resent"] is True
    assert len(life.frames) == 1


async def test_what_turns_up_before_it_is_sent_is_not_sent(net: Net, life: Life) -> None:
    net.wire.scripts = [life.quiet]
    submission = attach(net.session())
    Knowledge(net, submission.project_id)
    assert (await submission.recover()).state == "never-arrived"
    await life.line.say("jobState", {"type": "queued", "jobID": submission.project_id})
    while not submission.life.mentions:
        await asyncio.sleep(0)
    await submission.send(lambda: pytest.fail("nothing may be sent"))
    await life.line.finish({"jobID": submission.project_id, "numberOfImages": 1})
    await follow(submission)
    assert life.frames == []


async def lost(net: Net, submission: Submission, life: Life) -> TransportError:
    net.wire.scripts = [life.quiet]
    recovery = await submission.recover()
    assert recovery.state == "lost"
    with pytest.raises(TransportError) as caught:
        await follow(submission)
    assert recovery.error is not None
    assert caught.value.code == recovery.error.code == "CONNECTION_LOST"
    assert caught.value.details["projectId"] == submission.project_id
    assert "not sent again" in caught.value.message
    await submission.send(lambda: pytest.fail("nothing may be sent"))
    assert life.frames == []
    assert len(net.sessions[0].submissions) == 0
    return caught.value


async def test_what_may_not_be_sent_again_is_lost(net: Net, life: Life) -> None:
    submission = attach(net.session(), resend=False)
    Knowledge(net, submission.project_id)
    await lost(net, submission, life)


@pytest.mark.parametrize("lookup", LOOKUPS)
async def test_what_could_not_be_asked_for_is_lost(net: Net, life: Life, lookup: str) -> None:
    submission = attach(net.session())
    Knowledge(net, submission.project_id).say(lookup, net.web.error(500))
    error = await lost(net, submission, life)
    assert error.details["answers"][lookup] == "failed: SERVICE_ERROR"


async def test_what_was_known_to_run_and_is_forgotten_is_lost(net: Net, life: Life) -> None:
    name = ids.make()
    submission = net.session().attach(project(), name, comfy=True, resend=True, known=told(name, "active"))
    Knowledge(net, name)
    assert "had accepted this project" in (await lost(net, submission, life)).message


async def test_nothing_of_another_process_is_sent_without_proof(net: Net, life: Life) -> None:
    net.wire.scripts = [life.quiet]
    submission = attach(net.session())
    await submission.send(lambda: pytest.fail("nothing may be sent"))
    assert life.frames == []


async def test_a_recovery_that_finds_no_connection_can_be_tried_again(net: Net, life: Life) -> None:
    net.wire.refusals = [(502, {})] * 3
    net.wire.scripts = [life.honest]
    submission = attach(net.session())
    Knowledge(net, submission.project_id)
    with pytest.raises(TransportError) as caught:
        await submission.recover()
    assert caught.value.code == "CONNECTION_ERROR"
    assert (await submission.recover()).state == "never-arrived"
    await submission.send(nothing)
    await follow(submission)


async def test_one_project_has_one_submission(net: Net, life: Life) -> None:
    net.wire.scripts = [life.honest]
    session = net.session()
    submission = attach(session)
    again: list[Callable[[], Any]] = [
        lambda: session.attach(project(), submission.project_id.lower(), comfy=True, resend=True),
        lambda: session.submission(project(), submission.project_id, comfy=True),
    ]
    for call in again:
        with pytest.raises(InternalError):
            call()
    other = submit(session)
    await other.send(nothing)
    await follow(other)
    with pytest.raises(InternalError):
        session.submission(project(), other.project_id, comfy=True)


async def test_a_project_taken_up_that_is_dropped_is_searched_for_again(net: Net, life: Life) -> None:
    names: list[str] = []

    async def knows(line: Line) -> None:
        await line.greet(activeProjects=[{"id": names[0], "status": "active"}])
        while not submission.life.mentions:
            await asyncio.sleep(0)
        line.drop()

    net.wire.scripts = [knows, life.quiet]
    submission = attach(net.session())
    names.append(submission.project_id)
    knowledge = Knowledge(net, names[0])
    assert (await submission.recover()).state == "running"
    knowledge.say("finished", told(names[0], "completed", "job-1"))
    assert isinstance((await follow(submission))[-1], ProjectCompleted)
    assert life.frames == []


async def test_error_details_are_json(net: Net, life: Life) -> None:
    submission = attach(net.session(), resend=False)
    Knowledge(net, submission.project_id)
    json.dumps((await lost(net, submission, life)).details)
