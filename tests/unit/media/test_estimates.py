"""Paths of cost estimates."""

import dataclasses
from typing import Any

import pytest

from sogni_core.errors import InputError
from sogni_core.project import Asset, AudioProject, ControlNet, ImageProject, Project
from tests.media import medium_of

PLAIN = ImageProject(model="z_image_turbo_bf16", prompt="p", count=2, steps=8, width=512, height=768)
ASSET = Asset("a.png")


def estimate(project: Project, network: str) -> str:
    return medium_of(project).estimate_path(project, network)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({}, "/api/v2/job/estimate/spark/fast/z_image_turbo_bf16/2/8/0/0/0/512/768"),
        (
            {"steps": None, "width": None, "height": None, "token_type": "sogni"},
            "/api/v2/job/estimate/sogni/fast/z_image_turbo_bf16/2/0/0/0/0/0/0",
        ),
        ({"network": "relaxed"}, "/api/v2/job/estimate/spark/relaxed/z_image_turbo_bf16/2/8/0/0/0/512/768"),
        (
            {"output_format": "webp"},
            "/api/v2/job/estimate/spark/fast/z_image_turbo_bf16/2/8/0/0/0/512/768?outputFormat=webp",
        ),
        (
            {"starting_image": ASSET, "starting_strength": 0.25},
            "/api/v2/job/estimate/spark/fast/z_image_turbo_bf16/2/8/0/0/0.75/512/768",
        ),
        (
            {"context_images": (ASSET, ASSET), "guidance": 3.5},
            "/api/v3/job/estimate/spark/fast/z_image_turbo_bf16/2/8/0/0/0/512/768/3.5/_/2",
        ),
        (
            {"sampler": "res multistep", "guidance": 1.0},
            "/api/v3/job/estimate/spark/fast/z_image_turbo_bf16/2/8/0/0/0/512/768/1/res%20multistep/0",
        ),
        (
            {"control_net": ControlNet("instantid", ASSET)},
            "/api/v2/job/estimate/spark/fast/z_image_turbo_bf16/2/8/0/1/0/512/768",
        ),
        (
            {"sampler": "Euler"},
            "/api/v3/job/estimate/spark/fast/z_image_turbo_bf16/2/8/0/0/0/512/768/0/euler/0",
        ),
        (
            {"model": "a/b ?#ü"},
            "/api/v2/job/estimate/spark/fast/a%2Fb%20%3F%23%C3%BC/2/8/0/0/0/512/768",
        ),
    ],
)
def test_the_path_of_an_image(change: Any, path: Any) -> None:
    assert estimate(dataclasses.replace(PLAIN, **change), "fast") == path


MUSIC = AudioProject(model="ace_step_1.5_turbo", prompt="p", duration=30.0, steps=8)


def test_the_path_of_music() -> None:
    base = "/api/v1/job-audio/estimate"
    assert estimate(MUSIC, "fast") == f"{base}/spark/ace_step_1.5_turbo/30/8/1?network=fast"
    two = dataclasses.replace(MUSIC, count=2, token_type="sogni", network="relaxed", duration=12.5)
    assert estimate(two, "fast") == f"{base}/sogni/ace_step_1.5_turbo/12.5/8/2?network=relaxed"
    for missing in (dataclasses.replace(MUSIC, duration=None), dataclasses.replace(MUSIC, steps=None)):
        with pytest.raises(InputError, match="duration and steps"):
            estimate(missing, "fast")
