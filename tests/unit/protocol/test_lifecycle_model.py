"""Whatever is lost, late, repeated or killed: nothing is bought twice, and nothing that is bought is lost."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sogni_core._protocol.lifecycle import inputs, outputs
from sogni_core._protocol.lifecycle.evidence import QUESTIONS

from .lifecycle_world import NO_CONNECTION, World, require

LAGS = st.sampled_from([0.0, 6.0])
FAILING = st.sampled_from([
    frozenset[str](),
    *map(frozenset[str], [{"status"}, {"sync", "active", "status"}, QUESTIONS]),
])
SELDOM = st.sampled_from([True, False, False, False])
"""For what ends a story, so that most stories get further."""


class PaidLife(RuleBasedStateMachine):
    """One project, and everything that can go wrong with it."""

    world: World

    @initialize(count=st.integers(1, 2), connected=st.sampled_from([True, True, True, False]))
    def begin(self, count: int, connected: bool) -> None:
        self.world = World(count)
        if connected:
            self.world.connect(greets=True)
            self.world.let()

    # the connection

    @rule(greets=st.booleans())
    def connect(self, greets: bool) -> None:
        self.world.connect(greets=greets)

    @precondition(lambda self: self.world.up)
    @rule()
    def drop(self) -> None:
        self.world.drop()

    @precondition(lambda self: self.world.up)
    @rule(arrives=st.booleans(), greets=st.booleans())
    def reconnect(self, arrives: bool, greets: bool) -> None:
        """Drop the connection, perhaps just after the request arrived, and greet on the next one."""
        if arrives and self.world.flying:
            self.world.arrive()
        self.world.drop()
        self.world.connect(greets=greets)

    @rule(really=SELDOM)
    def break_for_good(self, really: bool) -> None:
        if really:
            self.world.drop()
            self.world.process.feed(inputs.Broken(NO_CONNECTION))

    @precondition(lambda self: self.world.up)
    @rule()
    def begin_to_stop(self) -> None:
        self.world.stopping = True

    # what is under way

    @precondition(lambda self: self.world.flying)
    @rule()
    def request_arrives(self) -> None:
        self.world.arrive()

    @precondition(lambda self: self.world.flying)
    @rule()
    def request_is_lost(self) -> None:
        self.world.flying.pop(0)

    @precondition(lambda self: self.world.frames)
    @rule(place=st.integers(0, 9), again=st.booleans())
    def frame_arrives(self, place: int, again: bool) -> None:
        frames = self.world.frames
        frame = frames[place % len(frames)]
        # A confirmation says nothing of the request that it answers, so the service sends one for each.
        if not again or frame.type == "artistCancelConfirmation":
            frames.remove(frame)
        self.world.process.receive(frame)

    @precondition(lambda self: self.world.cancels)
    @rule(granted=st.booleans())
    def cancel_arrives(self, granted: bool) -> None:
        self.world.cancel_arrives(granted=granted)

    @rule(lost=st.booleans(), lag=LAGS)
    def answer(self, lost: bool, lag: float) -> None:
        self.world.let(lost=lost, lag=lag)

    @precondition(lambda self: self.world.process.todo is not None)
    @rule(failing=FAILING, lag=LAGS)
    def many_answers(self, failing: frozenset[str], lag: float) -> None:
        """Let a search get to its end."""
        self._answer_all(failing, lag)

    @precondition(lambda self: self.world.up)
    @rule(arrives=st.booleans(), failing=FAILING, lag=LAGS)
    def search(self, arrives: bool, failing: frozenset[str], lag: float) -> None:
        """Reconnect to a service whose greeting says nothing, and let the search get to its end."""
        self.reconnect(arrives=arrives, greets=False)
        self._answer_all(failing, lag)

    def _answer_all(self, failing: frozenset[str], lag: float) -> None:
        for _ in range(48):
            todo = self.world.process.todo
            self.world.let(lost=isinstance(todo, outputs.Ask) and todo.question in failing, lag=lag)
            self.world.pass_time(0.5)

    @precondition(lambda self: self.world.given)
    @rule(place=st.integers(0, 99))
    def old_answer_comes_again(self, place: int) -> None:
        self.world.process.feed(self.world.given[place % len(self.world.given)])

    # the service

    @rule()
    def render(self) -> None:
        self.world.render()

    @rule()
    def complete(self) -> None:
        self.world.complete()

    # time, and this side

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0, 6.0, 31.0, 121.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule(fault=st.sampled_from(["journal", "socket", "killed"]))
    def next_write_fails(self, fault: str) -> None:
        self.world.fault = fault  # type: ignore[assignment]

    @precondition(lambda self: self.world.process.life.accepted and self.world.service.status == "active")
    @rule(really=SELDOM)
    def forget(self, really: bool) -> None:
        """Let the service lose what it accepted, after it said so."""
        if really:
            self.world.forget()

    @precondition(lambda self: not (self.world.journal.ended or self.world.forgotten))
    @rule(really=SELDOM)
    def kill_and_resume(self, really: bool) -> None:
        if really:
            self.world.restart()

    @precondition(lambda self: not self.world.journal.ended)
    @rule()
    def send_if_cleared(self) -> None:
        self.world.process.feed(inputs.SendAsked())

    @rule(really=SELDOM)
    def cancel(self, really: bool) -> None:
        if really:
            self.world.process.feed(inputs.CancelAsked())

    @precondition(lambda self: self.world.up)
    @rule(really=SELDOM, granted=st.booleans(), answer_is_lost=st.booleans())
    def cancel_and_hear(self, really: bool, granted: bool, answer_is_lost: bool) -> None:
        """Cancel, and hear the answer; if the first one is lost, hear the one to the second request."""
        if not really:
            return
        world = self.world
        world.process.feed(inputs.CancelAsked())
        for lost in [True, False] if answer_is_lost else [False]:
            world.let()
            if world.cancels:
                world.cancel_arrives(granted=granted)
            if lost:
                self.reconnect(arrives=False, greets=False)
        while world.frames:
            world.process.receive(world.frames.pop(0))

    @rule()
    def cancel_time_is_up(self) -> None:
        self.world.process.feed(inputs.CancelTimeUp())

    def teardown(self) -> None:
        if hasattr(self, "world"):
            require(self.world.journal.writes <= 2, "A request was written more than twice.")
            self.world.finish()


PaidLife.TestCase.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)
TestPaidLife = PaidLife.TestCase
