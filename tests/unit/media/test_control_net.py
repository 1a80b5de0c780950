"""The ControlNet of an image."""

from pathlib import Path
from typing import Any

import pytest

from sogni_core.errors import InputError
from sogni_core.project import Asset, ControlNet, ImageProject
from sogni_core.testing import payload_of

FACE = Asset("a.png", Path("a.png"), "image/png", 100, 64, 64)


def control_job(control: ControlNet) -> dict[str, Any]:
    request = payload_of(ImageProject(model="m", prompt="p", control_net=control), form="legacy")
    job: dict[str, Any]
    (job,) = request["keyFrames"][0]["currentControlNetsJob"]
    return job


@pytest.mark.parametrize(
    ("control", "sent"),
    [
        (ControlNet("canny"), {"hasImage": False}),
        (ControlNet("canny", FACE), {"hasImage": True}),
        (ControlNet("instantid", FACE, 1.0), {"hasImage": True, "controlStrength": 1}),
        (ControlNet("tile", FACE, mode="balanced"), {"hasImage": True, "controlMode": 0}),
        (ControlNet("tile", FACE, mode="prompt_priority"), {"hasImage": True, "controlMode": 1}),
        (ControlNet("tile", FACE, mode="cn_priority"), {"hasImage": True, "controlMode": 2}),
        (
            ControlNet("depth", FACE, 0.0, guidance_start=0.0, guidance_end=0.3),
            {"hasImage": True, "controlStrength": 0, "controlGuidanceStart": 0, "controlGuidanceEnd": 0.3},
        ),
    ],
)
def test_what_is_not_given_is_left_out(control: Any, sent: Any) -> None:
    assert control_job(control) == {"name": control.name, "cnImageState": "original", **sent}


def test_the_constant_beside_it_stays() -> None:
    project = ImageProject(model="m", prompt="p", control_net=ControlNet("canny", FACE))
    (frame,) = payload_of(project, form="legacy")["keyFrames"]
    assert frame["currentControlNets"] is None


def test_its_image_is_uploaded_between_the_others() -> None:
    project = ImageProject(
        model="m", prompt="p", context_images=(FACE,), starting_image=FACE, control_net=ControlNet("canny", FACE)
    )
    assert list(project.assets) == ["startingImage", "cnImage", "contextImage1"]
    assert ImageProject(model="m", prompt="p", control_net=ControlNet("canny")).assets == {}


@pytest.mark.parametrize(
    ("control", "message"),
    [
        (ControlNet(" "), "must have a name"),
        (ControlNet("canny", FACE, 1.1), "strength must be from 0 to 1"),
        (ControlNet("canny", FACE, float("nan")), "strength"),
        (ControlNet("canny", FACE, mode="both"), "balanced, prompt_priority, cn_priority"),
        (ControlNet("canny", FACE, guidance_start=-0.1), "guidance_start"),
        (ControlNet("canny", FACE, guidance_end=2.0), "guidance_end"),
    ],
)
def test_what_cannot_be_right_is_refused(control: Any, message: Any) -> None:
    with pytest.raises(InputError, match=message):
        control_job(control)
