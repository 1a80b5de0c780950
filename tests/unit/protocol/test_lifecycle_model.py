"""Whatever is lost, late, repeated or killed: nothing is bought twice, and nothing that is bought is lost."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sogni_core._protocol.lifecycle import inputs

from .lifecycle_world import NO_CONNECTION, World, require

LAGS = st.sampled_from([0.0, 6.0])


class PaidLife(RuleBasedStateMachine):
    """One project, and everything that can go wrong with it."""

    world: World

    @initialize(count=st.integers(1, 2), connected=st.booleans())
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

    @rule()
    def break_for_good(self) -> None:
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
    @rule(lag=LAGS)
    def many_answers(self, lag: float) -> None:
        """Let a search get to its end."""
        for _ in range(20):
            self.world.let(lag=lag)
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

    @rule()
    def kill_and_resume(self) -> None:
        if not self.world.journal.ended:
            self.world.restart()

    @precondition(lambda self: not self.world.journal.ended)
    @rule()
    def send_if_cleared(self) -> None:
        self.world.process.feed(inputs.SendAsked())

    @rule()
    def cancel(self) -> None:
        self.world.process.feed(inputs.CancelAsked())

    @rule()
    def cancel_time_is_up(self) -> None:
        self.world.process.feed(inputs.CancelTimeUp())

    def teardown(self) -> None:
        if hasattr(self, "world"):
            require(self.world.journal.writes <= 2, "A request was written more than twice.")
            self.world.finish()


PaidLife.TestCase.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)
TestPaidLife = PaidLife.TestCase
