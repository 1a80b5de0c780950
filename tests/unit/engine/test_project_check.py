"""A project of an earlier process is taken as the journal kept it, with the files of today."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from sogni_video.project import VideoProject

from sogni_core._engine.project_check import as_sent
from sogni_core.project import Asset, ControlNet, ImageProject, Lora, Project

PICTURE = Asset("cat.png", content_type="image/png", size=1)

SENT: list[Project] = [
    ImageProject(model="m", prompt="a cat", count=4, guidance=2.5, safety_filter=False, loras=(Lora("a", 0.5),)),
    ImageProject(model="m", prompt="a cat", context_images=(PICTURE,), control_net=ControlNet("canny", PICTURE)),
    VideoProject(model="m", prompt="a cat", frames=81, reference_image=PICTURE, sam2_coordinates=((0.5, 0.25),)),
]


def _kept(project: Project) -> Any:
    facts = dataclasses.asdict(project) | {"type": type(project).__name__}
    return json.loads(json.dumps(facts, default=str))


@pytest.mark.parametrize("project", SENT, ids=lambda project: type(project).__name__)
def test_what_is_the_same_stays_the_same(project: Project) -> None:
    assert as_sent(project, _kept(project)) == project


@pytest.mark.parametrize("project", SENT, ids=lambda project: type(project).__name__)
def test_values_are_those_that_were_sent(project: Project) -> None:
    today = dataclasses.replace(project, prompt="a dog", count=1, guidance=7, seed=3)
    assert as_sent(today, _kept(project)) == project


def test_a_journal_that_does_not_know_the_project_changes_nothing() -> None:
    assert as_sent(SENT[0], {"seed": 5}) is SENT[0]
    assert as_sent(SENT[0], _kept(SENT[2])) is SENT[0]
