"""A connection that breaks in the middle of a run: the run goes on, and nothing is paid twice."""

from __future__ import annotations

from contextlib import closing
from typing import get_args

import pytest

from sogni_core._journal.journal import Journal
from sogni_core.settings import Paths
from sogni_core.testing import MemoryNetwork
from sogni_core.testing.memory.network import Stage

from .conftest import Failure, Run

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("stage", get_args(Stage))
@pytest.mark.parametrize("code", [1001, 1006, 1012])
async def test_what_happens_after_a_drop_is_learnt_from_the_next_connection(
    sogni_network: MemoryNetwork, run: Run, stage: Stage, code: int
) -> None:
    sogni_network.drop_connection(after=stage, code=code)
    assert len((await run(2)).paths) == 2
    assert len(sogni_network.projects) == 1
    assert 0.8 <= sogni_network.seconds <= 1.2


async def test_work_goes_on_while_nobody_is_connected(sogni_network: MemoryNetwork, run: Run) -> None:
    sogni_network.drop_connection(after="accepted")
    sogni_network.slow(20)
    assert (await run(timeout=30)).error is None
    assert sogni_network.seconds == 20


async def test_a_request_that_never_arrived_is_sent_once_more(
    sogni_network: MemoryNetwork, run: Run, sogni_home: Paths
) -> None:
    sogni_network.lose_request()
    found = await run(timeout=60)
    (project,) = sogni_network.projects
    with closing(Journal(sogni_home.journal)) as journal:
        (step,) = journal.run(found.run_id).steps
    assert (step.writes, step.project_id) == (2, project.id)
    assert found.error is None


async def test_a_request_that_was_lost_twice_is_not_sent_a_third_time(
    sogni_network: MemoryNetwork, failure: Failure
) -> None:
    sogni_network.lose_request(times=2)
    caught = await failure(timeout=60)
    assert (caught.code, caught.may_charge_again) == ("CONNECTION_LOST", True)
    assert sogni_network.projects == ()


async def test_a_request_that_a_stopping_server_turns_away_is_sent_again(
    sogni_network: MemoryNetwork, run: Run
) -> None:
    sogni_network.restart()
    assert (await run()).error is None
    assert len(sogni_network.projects) == 1


async def test_a_request_that_is_turned_away_twice_is_refused(sogni_network: MemoryNetwork, failure: Failure) -> None:
    sogni_network.restart(times=2)
    caught = await failure()
    assert (caught.code, caught.may_charge_again) == ("SERVICE_ERROR", False)


async def test_a_project_that_nothing_is_heard_of_is_asked_for(sogni_network: MemoryNetwork, failure: Failure) -> None:
    sogni_network.silent()
    await failure(timeout=300)
    # Every two minutes without a word; see sogni_core._protocol.lifecycle.life.
    assert sogni_network.calls.count("GET /api/v1/artist/projects/active") == 2
