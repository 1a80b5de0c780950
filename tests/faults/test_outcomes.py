"""Whatever the network does: the result intact, or one registered error; nothing half written, nothing paid twice.

What has to come of each fault is data: ``outcomes.py``. A file that is there is what a worker made, byte for byte.
"""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from sogni_devnet.faults import FAULTS

from sogni_core.errors import CODES, SogniError

from .outcomes import RESULT, ROWS, Row
from .stage import BOUND_SECONDS, Season, Seen

pytestmark = pytest.mark.slow

SIGNED = re.compile(r"x-amz-signature=[0-9a-f]{8}", re.IGNORECASE)
"""What gives a presigned URL its force."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

DONE_WITH = ("failed", "cancelled")
"""States of a step for which a resumed run submits, and pays, anew."""


def test_every_fault_is_in_the_table() -> None:
    assert {name for row in ROWS for name in row.names} == set(FAULTS)
    assert len({row.faults for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.faults)
def test_outcome(season: Season, row: Row) -> None:
    seen = season.seen[row]
    assert [name for name, count in seen.struck.items() if not count] == [], "a fault found no occasion"
    ends_as_the_table_says(seen)
    is_whole(seen)
    is_paid_at_most_once(seen)
    is_in_the_journal(seen)
    is_fit_to_be_read(seen)
    assert seen.seconds < BOUND_SECONDS


def ends_as_the_table_says(seen: Seen) -> None:
    failure, row = seen.failure, seen.row
    if row.end == RESULT:
        assert failure is None
        assert seen.result is not None
        assert seen.result.as_json()["success"] is True
        assert len(seen.result.paths) == row.count
        return
    assert isinstance(failure, SogniError), failure
    assert (failure.code, failure.exit_code) == (row.end, row.exit_code), failure
    assert (seen.result is not None) == bool(row.saved)


def is_whole(seen: Seen) -> None:
    row = seen.row
    whole = ["out.png"] if row.count == 1 else [f"out-{place}.png" for place in range(1, row.count + 1)]
    assert set(seen.files) <= set(whole)
    assert len(seen.files) == (row.count if row.end == RESULT else row.saved)
    for content in seen.files.values():
        assert content in seen.made
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            assert (image.format, image.size) == ("PNG", (512, 512))


def is_paid_at_most_once(seen: Seen) -> None:
    assert len(seen.requests) == seen.row.requests
    assert all(request == seen.requests[0] for request in seen.requests)
    assert len(seen.projects) <= 1
    assert seen.spent <= sum(project.order.cost for project in seen.projects)
    assert all(project.repeats == 0 for project in seen.projects)
    if isinstance(seen.failure, SogniError) and seen.spent:
        assert seen.failure.may_charge_again


def is_in_the_journal(seen: Seen) -> None:
    row = seen.row
    (run,) = seen.runs
    (step,) = run.steps
    assert step.state == row.state
    if row.end == "PARTIAL":
        # The run is partial; its step has the reason of what is missing.
        assert step.error_code in CODES
    else:
        assert step.error_code == (None if row.end == RESULT else row.end)
    assert run.state == {RESULT: "completed", "PARTIAL": "partial"}.get(row.end, "failed")
    # What is written into a line that is just being cut is a write that nobody reads.
    assert row.requests <= step.writes <= 2
    assert {request["jobID"] for request in seen.requests} <= {step.project_id}
    assert {artifact.path.name for artifact in step.artifacts if artifact.path} == set(seen.files)
    if step.state in DONE_WITH:
        assert all(project.ended for project in seen.projects)
        assert seen.made == []


def is_fit_to_be_read(seen: Seen) -> None:
    assert [secret for secret in seen.secrets if secret in seen.said] == []
    assert not SIGNED.search(seen.said)
    assert "Traceback" not in seen.said
    assert not CONTROL.search(seen.said)
    assert len(seen.said) < 20_000


def test_the_log_holds_no_secret_and_no_accident(season: Season) -> None:
    secrets = {secret for seen in season.seen.values() for secret in seen.secrets}
    texts = [f"{record.getMessage()} {record.exc_text or ''}" for record in season.log]
    assert [text for text in texts if SIGNED.search(text) or any(secret in text for secret in secrets)] == []
    assert [record.getMessage() for record in season.log if record.levelname in ("ERROR", "CRITICAL")] == []


def test_nothing_is_left_running(season: Season) -> None:
    assert season.left == []
