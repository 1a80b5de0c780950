"""``jobRequest`` of videos: which references a workflow takes, and how each field is written."""

import dataclasses
import json
from pathlib import Path

import pytest
from sogni_video.key_frame import estimate
from sogni_video.project import VideoProject, video_workflow

from sogni_core.errors import InputError
from sogni_core.project import Asset, ControlNet, ImageProject
from sogni_core.testing import payload_of

SAMPLES = Path(__file__).parent / "samples"
IMAGE = Asset("a.png", Path("a.png"), "image/png", 100, 64, 64)
VOICE = Asset("a.wav", Path("a.wav"), "audio/wav", 100)
CLIP = Asset("a.mp4", Path("a.mp4"), "video/mp4", 100)
GIVEN = {
    "reference_image": IMAGE,
    "reference_image_end": IMAGE,
    "reference_audio": VOICE,
    "reference_video": CLIP,
    "reference_mask": IMAGE,
    "reference_audio_identity": VOICE,
}
FLAGS = {
    "reference_image": "hasReferenceImage",
    "reference_image_end": "hasReferenceImageEnd",
    "reference_audio": "hasReferenceAudio",
    "reference_video": "hasReferenceVideo",
    "reference_mask": "hasReferenceMask",
    "reference_audio_identity": "hasReferenceAudioIdentity",
}
WAN = "wan_v2.2-14b-fp8_{}_lightx2v"
LTX = "ltx23-22b-fp8_{}_distilled"
TAKES = {
    # workflow: what it needs, what it may have
    "t2v": ((), ("reference_audio_identity",)),
    "i2v": (("reference_image",), ("reference_image_end", "reference_audio_identity")),
    "s2v": (("reference_image", "reference_audio"), ()),
    "ia2v": (("reference_image", "reference_audio"), ()),
    "a2v": (("reference_audio",), ()),
    "animate-move": (("reference_image", "reference_video"), ()),
    "animate-replace": (("reference_image", "reference_video"), ()),
    "v2v": (("reference_video",), ("reference_image", "reference_audio_identity")),
}
FAMILY = {workflow: LTX if workflow in {"ia2v", "a2v", "v2v"} else WAN for workflow in TAKES}


I2V = VideoProject(
    model="wan_v2.2-14b-fp8_i2v_lightx2v",
    prompt="cat walks",
    reference_image=IMAGE,
    steps=4,
    guidance=1.0,
    seed=7,
    frames=81,
    fps=16.0,
    width=512,
    height=512,
    safety_filter=False,
    network="fast",
)
S2V = VideoProject(
    model="wan_v2.2-14b-fp8_s2v_lightx2v",
    prompt="lip sync",
    reference_image=Asset("a.jpg", Path("a.jpg"), "image/jpeg", 100, 64, 64),
    reference_audio=Asset("a.m4a", Path("a.m4a"), "audio/mp4", 100),
    steps=4,
    guidance=1.0,
    frames=17,
    fps=16,
    width=512,
    height=512,
    safety_filter=False,
    network="fast",
)
ANIMATE_REPLACE = VideoProject(
    model="wan_v2.2-14b-fp8_animate-replace_lightx2v",
    prompt="transfer motion",
    reference_image=Asset("a.jpg", Path("a.jpg"), "image/jpeg", 100, 64, 64),
    reference_video=Asset("a.mp4", Path("a.mp4"), "video/mp4", 100),
    sam2_coordinates=((0.5, 0.5),),
    steps=6,
    guidance=1.0,
    frames=33,
    fps=16,
    width=512,
    height=512,
    safety_filter=False,
    network="fast",
)
ONLY_IMAGES = {"vae", "comfySampler", "comfyScheduler", *(f"hasContextImage{slot}" for slot in range(1, 17))}


def video(workflow: str = "t2v", *names: str, **fields) -> VideoProject:
    return VideoProject(model=FAMILY[workflow].format(workflow), prompt="p", **{n: GIVEN[n] for n in names}, **fields)


def key_frame(project: VideoProject) -> dict:
    (only,) = payload_of(project)["keyFrames"]
    return only


def refused(project: VideoProject) -> str:
    with pytest.raises(InputError) as caught:
        payload_of(project)
    assert caught.value.code == "INVALID_ARGUMENT"
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "project"),
    [("i2v", I2V), ("s2v", S2V), ("animate-replace", ANIMATE_REPLACE)],
    ids=lambda case: str(case)[:9],
)
@pytest.mark.parametrize("form", ["comfy", "legacy"])
def test_the_captured_requests_of_the_official_client(name, project, form):
    captured = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    (frame,) = captured.pop("keyFrames")
    # What the samples leave out are constants, the same as an image's.
    whole = payload_of(ImageProject(model="m", prompt="p"))
    (constants,) = whole.pop("keyFrames")
    request = payload_of(project, form=form)
    (built,) = request.pop("keyFrames")
    assert request == whole | captured | {"jobID": request["jobID"]}
    assert built == {field: value for field, value in constants.items() if field not in ONLY_IMAGES} | frame


@pytest.mark.parametrize("workflow", TAKES)
def test_a_workflow_goes_with_what_it_needs_and_may_have(workflow):
    needs, may = TAKES[workflow]
    assert {flag for flag in FLAGS.values() if flag in key_frame(video(workflow, *needs))} == {FLAGS[n] for n in needs}
    for name in may:
        frame = key_frame(video(workflow, *needs, name))
        assert {flag for flag in FLAGS.values() if flag in frame} == {FLAGS[one] for one in (*needs, name)}


@pytest.mark.parametrize("workflow", TAKES)
def test_a_workflow_does_not_go_without_what_it_needs(workflow):
    needs, _ = TAKES[workflow]
    for name in needs:
        message = refused(video(workflow, *(other for other in needs if other != name)))
        assert f"{name} must be given for {workflow}" in message or f"{name} or reference_image_end must be" in message


@pytest.mark.parametrize(
    ("workflow", "name"),
    [
        (workflow, name)
        for workflow, (needs, may) in TAKES.items()
        for name in GIVEN
        if name not in (*needs, *may) and name != "reference_mask"
    ],
)
def test_a_workflow_refuses_what_it_does_not_take(workflow, name):
    needs, _ = TAKES[workflow]
    message = refused(video(workflow, *needs, name))
    if name == "reference_audio_identity" and "reference_audio" in needs:
        assert "exclude each other" in message
    else:
        assert message == f"A project's {name} is not taken by {workflow} models."


def test_an_end_alone_is_enough():
    frame = key_frame(video("i2v", "reference_image_end"))
    assert frame["hasReferenceImageEnd"] is True
    assert frame["referenceImageEndContentType"] == "image/png"
    assert "hasReferenceImage" not in frame


def test_a_family_that_is_not_known_takes_what_it_is_given():
    project = VideoProject(model="seedance-2-5", prompt="p", reference_image=IMAGE, reference_audio=VOICE)
    frame = key_frame(project)
    assert frame["hasReferenceImage"] is frame["hasReferenceAudio"] is True


@pytest.mark.parametrize(
    ("model", "workflow"),
    [
        ("wan_v2.2-14b-fp8_s2v", "s2v"),
        ("wan_v2.2-14b-fp8_animate-move_lightx2v", "animate-move"),
        ("ltx2-19b-fp8_t2v", "t2v"),
        ("ltx25-22b-int8_ia2v_dev", "ia2v"),
        ("ltx23-22b-fp8_a2v_distilled", "a2v"),
        ("ltx23-22b-10eros-v1.4-fp8mixed_i2v", "i2v"),
        ("wan3.0-video", None),
        ("minimax-h3-fl2va-fp8_i2v", None),
        ("z_image_turbo_bf16", None),
        ("wan_v2.2-14b-fp8_t2vx", None),
    ],
)
def test_the_workflow_stands_in_the_id_of_two_families(model, workflow):
    assert video_workflow(model) == workflow


def test_assets_have_their_slots():
    project = video("v2v", "reference_video", "reference_image", "reference_mask", "reference_audio_identity")
    assert project.assets == {
        "referenceImage": IMAGE,
        "referenceAudio": VOICE,
        "referenceVideo": CLIP,
        "referenceMask": IMAGE,
    }
    assert list(video("i2v", "reference_image_end", "reference_image").assets) == [
        "referenceImage",
        "referenceImageEnd",
    ]


def test_a_voice_lies_in_the_slot_of_the_sound_and_gives_its_type():
    frame = key_frame(video("t2v", "reference_audio_identity", identity_guidance=3.0))
    sent = {name: value for name, value in frame.items() if "Audio" in name or "identity" in name}
    assert sent == {
        "hasReferenceAudioIdentity": True,
        "referenceAudioIdentityContentType": "audio/wav",
        "referenceAudioContentType": "audio/wav",
        "identityGuidanceScale": 3,
    }


def test_a_file_of_no_known_type_is_sent_without_one():
    strange = Asset("a", Path("a"), "", 100)
    frame = key_frame(VideoProject(model="seedance-2-5", prompt="p", reference_image=strange))
    assert frame["hasReferenceImage"] is True
    assert "referenceImageContentType" not in frame


@pytest.mark.parametrize(
    ("slot", "type", "sent"),
    [
        ("reference_audio", "video/webm", "audio/webm"),
        ("reference_audio", "audio/ogg", "audio/ogg"),
        ("reference_audio", "audio/mpeg", "audio/mpeg"),
        ("reference_audio", "video/mp4", "video/mp4"),
        ("reference_video", "audio/webm", "video/webm"),
        ("reference_video", "video/quicktime", "video/quicktime"),
    ],
)
def test_a_container_of_both_has_the_kind_of_its_slot(slot, type, sent):
    asset = Asset("a", Path("a"), type, 100)
    frame = key_frame(VideoProject(model="seedance-2-5", prompt="p", **{slot: asset}))
    assert frame["referenceAudioContentType" if slot == "reference_audio" else "referenceVideoContentType"] == sent


def test_the_mask_belongs_to_inpaint():
    inpaint = ControlNet("inpaint", strength=0.85)
    frame = key_frame(video("v2v", "reference_video", "reference_mask", control_net=inpaint))
    assert frame["hasReferenceMask"] is True
    assert frame["referenceMaskContentType"] == "image/png"
    assert frame["currentControlNetsJob"] == [{"name": "inpaint", "controlStrength": 0.85}]
    assert "needs the control_net inpaint" in refused(video("v2v", "reference_video", "reference_mask"))
    canny = ControlNet("canny")
    assert "inpaint" in refused(video("v2v", "reference_video", "reference_mask", control_net=canny))


def test_a_pose_needs_somebody_to_take_it():
    pose = ControlNet("pose", strength=1.0)
    assert "reference_image must be given for pose" in refused(video("v2v", "reference_video", control_net=pose))
    frame = key_frame(video("v2v", "reference_video", "reference_image", control_net=pose))
    assert frame["currentControlNetsJob"] == [{"name": "pose", "controlStrength": 1}]


@pytest.mark.parametrize(
    "control",
    [
        ControlNet("pose", IMAGE),
        ControlNet("pose", mode="balanced"),
        ControlNet("pose", guidance_start=0.0),
        ControlNet("pose", guidance_end=1.0),
    ],
)
def test_the_control_of_a_video_has_no_more_than_name_and_strength(control):
    assert "name and a strength only" in refused(
        video("v2v", "reference_video", "reference_image", control_net=control)
    )


def test_controls_are_for_v2v():
    assert "is for v2v models, not for t2v" in refused(video("t2v", control_net=ControlNet("canny")))


@pytest.mark.parametrize(
    ("field", "value", "name", "sent"),
    [
        ("frames", 81, "frames", 81),
        ("fps", 16.0, "fps", 16),
        ("fps", 23.976, "fps", 23.976),
        ("shift", 5.0, "shift", 5),
        ("teacache", 0.25, "teacacheThreshold", 0.25),
        ("audio_start", 0.0, "audioStart", 0),
        ("audio_duration", 2.5, "audioDuration", 2.5),
        ("video_start", 1.0, "videoStart", 1),
        ("first_frame_strength", 0.6, "firstFrameStrength", 0.6),
        ("last_frame_strength", 1.0, "lastFrameStrength", 1),
        ("detailer_strength", 0.6, "detailerStrength", 0.6),
        ("identity_guidance", 10, "identityGuidanceScale", 10),
        ("trim_end_frame", True, "trimEndFrame", True),
        ("generate_audio", False, "generateAudio", False),
        ("outpaint_position", "top", "outpaintPosition", "top"),
        ("sampler", "UniPC", "comfySampler", "uni_pc"),
        ("scheduler", "simple", "comfyScheduler", "simple"),
        ("negative_prompt", "fog", "negativePrompt", "fog"),
    ],
)
def test_a_field_is_written_when_it_is_given(field, value, name, sent):
    bare = key_frame(video())
    frame = key_frame(video(**{field: value}))
    assert {key: frame[key] for key in frame if key not in bare or bare[key] != frame[key]} == {name: sent}
    assert isinstance(frame[name], type(sent))


def test_what_is_not_given_is_left_out_but_for_the_sampler():
    request = payload_of(video())
    assert (request["outputFormat"], request["previews"]) == ("mp4", 0)
    # constants of the old project file, not what is made
    assert (request["frameRate"], request["generatedVideoSeconds"]) == (24, 10)
    (frame,) = request["keyFrames"]
    nulls = {name for name, value in frame.items() if value is None}
    assert nulls == {
        "comfySampler", "comfyScheduler", "scheduler", "timeStepSpacing", "currentControlNets", "startingImage"
    }  # fmt: skip
    absent = {"frames", "fps", "width", "height", "sizePreset", "trimEndFrame", "sam2Coordinates", "vae", "steps"}
    assert not absent & frame.keys()
    assert not any(name.startswith(("hasContextImage", "hasReference", "reference")) for name in frame)


def test_points_are_text_without_blanks():
    project = video("animate-replace", "reference_image", "reference_video", sam2_coordinates=((0.5, 0.25), (1.0, 0.0)))
    assert key_frame(project)["sam2Coordinates"] == '[{"x":0.5,"y":0.25},{"x":1,"y":0}]'
    elsewhere = video("animate-move", "reference_image", "reference_video", sam2_coordinates=((0.5, 0.5),))
    assert "are for animate-replace models" in refused(elsewhere)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frames": 0}, "frames must be at least 1"),
        ({"fps": 0}, "fps"),
        ({"fps": float("inf")}, "fps"),
        ({"shift": -1.0}, "shift"),
        ({"teacache": 1.1}, "teacache must be from 0 to 1"),
        ({"teacache": float("nan")}, "teacache"),
        ({"audio_start": -0.5}, "audio_start"),
        ({"detailer_strength": 2.0}, "detailer_strength"),
        ({"identity_guidance": 11.0}, "identity_guidance"),
        ({"sam2_coordinates": ((0.5, 1.5),)}, "sam2_coordinates"),
        ({"outpaint_position": "middle"}, "center, top, bottom, left, right"),
        ({"output_format": "webm"}, "mp4"),
        ({"width": 640}, "together"),
    ],
)
def test_what_cannot_be_right_is_refused(change, message):
    assert message in refused(dataclasses.replace(video(), **change))


def test_the_request_is_json():
    project = video("v2v", "reference_video", control_net=ControlNet("depth"), fps=24.0)
    assert json.loads(json.dumps(key_frame(project))) == key_frame(project)


PRICED = VideoProject(model="wan_v2.2-14b-fp8_i2v", prompt="p", width=512, height=480, frames=81, fps=16.0)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({}, "512/480/81/16?network=fast"),
        ({"steps": 4}, "512/480/81/16/4/1?network=fast"),
        ({"count": 3}, "512/480/81/16/0/3?network=fast"),
        ({"steps": 20, "count": 2}, "512/480/81/16/20/2?network=fast"),
        ({"fps": 23.976}, "512/480/81/23.976?network=fast"),
        ({"reference_image": IMAGE}, "512/480/81/16?network=fast"),
        ({"reference_video": IMAGE}, "512/480/81/16?network=fast&hasVideoInput=1"),
    ],
)
def test_the_path_of_a_video(change, path):
    expected = f"/api/v1/job-video/estimate/spark/wan_v2.2-14b-fp8_i2v/{path}"
    assert estimate(dataclasses.replace(PRICED, **change), "fast") == expected


@pytest.mark.parametrize("missing", [{"width": None, "height": None}, {"frames": None}, {"fps": None}])
def test_a_video_has_to_say_what_it_will_be(missing):
    with pytest.raises(InputError, match="must be given for an estimate"):
        estimate(dataclasses.replace(PRICED, **missing), "fast")
