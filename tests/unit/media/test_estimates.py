"""Paths of cost estimates."""

import dataclasses

import pytest

from sogni_core._protocol.estimates import estimate_path
from sogni_core.errors import InputError
from sogni_core.project import Asset, AudioProject, ControlNet, ImageProject, Project, VideoProject

PLAIN = ImageProject(model="z_image_turbo_bf16", prompt="p", count=2, steps=8, width=512, height=768)
ASSET = Asset("a.png")


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
def test_the_path_of_an_image(change, path):
    assert estimate_path(dataclasses.replace(PLAIN, **change), "fast") == path


VIDEO = VideoProject(model="wan_v2.2-14b-fp8_i2v", prompt="p", width=512, height=480, frames=81, fps=16.0)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({}, "512/480/81/16?network=fast"),
        ({"steps": 4}, "512/480/81/16/4/1?network=fast"),
        ({"count": 3}, "512/480/81/16/0/3?network=fast"),
        ({"steps": 20, "count": 2, "network": "relaxed"}, "512/480/81/16/20/2?network=relaxed"),
        ({"fps": 23.976}, "512/480/81/23.976?network=fast"),
        ({"reference_image": ASSET}, "512/480/81/16?network=fast"),
        ({"reference_video": ASSET}, "512/480/81/16?network=fast&hasVideoInput=1"),
    ],
)
def test_the_path_of_a_video(change, path):
    expected = f"/api/v1/job-video/estimate/spark/wan_v2.2-14b-fp8_i2v/{path}"
    assert estimate_path(dataclasses.replace(VIDEO, **change), "fast") == expected


@pytest.mark.parametrize("missing", [{"width": None, "height": None}, {"frames": None}, {"fps": None}])
def test_a_video_has_to_say_what_it_will_be(missing):
    with pytest.raises(InputError, match="must be given for an estimate"):
        estimate_path(dataclasses.replace(VIDEO, **missing), "fast")


MUSIC = AudioProject(model="ace_step_1.5_turbo", prompt="p", duration=30.0, steps=8)


def test_the_path_of_music():
    base = "/api/v1/job-audio/estimate"
    assert estimate_path(MUSIC, "fast") == f"{base}/spark/ace_step_1.5_turbo/30/8/1?network=fast"
    two = dataclasses.replace(MUSIC, count=2, token_type="sogni", network="relaxed", duration=12.5)
    assert estimate_path(two, "fast") == f"{base}/sogni/ace_step_1.5_turbo/12.5/8/2?network=relaxed"
    for missing in ({"duration": None}, {"steps": None}):
        with pytest.raises(InputError, match="duration and steps"):
            estimate_path(dataclasses.replace(MUSIC, **missing), "fast")


def test_what_has_no_estimate():
    with pytest.raises(InputError, match="no estimate for such projects"):
        estimate_path(Project(model="m", prompt="p"), "fast")
