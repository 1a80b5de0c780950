"""Whatever happens on the wire and to the look-ups, a request leaves twice at most, and twice only with proof."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from sogni_core._network.account import Account
from sogni_core._network.session import Session
from sogni_core._network.timings import Timings
from sogni_core._protocol import ids
from sogni_core._transport.http import Http
from sogni_core.errors import SogniError
from sogni_core.plugin import Endpoint
from sogni_core.project import ImageProject
from sogni_core.settings.credentials import Credentials
from tests.media import medium_of

from .servers import Asked, Line, Web, Wire, at_once

SYNC, ACTIVE = "/api/v1/artist/projects/sync", "/api/v1/artist/projects/active"
QUESTIONS = {SYNC: "sync", ACTIVE: "active", "/v1/": "finished", "/v2/": "status"}

LIVES = st.sampled_from([
    "slam",  # dropped before the greeting
    "greet and drop",  # before anything is heard
    "swallow",  # a request is heard, and the line drops
    "swallow and close",  # with a code
    "take and drop",  # the request is acknowledged first
    "turn away",  # 1001, and the line closes
    "turn away and stay",  # 1001 twice, and the line drops later
    "list and drop",  # what was heard is in the greeting
    "render",
])
ANSWERS = st.sampled_from(["unknown", "unknown", "unknown", "running", "completed", "500", "page", "cut", "garbage"])


@dataclass
class Story:
    """A service that lives through one example and writes down what it said, in order."""

    web: Web
    wire: Wire
    name: str
    lives: list[str]
    answers: dict[str, list[str]]
    log: list[tuple[str, str]] = field(default_factory=list)
    frames: list[Any] = field(default_factory=list)
    busy: set[asyncio.Task[None]] = field(default_factory=set)
    line: Line | None = None

    def next_answer(self, question: str) -> str:
        turns = self.answers[question]
        said = turns.pop(0) if turns else "unknown"
        self.log.append((question, said))
        return said

    def listing(self, path: str) -> Any:
        said = self.next_answer(QUESTIONS[path])
        if said == "500":
            return self.web.error(500)
        if said == "page":
            return self.web.answer(404, b"<html>no</html>", {"content-type": "text/html"})
        if said in {"cut", "garbage"}:
            return self.web.answer(200, b"{")
        known = [self.project(said)] if said != "unknown" else []
        if path == ACTIVE:
            return self.web.bare({"projects": known})
        return self.web.bare({"activeProjects": known, "unclaimedCompletedProjects": []})

    def single(self, asked: Asked) -> Any:
        said = self.next_answer(QUESTIONS[asked.path[:4]])
        if said == "unknown":
            return self.web.error(404, "Project not found")
        if said in {"running", "completed"}:
            return self.web.ok({"project": self.project(said)})
        answers = {"500": self.web.error(500), "page": self.web.answer(404, b"<html>"), "cut": self.web.answer(raw=b"")}
        return answers.get(said) or self.web.answer(200, b"nothing that anybody reads")

    def project(self, said: str) -> dict[str, Any]:
        jobs = [{"imgID": "A", "status": "jobCompleted"}] if said == "completed" else []
        if said == "running":
            self.run(self.finish())
        return {"id": self.name, "status": said, "completedWorkerJobs": jobs}

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self.busy.add(task)
        task.add_done_callback(self.busy.discard)

    async def finish(self) -> None:
        from websockets.exceptions import ConnectionClosed

        if self.line is None:
            return
        try:
            await self.line.finish({"jobID": self.name, "numberOfImages": 1})
        except ConnectionClosed:
            return  # the next connection's greeting leaves it out, and it is asked for again

    async def hear(self, line: Line) -> Any:
        request = await line.hear("jobRequest")
        assert request["jobID"] == self.name
        self.log.append(("frame", ""))
        self.frames.append(request)
        return request

    async def live(self, line: Line) -> None:
        self.line = line
        life = self.lives.pop(0) if self.lives else "render"
        self.log.append(("line", life))
        if life == "slam":
            line.drop()
            return
        listed = [{"id": self.name, "status": "active"}] if life == "list and drop" and self.frames else []
        if listed:
            self.log.append(("listed", ""))
        await line.greet(activeProjects=listed)
        if life in {"greet and drop", "list and drop"}:
            line.drop()
            return
        while True:
            request = await self.hear(line)
            if life == "take and drop":
                await line.say("jobState", {"type": "queued", "jobID": self.name})
                self.log.append(("taken", ""))
            elif life.startswith("turn away"):
                self.log.append(("turned away", ""))
                for _ in range(2 if life.endswith("stay") else 1):
                    await line.say("jobError", {"jobID": self.name, "error": 1001})
            elif life == "render":
                await line.finish(request)
                continue
            if life in {"swallow and close", "turn away"}:
                await line.close(1001)
            else:
                line.drop()
            return

    def check(self, *, attached: bool) -> None:
        """See that no frame but the first left without proof."""
        places = [place for place, entry in enumerate(self.log) if entry[0] == "frame"]
        starts = [-1, *places] if attached else places
        assert len(starts) <= 2, self.log
        if len(starts) == 2:
            between = self.log[starts[0] + 1 : starts[1]]
            assert self.proved(between), self.log
        for frame in self.frames[1:]:
            assert frame == self.frames[0]

    @staticmethod
    def proved(between: list[tuple[str, str]]) -> bool:
        kinds = [kind for kind, _ in between]
        if "taken" in kinds or "listed" in kinds:
            return False
        if "turned away" in kinds:
            return True
        if any(said in {"running", "completed"} for question, said in between if question in QUESTIONS.values()):
            return False
        last = {question: said for question, said in between if question in QUESTIONS.values()}
        return "line" in kinds and last == dict.fromkeys(QUESTIONS.values(), "unknown")


class HurriedClock:
    """A clock on which two minutes of silence pass in two seconds."""

    pace = 60

    def time(self) -> float:
        return asyncio.get_running_loop().time() * self.pace

    def call_later(self, delay: float, callback: Callable[[], object], /) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(delay / self.pace, callback)

    async def pause(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds / self.pace)


async def lived(
    make: Callable[[], tuple[Any, Any]], lives: list[str], answers: dict[str, list[str]], resume: bool
) -> Story:
    web, wire = make()
    await web.start()
    await wire.start()
    http = Http(loopback=True, pause=at_once)
    story = Story(web, wire, ids.make(), lives, answers)
    wire.scripts = [story.live]
    for version in (1, 2):
        web.on(f"/v{version}/projects/{story.name}", story.single)
    for path in (SYNC, ACTIVE):
        wire.on(path, lambda path=path: story.listing(path))

    # A service that says of a project that it runs, and then nothing more, is asked again after two minutes.
    clock = HurriedClock()
    with TemporaryDirectory() as folder:
        endpoint = Endpoint("test", web.url, wire.url)
        account = Account(endpoint, Credentials("", "", "key-1"), Path(folder), http)
        session = Session(
            endpoint,
            account=account,
            http=http,
            medium_of=medium_of,
            app_id=lambda name: "app-1",
            rng=random.Random(1),
            pause=at_once,
            clock=clock,
            timings=Timings(restart=5.0),
        )
        project = ImageProject(model="m", prompt="p")
        try:
            async with asyncio.timeout(60):
                await use(session, project, story, resume=resume)
        finally:
            await session.close()
            await http.close()
            for task in story.busy:
                task.cancel()
            await wire.stop()
            await web.stop()
    return story


async def use(session: Session, project: ImageProject, story: Story, *, resume: bool) -> None:
    """Do with a project what the engine does; any registered error is an end."""
    try:
        if resume:
            submission = session.attach(project, story.name, comfy=True, resend=True)
            recovery = await submission.recover()
            event(f"recovered: {recovery.state}")
        else:
            submission = session.submission(project, story.name, comfy=True)
        await submission.send(lambda: story.log.append(("noted", "")))
        async for _ in submission.events():
            pass
        event("came to its end")
    except SogniError as error:
        event(f"error: {error.code}")
        json.dumps(error.details)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lives=st.lists(LIVES, max_size=5),
    answers=st.fixed_dictionaries({name: st.lists(ANSWERS, max_size=6) for name in QUESTIONS.values()}),
    resume=st.booleans(),
)
# Said to run by one look-up, and never spoken of again.
@example(
    ["swallow", "greet and drop", "greet and drop", "swallow"],
    {"finished": ["running", "page"], "status": [], "active": [], "sync": []},
    False,
)
# Named by one connection while it is to be sent again, and by no later one.
@example(
    ["turn away", "list and drop", "swallow", "swallow"],
    {"finished": [], "status": [], "active": [], "sync": []},
    False,
)
def test_a_request_leaves_twice_at_most_and_twice_only_with_proof(
    servers: Callable[[], tuple[Any, Any]],
    lives: list[str],
    answers: dict[str, list[str]],
    resume: bool,
) -> None:
    story = asyncio.run(lived(servers, list(lives), answers, resume))
    story.check(attached=resume)
    event(f"frames: {len(story.frames)}")
