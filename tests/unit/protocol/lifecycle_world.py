"""A service and processes around the paid life of one project, in virtual time.

The service admits what arrives, without looking whether it has it already: a request that is written once too often is
charged twice, and the world sees it. A request arrives within five seconds after it was written, or never. What the
service answers is true, but up to six seconds old. Frames of a connection are lost with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sogni_core._protocol.events import JobFinished, ProjectFailed
from sogni_core._protocol.frames import Frame
from sogni_core._protocol.lifecycle import inputs, outputs
from sogni_core._protocol.lifecycle.evidence import Answer, Failed, Known, Unknown
from sogni_core._protocol.lifecycle.life import Cleared, Ended, Life, Lost, Patience, attached, prepared
from sogni_core._protocol.lifecycle.machine import step
from sogni_core._protocol.state import ProjectState
from sogni_core.errors import ConfigError, ServiceError, SogniError, TransportError

P: Final = "B14E6B02-AD9B-4325-88A3-A7DC859AF249"
ARRIVAL: Final = 4.9
"""Seconds in which a request arrives, if it does."""
LAG: Final = 6.0
"""Seconds by which an answer may be older than its question."""
HTTP_SECONDS: Final = 30.0

NO_CONNECTION = TransportError("CONNECTION_ERROR", "no connection")
JOURNAL_FULL = ConfigError("INVALID_STATE", "The disk is full.")
LOST_ANSWER = Failed(ServiceError("SERVICE_ERROR", "no answer"))

Status = Literal["absent", "active", "completed", "cancelled"]


class Broken(AssertionError):
    """A rule of the paid life was broken."""


def require(holds: object, rule: str) -> None:
    if not holds:
        raise Broken(rule)


@dataclass
class Service:
    """What the network knows, and when it came to know it."""

    count: int
    admitted: int = 0
    outputs: int = 0
    """Rendered, so paid for."""
    history: list[tuple[float, Status]] = field(default_factory=lambda: [(-1e9, "absent")])

    @property
    def status(self) -> Status:
        return self.history[-1][1]

    def become(self, status: Status, now: float) -> None:
        self.history.append((now, status))

    def record(self, status: Status) -> dict[str, Any]:
        jobs = [{"imgID": f"JOB{n}", "jobIndex": n, "status": "jobCompleted"} for n in range(self.outputs)]
        if status == "completed":
            return {"id": P, "status": status, "imageCount": self.count, "completedWorkerJobs": jobs}
        return {"id": P, "status": status, "imageCount": self.count, "workerJobs": jobs}

    def answer(self, question: Any, at: float) -> Answer:
        status = next(status for moment, status in reversed(self.history) if moment <= at)
        ended = status in {"completed", "cancelled"}
        if status == "absent" or (question == "finished" and not ended) or (question == "active" and ended):
            return Unknown(question, P)
        return Known({"id": P}) if question == "active" else Known(self.record(status))


@dataclass
class Journal:
    """What outlives a process."""

    writes: int = 0
    ended: bool = False
    saved: set[int] = field(default_factory=set)
    """Outputs that are on disk."""
    named: bool = False
    """Whether the user was told of the project, in an error or as the answer to a cancel."""


class Process:
    """Does what a life asks for, as the submission does, but only when the world lets it."""

    def __init__(self, world: World) -> None:
        self.world = world
        journal, patience = world.journal, Patience()
        self.life: Life = (
            attached(P, world.count, patience, now=world.now, writes=journal.writes)
            if journal.writes
            else prepared(P, world.count, patience)
        )
        self.state = ProjectState(P, world.count)
        self.before_refusal: ProjectState | None = None
        self.todo: outputs.Lasting | None = None
        self.since = 0.0
        self.rings: float | None = None
        self.cancelling = False
        self.raised: SogniError | None = None
        if world.up:
            self.feed(inputs.Greeted(world.number, named=False))
        self.feed(inputs.RecoverAsked() if journal.writes else inputs.SendAsked())

    def feed(self, given: inputs.Input) -> None:
        if self.world.killed:
            return  # it is dead
        self.life, todo = step(self.life, given, self.world.now)
        for output in todo:
            self.do(output)

    def do(self, output: outputs.Output) -> None:
        world, journal = self.world, self.world.journal
        match output:
            case outputs.Write():
                world.write(self, output)
            case outputs.Connect() | outputs.AwaitEnd() | outputs.Pause() | outputs.Ask():
                self.todo, self.since = output, world.now
            case outputs.Wait(seconds):
                self.rings = world.now + seconds
            case outputs.Adopt(project):
                self.hear(self.state.adopt(project))
            case outputs.TellRefusal():
                require(world.service.status == "absent", "A request was called refused, and was taken.")
                self.state = self.before_refusal or self.state
                journal.ended = True
            case outputs.TellCancel(state):
                world.check_cancel(state)
                journal.named, self.cancelling = True, False
            case outputs.Fail(error):
                require(error.details["projectId"] == P, "An error does not name its project.")
                journal.named = True
            case outputs.Raise(error):
                require(self.life.sent or not world.service.admitted, "An error says that nothing was sent.")
                self.raised = error
            case outputs.ConnectToCancel():
                self.cancelling = True
            case outputs.SendCancel():
                world.cancels.append(world.number)
            case outputs.TellRecovery() | outputs.TellEnd():
                pass

    def hear(self, events: list[Any]) -> None:
        self.world.journal.saved |= {event.index for event in events if isinstance(event, JobFinished)}
        state = self.state
        canceled = state.failure is not None and state.failure.canceled
        if state.done and not canceled:
            self.world.journal.ended = True
        self.feed(
            inputs.Heard(self.world.number, state.seen, overtaken=state.overtaken, done=state.done, canceled=canceled)
        )

    def receive(self, frame: Frame) -> None:
        if isinstance(self.life.phase, Ended | Lost):
            return  # not registered any more
        if frame.type == "artistCancelConfirmation":
            self.feed(inputs.CancelAnswered(frame.payload["didCancel"]))
        before = self.state
        events = before.receive(frame)
        last = events[-1] if events else None
        if not (isinstance(last, ProjectFailed) and not last.admitted):
            self.hear(events)
            return
        self.feed(inputs.Refused(self.world.number, last))
        if not isinstance(self.life.phase, Ended):
            self.before_refusal, self.state = before, ProjectState(P, self.world.count)


class World:
    """One project from its first sending to its last output, whatever happens between."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.now = 0.0
        self.service = Service(count)
        self.journal = Journal()
        self.number, self.up, self.stopping = 0, False, False
        self.flying: list[float] = []
        """When each request that is under way was written."""
        self.frames: list[Frame] = []
        self.cancels: list[int] = []
        """Cancel requests under way, by their connection."""
        self.given: list[inputs.Input] = []
        """Answers that were given, to be given again."""
        self.fault: Literal["none", "journal", "socket", "killed"] = "none"
        self.killed = False
        self.forgotten = False
        """Whether the service lost what it had accepted."""
        self.wire = 0
        """Requests that were written."""
        self.process = Process(self)

    # the wire

    def write(self, process: Process, write: outputs.Write) -> None:
        fault, self.fault = self.fault, "none"
        if fault == "journal":
            process.feed(inputs.CannotWrite(write.ticket, JOURNAL_FULL))
        elif fault == "socket" or not self.up:
            process.feed(inputs.NotWritten(write.ticket))
        else:
            self.journal.writes += 1
            if fault == "killed":
                self.killed = True
                return
            self.wire += 1
            require(self.wire <= 2 and self.journal.writes <= 2, "A request was written more than twice.")
            require(not self.service.admitted, "A request was written again, and the first one had arrived.")
            require(not self.flying, "A request was written again while the first one was under way.")
            require((write.proof is None) is (self.journal.writes == 1), "A request was written again without a proof.")
            self.flying.append(self.now)
            process.feed(inputs.Written(self.number))

    def arrive(self) -> None:
        """Let a request arrive; a stopping server does not take it."""
        self.flying.pop(0)
        if self.stopping:
            if self.up:
                self.frames.append(Frame("jobError", {"jobID": P, "error": 1001}))
            return
        self.service.admitted += 1
        require(self.service.admitted == 1, "A request was charged twice.")
        self.service.become("active", self.now)
        self.say("jobState", type="queued", queuePosition=1)

    def say(self, kind: str, **payload: Any) -> None:
        if self.up:
            self.frames.append(Frame(kind, {"jobID": P, **payload}))

    def render(self) -> None:
        if self.service.status == "active" and self.service.outputs < self.count:
            self.say("jobResult", imgID=f"JOB{self.service.outputs}", jobIndex=self.service.outputs, lastSeed="1")
            self.service.outputs += 1

    def complete(self) -> None:
        if self.service.status == "active" and self.service.outputs == self.count:
            self.service.become("completed", self.now)
            self.say("jobState", type="jobCompleted")

    def forget(self) -> None:
        self.forgotten = True
        self.service.history = [(-1e9, "absent")]

    def cancel_arrives(self, *, granted: bool) -> None:
        self.cancels.pop(0)
        running = self.service.status == "active"
        if self.service.status == "completed":
            return  # protocol: "did not cancel" means that it still runs
        if running and granted:
            self.service.become("cancelled", self.now)
        self.say("artistCancelConfirmation", didCancel=running and granted)

    # the connection

    def connect(self, *, greets: bool) -> None:
        if self.up:
            return
        self.number, self.up, self.stopping = self.number + 1, True, False
        named = greets and self.service.status != "absent"
        self.process.feed(inputs.Greeted(self.number, named))
        if named:
            self.process.hear(self.process.state.adopt(self.service.record(self.service.status)))

    def drop(self) -> None:
        self.up, self.frames, self.cancels = False, [], []

    # the process

    def answer(self, given: inputs.Input) -> None:
        self.process.todo = None
        self.given.append(given)
        self.process.feed(given)

    def let(self, *, lost: bool = False, lag: float = 0.0) -> None:
        """Let what the process waits for happen, if it can happen now."""
        process = self.process
        match process.todo:
            case outputs.Connect(ticket, after):
                if lost and not self.up:
                    self.answer(inputs.CannotWrite(ticket, NO_CONNECTION))
                elif self.up and self.number > after:
                    self.answer(inputs.Ready(ticket, self.number))
            case outputs.AwaitEnd(ticket, number, seconds):
                if not self.up or self.number != number:
                    self.answer(inputs.ConnectionEnded(ticket))
                elif self.now >= process.since + seconds:
                    self.answer(inputs.ConnectionStays(ticket))
            case outputs.Pause(ticket, seconds):
                if self.now >= process.since + seconds:
                    self.answer(inputs.Waited(ticket))
            case outputs.Ask(ticket, question):
                said = LOST_ANSWER if lost else self.service.answer(question, process.since - lag)
                self.answer(inputs.Answered(ticket, said))
        if process.cancelling and self.up:
            process.cancelling = False
            process.feed(inputs.CancelReady(self.number))

    def pass_time(self, seconds: float) -> None:
        """Let time pass; what has to happen meanwhile happens."""
        end = self.now + seconds
        while True:
            process = self.process
            due = [moment + ARRIVAL for moment in self.flying]
            if process.rings is not None and not process.life.over:
                due.append(process.rings)
            match process.todo:
                case outputs.Pause(_, pause) | outputs.AwaitEnd(_, _, pause):
                    due.append(process.since + pause)
                case outputs.Ask():
                    due.append(process.since + HTTP_SECONDS)
                case _:
                    pass
            if not due or min(due) > end:
                break
            self.now = max(self.now, min(due))
            self._happen()
        self.now = end

    def _happen(self) -> None:
        process = self.process
        if self.flying and self.flying[0] + ARRIVAL <= self.now:
            self.arrive()
        elif process.rings is not None and process.rings <= self.now and not process.life.over:
            process.rings = None
            process.feed(inputs.Silent(self.up))
        else:
            self.let(lost=isinstance(process.todo, outputs.Ask))

    def restart(self) -> None:
        """Let another process take over with what the journal knows."""
        self.killed = False
        self.drop()
        self.given = []
        self.process = Process(self)

    def check_cancel(self, state: str) -> None:
        status = self.service.status
        gone = status == "absent" and not self.flying
        rendered = self.service.outputs == self.count
        honest = {
            "cancelled": status == "cancelled" or gone,
            "running": status in {"active", "completed"},
            "ended": status in {"completed", "cancelled"} or gone or rendered,
            "unknown": True,
        }
        require(honest[state] or self.forgotten, f"A cancel was answered {state!r}, and the project is {status}.")

    # the end

    def settle(self) -> None:
        """Let everything happen that is under way, on a network without faults, until nothing is waited for."""
        for _ in range(600):
            process = self.process
            if self.killed:
                self.restart()
            elif isinstance(process.life.phase, Cleared) or (process.raised is not None and self.journal.writes):
                process.raised = None
                cleared = isinstance(process.life.phase, Cleared)
                process.feed(inputs.SendAsked() if cleared else inputs.RecoverAsked())
            elif process.life.cancel.waiting and process.life.over:
                process.feed(inputs.CancelTimeUp())
            elif process.life.over or process.raised is not None:
                return
            elif not self.up and not isinstance(process.todo, outputs.AwaitEnd):
                self.connect(greets=True)
            elif self.flying:
                self.arrive()
            elif self.frames:
                process.receive(self.frames.pop(0))
            elif self.service.status == "active":
                self.render()
                self.complete()
            else:
                ticket = process.life.ticket
                self.let()
                if process.life.ticket == ticket and process is self.process:
                    self.pass_time(5.0)
        raise Broken("Something is waited for without an end.")

    def finish(self) -> None:
        """See that every output that is paid for is on disk or named, and that resuming collects it."""
        canceled = any(status == "cancelled" for _, status in self.service.history) or self.process.life.canceled
        self.settle()
        for _ in range(3):
            there = self.journal.saved >= set(range(self.service.outputs))
            require(there or self.journal.named, "An output that is paid for was neither collected nor named.")
            if self.journal.ended or canceled or self.forgotten or not self.journal.writes:
                break
            self.restart()
            self.settle()
        there = self.journal.saved >= set(range(self.service.outputs))
        require(there or canceled or self.forgotten, "Resuming did not collect what is paid for.")
