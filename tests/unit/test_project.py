"""A project of a request: the options that both call the same, LoRAs with their strengths, and then the changes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pytest

from sogni_core._builtin.image import ImageRequest
from sogni_core.project import Asset, ImageProject, Lora, Project
from sogni_core.request import RenderOptions, Request


def made(kind: type[Request], **values: object) -> Request:
    """Make a request in which every option has a value that says whose it is, unless it is given here."""
    return kind.model_construct(**{name: f"of {name}" for name in kind.model_fields} | {"loras": ()} | values)


def test_a_project_has_all_that_its_request_calls_the_same() -> None:
    project = ImageProject.of(made(ImageRequest, width=640))
    assert isinstance(project, ImageProject)
    values = {info.name: getattr(project, info.name) for info in dataclasses.fields(project)}
    same = set(values) & set(ImageRequest.model_fields) - {"width", "loras", "network"}
    assert {name: values[name] for name in same} == {name: f"of {name}" for name in same}
    assert {"model", "prompt", "seed", "starting_image", "token_type"} <= same
    assert project.width == 640
    # The connection decides about the network, which may be one that a plugin brings.
    assert project.network is None


def test_loras_come_with_their_strengths() -> None:
    project = ImageProject.of(made(ImageRequest, loras=("a", "b"), lora_strengths=(0.5,)))
    assert project.loras == (Lora("a", 0.5), Lora("b"))


def test_changes_stand_above_the_request() -> None:
    image = Asset("a.png")
    project = ImageProject.of(made(ImageRequest, count=4), prompt="x", count=1, context_images=(image,), network="fast")
    assert (project.prompt, project.count, project.context_images, project.network) == ("x", 1, (image,), "fast")
    with pytest.raises(TypeError, match="colour"):
        ImageProject.of(made(ImageRequest), colour="red")


def test_what_a_request_does_not_have_stays_as_the_class_has_it() -> None:
    project = ImageProject.of(made(RenderOptions), prompt="x")
    assert (project.width, project.sampler, project.loras, project.output_format) == (None, None, (), None)
    with pytest.raises(TypeError, match="prompt"):
        ImageProject.of(made(RenderOptions))


def test_a_class_of_others_takes_its_own_options_too() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Card(Project):
        last_seed: bool = False
        paper: str = "wove"

    project = Card.of(made(RenderOptions, last_seed=True), prompt="x")
    assert (type(project), project.last_seed, project.paper) == (Card, True, "wove")


def test_loras_have_the_strengths_of_their_places() -> None:
    assert Lora.chain(("a", "b"), (0.5, 1.0)) == (Lora("a", 0.5), Lora("b", 1.0))
    assert Lora.chain(("a", "b"), (0.5,)) == (Lora("a", 0.5), Lora("b"))
    assert Lora.chain(("a",)) == (Lora("a"),)
    assert Lora.chain((), (0.5,)) == ()
