"""What a request hands on to a project by the same name, and how LoRAs and their strengths come together."""

from __future__ import annotations

import dataclasses

from sogni_core._builtin.image import ImageRequest
from sogni_core.project import ImageProject, Lora, Project
from sogni_core.request import RenderOptions, Request


def made(kind: type[Request], /, **values: object) -> Request:
    return kind.model_construct(**values)


def test_an_image_hands_on_all_that_a_project_calls_the_same() -> None:
    request = made(ImageRequest, width=640, steps=4, output_format="jpg", model="m")
    assert isinstance(request, ImageRequest)
    missing = dict.fromkeys(set(ImageRequest.model_fields) - set(request.__dict__))
    whole = request.model_copy(update=missing)
    handed = whole.project_fields()
    common = {field.name for field in dataclasses.fields(Project)} & set(ImageRequest.model_fields)
    # The prompt is an argument of each mode, LoRAs are paired, and the connection decides about the network.
    assert set(handed) == common - {"prompt", "loras", "network"}
    assert (handed["width"], handed["steps"], handed["output_format"]) == (640, 4, "jpg")
    assert ImageProject(prompt="x", **handed).width == 640


def test_a_request_without_sizes_hands_on_none() -> None:
    names = set(RenderOptions.model_fields)
    request = made(RenderOptions, **dict.fromkeys(names))
    assert isinstance(request, RenderOptions)
    assert {"width", "sampler", "output_format"}.isdisjoint(request.project_fields())


def test_loras_have_the_strengths_of_their_places() -> None:
    assert Lora.chain(("a", "b"), (0.5, 1.0)) == (Lora("a", 0.5), Lora("b", 1.0))
    assert Lora.chain(("a", "b"), (0.5,)) == (Lora("a", 0.5), Lora("b"))
    assert Lora.chain(("a",)) == (Lora("a"),)
    assert Lora.chain((), (0.5,)) == ()
