"""What an App says of earlier runs are public records, without what only the journal needs."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from sogni_core import history, result
from sogni_core.app import App
from sogni_core.frontend.run_options import RunOptions

from .conftest import Install

ANSWERS = (
    "runs",
    "find_run",
    "found_projects",
    "models",
    "balance",
    "login",
    "run",
    "plan",
    "resume",
    "prepare",
    "last",
)


@pytest.mark.anyio
async def test_a_run_is_a_public_record(install: Install, sogni_app: Any, devnet: Any, folder: Path) -> None:
    install("wrapped")
    async with sogni_app(plugins=["wrapped"], environ=devnet.environ) as app:
        done = await app.run("wrapped", prompt="a cat", steps=999, output="cat.png", run_options=RunOptions(force=True))
        (run,) = app.runs()
        (model, *_) = await app.models()
        assert type(app.find_run(done.run_id)) is history.Run
    assert type(run) is history.Run
    assert (run.id, run.mode, run.state, run.network) == (done.run_id, "wrapped", "completed", "fast")
    assert (run.options["prompt"], run.options["output"]) == ("a cat", str(folder / "cat.png"))
    assert run.warnings == done.warnings != ()
    (step,) = run.steps
    assert type(step) is history.Step
    assert run.step("image/image") is step
    assert (step.state, step.output, step.project["prompt"]) == (
        "completed",
        folder / "cat.png",
        "sogni_wrapped: a cat",
    )
    assert step.cost is not None
    assert step.cost["token"] == "spark"
    assert step.artifacts == done.artifacts
    assert type(model) is result.LiveModel


def test_signatures_name_public_types_only() -> None:
    """Whoever annotates what an App answers imports it from a module that will stay."""
    import sogni_core.frontend.modes
    import sogni_core.prepared
    import sogni_core.settings as settings

    known = {
        **{name: getattr(history, name) for name in ("Run", "FoundProject")},
        "Prepared": sogni_core.prepared.Prepared,
        "ModeInfo": sogni_core.frontend.modes.ModeInfo,
        "Credentials": settings.Credentials,
        "Settings": settings.Settings,
    }
    for name in ANSWERS:
        hints = typing.get_type_hints(getattr(App, name), localns=known)
        private = [kind for hint in hints.values() for kind in parts(hint) if "._" in getattr(kind, "__module__", "")]
        assert private == [], name


def parts(hint: Any) -> Iterator[Any]:
    """Yield a type and what it is made of."""
    yield hint
    for one in get_args(hint):
        yield from parts(one)
