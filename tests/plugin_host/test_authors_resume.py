"""Resume: a run that is complete answers the same object again, and a step that has changed is not passed over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Install

Call = Callable[..., Any]


@pytest.fixture
def call(sogni_cli: Any, devnet: Any) -> Call:
    """Return the program with these plugins, on the devnet."""

    def call(*argv: Any, plugin: str = "wrapped", **options: Any) -> Any:
        return sogni_cli(*argv, "--json", plugins=[plugin], environ=devnet.environ, **options)

    return call


@pytest.mark.parametrize("saved", [True, False])
def test_a_complete_run_answers_the_same_object_again(
    install: Install, call: Call, devnet: Any, tmp_path: Path, saved: bool
) -> None:
    install("wrapped")
    output = ("-o", tmp_path / "cat.png") if saved else ()
    first = call("wrapped", "a cat", "-n", "2", "--steps", "999", *output)
    assert first.exit_code == 0, first
    assert any("--steps" in warning for warning in first.json["warnings"]), "said in the words of the command line"
    assert (first.json["model"], first.json["type"]) == ("z_image_turbo_bf16", "image"), "the inner mode's choice"
    assert first.json["cost"]["estimated"] > 0
    for _ in range(2):
        again = call("resume", first.json["runId"])
        assert again.exit_code == 0, again
        assert list(again.json.items()) == list(first.json.items())
    assert len(devnet.job_requests) == 1
