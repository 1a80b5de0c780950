"""``jobRequest``: beside what the official client sent, field by field."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from sogni_core._protocol import frames, ids, requests
from sogni_core.errors import InputError, InternalError
from sogni_core.project import Asset, AudioProject, ControlNet, ImageProject, Lora, Project
from tests.media import medium_of

SAMPLES = Path(__file__).parent / "samples"
ID = ids.make(b"\xab" * 16)
ASSET = Asset("a.png", Path("a.png"), "image/png", 100, 64, 64)

PLAIN = ImageProject(
    model="z_image_turbo_bf16",
    prompt="a cat wearing a hat",
    count=2,
    seed=4242,
    guidance=1.0,
    width=512,
    height=512,
    safety_filter=False,
    output_format="png",
    network="fast",
)
QWEN = "qwen_image_edit_2511_fp8_lightning"
EDIT = ImageProject(
    model=QWEN,
    prompt="apply the style of image 2",
    context_images=(ASSET, ASSET),
    steps=4,
    guidance=3.5,
    width=768,
    height=512,
    safety_filter=False,
    network="fast",
)
MULTIANGLE = ImageProject(
    model=QWEN,
    prompt="<sks> front view eye-level shot medium shot",
    context_images=(ASSET,),
    steps=4,
    guidance=1.0,
    loras=(Lora("multiple_angles", 0.9),),
    sampler="euler",
    scheduler="simple",
    width=512,
    height=512,
    output_format="jpg",
    safety_filter=False,
    network="fast",
)
PHOTOBOOTH = ImageProject(
    model="coreml-sogniXLturbo_alpha1_ad",
    prompt="80s fashion portrait",
    steps=7,
    guidance=2.0,
    sampler="dpmpp_sde",
    scheduler="karras",
    width=1024,
    height=1024,
    safety_filter=False,
    network="fast",
    control_net=ControlNet("instantid", ASSET, 0.7, "balanced", 0.0, 0.6),
)
MUSIC = AudioProject(
    model="ace_step_1.5_turbo",
    prompt="slow piano",
    duration=10.0,
    bpm=90,
    steps=8,
    safety_filter=False,
    network="fast",
)
ONLY_IMAGES = {"sizePreset", "width", "height", "seed", "guidanceScale", "vae", "comfySampler", "comfyScheduler"}
ONLY_IMAGES |= {f"hasContextImage{slot}" for slot in range(1, 17)}


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return found


def job_request(project: Project, project_id: str, *, comfy: bool) -> dict[str, Any]:
    return requests.job_request(project, project_id, medium=medium_of(project), comfy=comfy)


def key_frame(project: Project, *, comfy: bool = True) -> dict[str, Any]:
    only: dict[str, Any]
    (only,) = job_request(project, ID, comfy=comfy)["keyFrames"]
    return only


def test_the_whole_request_as_the_official_client_sent_it() -> None:
    captured = sample("image")
    built = job_request(PLAIN, captured["jobID"], comfy=True)
    assert built == captured
    assert json.loads(json.dumps(built)) == captured


@pytest.mark.parametrize(
    ("name", "project", "comfy"),
    [("edit", EDIT, True), ("multiangle", MULTIANGLE, True), ("photobooth", PHOTOBOOTH, False)],
)
def test_the_captured_requests_whose_constants_are_not_repeated(name: str, project: ImageProject, comfy: bool) -> None:
    captured = sample(name)
    (frame,) = captured.pop("keyFrames")
    built = job_request(project, captured["jobID"], comfy=comfy)
    (built_frame,) = built.pop("keyFrames")
    whole = sample("image")
    (whole_frame,) = whole.pop("keyFrames")
    assert {field: built[field] for field in captured} == captured
    assert {field: built_frame[field] for field in frame} == frame
    # what the sample leaves out is a constant, and nothing else was added
    assert {field: built[field] for field in built.keys() - captured.keys()} == {
        field: whole[field] for field in whole.keys() - captured.keys()
    }
    assert {field: built_frame[field] for field in built_frame.keys() - frame.keys()} == {
        field: whole_frame[field]
        for field in whole_frame.keys() - frame.keys() - {"seed"} - ({"comfySampler", "comfyScheduler", "vae"})
    }


@pytest.mark.parametrize("comfy", [True, False])
def test_the_captured_music(comfy: bool) -> None:
    captured = sample("music")
    whole = sample("image")
    (frame,) = captured.pop("keyFrames")
    (constants,) = whole.pop("keyFrames")
    shown = {field: value for field, value in constants.items() if field not in ONLY_IMAGES | {"negativePrompt"}}
    request = job_request(MUSIC, captured["jobID"], comfy=comfy)
    (built,) = request.pop("keyFrames")
    assert request == whole | captured
    assert built == shown | frame


def test_what_is_not_given_is_left_out() -> None:
    request = job_request(ImageProject(model="m", prompt=""), ID, comfy=True)
    assert "network" not in request
    assert request["outputFormat"] == "png"
    assert request["disableSafety"] is False
    assert request["tokenType"] == "spark"
    assert request["previews"] == 0
    assert request["numberOfImages"] == 1
    frame = request["keyFrames"][0]
    absent = {"steps", "guidanceScale", "seed", "loras", "loraStrengths", "sizePreset", "width", "height"}
    assert not absent & frame.keys()
    assert "hasStartingImage" not in frame
    nulls = {name for name, value in frame.items() if value is None}
    constants = {"scheduler", "timeStepSpacing", "currentControlNets", "startingImage"}
    assert nulls == {"comfySampler", "comfyScheduler", "vae"} | constants


def test_all_sixteen_context_flags_are_always_there() -> None:
    for count in (0, 1, 16):
        frame = key_frame(dataclasses.replace(EDIT, context_images=(ASSET,) * count))
        flags = [frame[f"hasContextImage{slot}"] for slot in range(1, 17)]
        assert flags == [True] * count + [False] * (16 - count)


def test_sampler_and_scheduler_of_comfy_models() -> None:
    frame = key_frame(dataclasses.replace(PLAIN, sampler="euler", scheduler="simple"))
    assert (frame["comfySampler"], frame["comfyScheduler"], frame["vae"]) == ("euler", "simple", None)
    assert (frame["scheduler"], frame["timeStepSpacing"]) == (None, None)


def test_sampler_and_scheduler_of_older_models_stand_one_field_further() -> None:
    frame = key_frame(dataclasses.replace(PLAIN, sampler="dpmpp_sde", scheduler="karras"), comfy=False)
    assert (frame["scheduler"], frame["timeStepSpacing"]) == ("dpmpp_sde", "karras")
    assert not {"comfySampler", "comfyScheduler", "vae"} & frame.keys()


@pytest.mark.parametrize(("given", "sent"), [(None, 0.5), (0.25, 0.75), (0.0, 1), (1.0, 0)])
def test_the_strength_on_the_wire_is_the_opposite(given: float | None, sent: float) -> None:
    frame = key_frame(dataclasses.replace(PLAIN, starting_image=ASSET, starting_strength=given))
    assert frame["hasStartingImage"] is True
    assert frame["strengthIsEnabled"] is True
    assert frame["strength"] == sent
    # the file itself was uploaded
    assert frame["startingImage"] is None


def test_a_strength_without_a_starting_image_changes_nothing() -> None:
    assert key_frame(dataclasses.replace(PLAIN, starting_strength=0.9)) == key_frame(PLAIN)


def test_prompts_safety_token_network_and_format() -> None:
    project = dataclasses.replace(
        PLAIN,
        negative_prompt="fog",
        style_prompt="oil",
        safety_filter=True,
        token_type="sogni",
        network="relaxed",
        output_format="webp",
    )
    request = job_request(project, ID, comfy=True)
    expected = {"disableSafety": False, "tokenType": "sogni", "network": "relaxed", "outputFormat": "webp"}
    assert {name: request[name] for name in expected} == expected
    assert (request["keyFrames"][0]["negativePrompt"], request["keyFrames"][0]["stylePrompt"]) == ("fog", "oil")


@pytest.mark.parametrize(
    ("loras", "strengths"),
    [
        ((Lora("a"), Lora("b")), None),
        ((Lora("a", 0.5), Lora("b")), [0.5, 1]),
        ((Lora("a", 1.0), Lora("b", -0.25)), [1, -0.25]),
    ],
)
def test_loras_have_a_strength_each_or_none(loras: tuple[Lora, ...], strengths: list[float] | None) -> None:
    frame = key_frame(dataclasses.replace(PLAIN, loras=loras))
    assert frame["loras"] == ["a", "b"]
    assert frame.get("loraStrengths") == strengths


def test_whole_numbers_have_no_fraction() -> None:
    text = json.dumps(key_frame(dataclasses.replace(PLAIN, guidance=4.0)))
    assert '"guidanceScale": 4,' in text


def test_requests_share_nothing() -> None:
    first = job_request(PLAIN, ID, comfy=True)
    first["keyFrames"][0]["cnDragOffset"].append(1)
    first["cnVideoFrames"].append(1)
    second = job_request(PLAIN, ID, comfy=True)
    assert second["cnVideoFrames"] == []
    assert second["keyFrames"][0]["cnDragOffset"] == [0, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": " "}, "model"),
        ({"count": 0}, "count"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
        ({"steps": 0}, "steps"),
        ({"guidance": float("nan")}, "guidance"),
        ({"loras": (Lora("a", float("inf")),)}, "LoRA"),
        ({"loras": (Lora("a"),) * 9}, "loras"),
        ({"height": None}, "together"),
        ({"width": 0}, "width and height"),
        ({"output_format": "jpeg"}, "png, jpg, webp"),
        ({"token_type": "gold"}, "spark, sogni"),
        ({"network": "slow"}, "fast, relaxed"),
        ({"context_images": (ASSET,) * 17}, "context_images"),
        ({"starting_strength": 1.5}, "starting_strength"),
        ({"starting_strength": float("nan")}, "starting_strength"),
    ],
)
def test_what_would_be_paid_for_and_cannot_be_right_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        job_request(dataclasses.replace(PLAIN, **change), ID, comfy=True)
    assert caught.value.code == "INVALID_ARGUMENT"


def test_a_project_id_is_upper_case() -> None:
    with pytest.raises(InternalError):
        job_request(PLAIN, ID.lower(), comfy=True)


def test_the_request_travels_in_a_frame() -> None:
    payload = job_request(EDIT, ID, comfy=True)
    frame = frames.decode(frames.encode(requests.TYPE, payload))
    assert frame == frames.Frame("jobRequest", payload)
