"""Whatever the order, the doubling and the company of frames: a project comes to the same end."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogni_core._protocol import frames
from sogni_core._protocol.events import (
    CancelConfirmed,
    Event,
    JobFailed,
    JobFinished,
    JobProgress,
    ProjectCompleted,
    ProjectFailed,
)
from sogni_core._protocol.frames import Frame
from sogni_core._protocol.state import ProjectState

P = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
FOREIGN = "FFFFFFFF-AD9B-4325-88A3-A7DC859AF249"

Message = tuple[str, dict[str, Any]]
KINDS = st.sampled_from(["finished", "withheld", "labelled", "failed", "retried", "retried and failed"])


@dataclass
class Story:
    """What a service says about a project, message by message, and how it ends in truth."""

    count: int
    messages: list[Message] = field(default_factory=list)
    finished: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)
    failed: int = 0
    listed: list[dict[str, Any]] = field(default_factory=list)

    def say(self, message: str, /, **payload: object) -> None:
        self.messages.append((message, {"jobID": P, **payload}))

    def render(self, job: str, index: int) -> None:
        self.say("jobState", type="initiatingModel", imgID=job, jobIndex=index, workerName="w")
        self.say("jobState", type="jobStarted", imgID=job, jobIndex=index, workerName="w")
        for step in (1, 2):
            self.say("jobProgress", imgID=job, step=step, stepCount=2, etaSeconds=2 - step)

    def end(self, job: str, index: int, kind: str) -> None:
        if kind.endswith("failed"):
            self.say("jobError", imgID=job, error="genfailure", error_message="", isFromWorker=True)
            self.failed += 1
            self.list(job, "jobError")
            return
        withheld = kind == "withheld"
        flags = {"triggeredNSFWFilter": withheld} | ({"nsfwDetected": True} if kind == "labelled" else {})
        self.say("jobResult", imgID=job, lastSeed=str(index), userCanceled=False, **flags)
        self.finished.add(job)
        if withheld:
            self.withheld.add(job)
        self.list(job, "jobCompleted", **flags)

    def list(self, job: str, status: str, **more: object) -> None:
        self.listed.append({"imgID": job, "status": status, "seedUsed": 1, "reason": "genfailure"} | more)

    @property
    def recovered(self) -> dict[str, Any]:
        return {"id": P, "status": "completed" if self.finished else "errored", "completedWorkerJobs": self.listed}


@st.composite
def stories(draw: st.DrawFn) -> Story:
    kinds = draw(st.lists(KINDS, min_size=1, max_size=5))
    story = Story(len(kinds))
    story.say("jobState", type="queued", queuePosition=1, queueStatus="waiting")
    for index, kind in enumerate(kinds):
        job = f"A{index:X}"
        story.render(job, index)
        if kind.startswith("retried"):
            story.say("jobRetry", imgID=job, jobIndex=index, attempt=1, maxAttempts=3, error="workerDisconnected")
            story.list(job, "jobError")
            job = f"B{index:X}"
            story.render(job, index)
        story.end(job, index, kind)
    story.say("jobState", type="jobCompleted")
    return story


def wire(message: Message, *, lower: bool = False) -> str:
    type, payload = message
    if lower:
        payload = payload | {name: payload[name].lower() for name in ("jobID", "imgID") if name in payload}
    return json.dumps({"type": type, "data": base64.b64encode(json.dumps(payload).encode()).decode()})


def run(state: ProjectState, texts: list[str]) -> list[Event]:
    received = [frame for text in texts if (frame := frames.decode(text)) is not None]
    return [event for frame in received for event in state.receive(frame)]


def assert_true_to(story: Story, state: ProjectState) -> None:
    assert state.done
    assert {end.job_id for end in state.finished} == story.finished
    assert {end.job_id for end in state.finished if end.withheld} == story.withheld
    assert len(state.failed) == story.failed
    assert (state.failure is None) is bool(story.finished)
    places = [job.place for job in state.jobs]
    assert places == sorted(set(places))


def assert_well_told(state: ProjectState, events: list[Event]) -> None:
    last = [event for event in events if isinstance(event, ProjectCompleted | ProjectFailed)]
    assert len(last) == state.done
    assert not last or events[-1] == last[0]
    results = [event for event in events if isinstance(event, JobFinished)]
    assert len({event.index for event in results}) == len({event.job_id for event in results}) == len(results)
    assert tuple(sorted(results, key=lambda event: event.index)) == state.finished


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(stories(), st.data())
def test_any_order_any_doubling_any_company_any_case(story: Story, data: st.DataObject) -> None:
    foreign = [(type, payload | {"jobID": FOREIGN}) for type, payload in story.messages]
    doubled = data.draw(st.lists(st.sampled_from(story.messages + foreign), max_size=20))
    order = data.draw(st.permutations(story.messages + foreign[: len(doubled)] + doubled))
    texts = [wire(message, lower=data.draw(st.booleans())) for message in order]
    broken = data.draw(st.lists(st.tuples(st.integers(0, len(texts)), st.integers(0, 60)), max_size=4))
    for place, length in broken:
        texts.insert(place, texts[0][:length])
    state = ProjectState(P, story.count)
    events = run(state, texts)
    assert_true_to(story, state)
    assert_well_told(state, events)


@settings(deadline=None, max_examples=120)
@given(stories(), st.data())
def test_messages_of_each_job_in_order_give_each_output_its_index(story: Story, data: st.DataObject) -> None:
    jobs = sorted({payload["imgID"][1:] for _, payload in story.messages if "imgID" in payload})
    lanes = [[message for message in story.messages if message[1].get("imgID", "-")[1:] == job] for job in jobs]
    order: list[Message] = [story.messages[-1]] if data.draw(st.booleans()) else []
    while lanes:
        lane = data.draw(st.sampled_from(lanes))
        order.append(lane.pop(0))
        lanes = [lane for lane in lanes if lane]
    state = ProjectState(P, story.count)
    events = run(state, [wire(message) for message in order])
    assert_true_to(story, state)
    assert_well_told(state, events)
    assert all(int(end.job_id[1:], 16) == end.index == end.seed for end in state.finished if not end.withheld)
    assert all(int(end.job_id[1:], 16) == end.index for end in state.failed)


@settings(deadline=None, max_examples=120)
@given(stories(), st.data())
def test_a_conversation_cut_anywhere_is_made_whole_by_what_is_recovered(story: Story, data: st.DataObject) -> None:
    heard = data.draw(st.lists(st.sampled_from(story.messages), unique_by=id))
    state = ProjectState(P, story.count)
    events = run(state, [wire(message) for message in story.messages if message in heard])
    if not state.done:
        events += state.adopt(story.recovered)
    assert_true_to(story, state)
    assert_well_told(state, events)


@settings(deadline=None)
@given(stories())
def test_progress_of_one_worker_never_falls(story: Story) -> None:
    state = ProjectState(P, story.count)
    reached: dict[str, float] = {}
    for event in run(state, [wire(message) for message in story.messages]):
        if isinstance(event, JobProgress):
            assert event.fraction >= reached.get(event.job_id, 0.0)
            reached[event.job_id] = event.fraction


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.lists(st.integers())
TYPES = ["jobState", "jobProgress", "jobETA", "jobResult", "jobError", "jobRetry", "artistCancelConfirmation"]
FIELDS = {
    "type": st.sampled_from(["queued", "assigned", "initiatingModel", "jobStarted", "jobCompleted", "jobRetry"])
    | VALUES,
    "imgID": st.sampled_from(["A", "B", "C", "D"]) | VALUES,
    "jobIndex": st.integers(-1, 3) | VALUES,
    "error": st.sampled_from(["genfailure", "sensitiveContent", 1001]) | VALUES,
}
NAMES = ["step", "stepCount", "progress", "etaSeconds", "lastSeed", "resultUrl", "triggeredNSFWFilter", "nsfwDetected"]
NAMES += ["userCanceled", "didCancel", "error_message", "attempt", "preparation", "workerName", "queuePosition"]
PAYLOADS = st.fixed_dictionaries({}, optional=FIELDS | dict.fromkeys(NAMES, VALUES))


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(st.integers(1, 3), st.lists(st.tuples(st.sampled_from(TYPES), PAYLOADS), max_size=30))
def test_nonsense_never_raises_and_is_told_well(count: int, received: list[tuple[str, dict[str, Any]]]) -> None:
    state = ProjectState(P, count)
    events: list[Event] = []
    for type, payload in received:
        events += state.receive(Frame(type, payload | {"jobID": P}))
        assert all(0 <= job.fraction <= 1 for job in state.jobs)
    assert_well_told(state, [event for event in events if not isinstance(event, CancelConfirmed)])
    assert all(event.index < 2 * count for event in events if isinstance(event, JobFinished | JobFailed))
