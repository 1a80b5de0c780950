"""jobRequests that must be refused, and that nothing else happens with any input."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sogni_devnet.refusal import JobRefusal
from sogni_devnet.template import KEY_FRAME, TOP
from sogni_devnet.validation import read_order

FLUX1 = {"modelID": "flux1-schnell-fp8", "comfySampler": ..., "comfyScheduler": ..., "vae": ...}
LORA = {"loras": ["multiple_angles"], "loraStrengths": [0.9]}
FACE = {"name": "instantid", "cnImageState": "original", "hasImage": False, "controlStrength": 0.7, "controlMode": 0}


def nothing(_slot):
    return None


@pytest.mark.parametrize(
    "frame",
    [
        {}, {"seed": ...}, {"steps": 50}, {"guidanceScale": 7.5}, {"sizePreset": ..., "width": ..., "height": ...},
        {"sizePreset": "square", "width": ..., "height": ...}, {"width": 2560, "height": 256}, FLUX1, LORA,
        {**FLUX1, "scheduler": "euler", "timeStepSpacing": "simple"}, {"positivePrompt": ""}, {"vae": ...},
        {"comfySampler": "euler", "comfyScheduler": "simple"}, {"currentControlNetsJob": [FACE]},
        {f"hasContextImage{n}": ... for n in range(7, 17)},
        {"modelID": "flux2_dev_fp8"}, {**FLUX1, "modelID": "flux2_dev_fp8"},
    ],
)  # fmt: skip
def test_taken(job_request, frame):
    read_order(job_request(frame), nothing)


@pytest.mark.parametrize("name", TOP)
def test_top_constant(job_request, name):
    for value in (..., None, "other", not TOP[name] if isinstance(TOP[name], bool) else -1):
        with pytest.raises(JobRefusal, match=name):
            read_order(job_request(**{name: value}), nothing)


@pytest.mark.parametrize("name", KEY_FRAME)
def test_key_frame_constant(job_request, name):
    for value in (..., "other", [1], not KEY_FRAME[name] if isinstance(KEY_FRAME[name], bool) else -1):
        with pytest.raises(JobRefusal, match=name):
            read_order(job_request({name: value}), nothing)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("jobID", [..., None, "", "x", "bfadb14e-6b02-4d9b-9325-08a3a7dc859a", 5]),
        ("numberOfImages", [..., 0, -1, "2", 2.0, True, None, 10**400]), ("previews", [..., -1, None]),
        ("disableSafety", [..., 1, "true", None]), ("tokenType", ["gold", None, 1]), ("network", ["slow", None, ""]),
        ("outputFormat", [..., "jpeg", "gif", None]), ("billingMode", ["free", None]), ("appSource", [5, None]),
    ],
)  # fmt: skip
def test_top_value(job_request, name, values):
    for value in values:
        with pytest.raises(JobRefusal, match=name):
            read_order(job_request(**{name: value}), nothing)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("modelID", [..., None, 5]), ("positivePrompt", [..., None, 5]), ("negativePrompt", [..., None]),
        ("stylePrompt", [..., None]), ("steps", [0, None, "8", 1.5]), ("guidanceScale", [None, "1", float("nan"), -1]),
        ("seed", [-1, 2**32, None, 1.5, "1"]), ("width", [..., 255, 2561, None, "512"]), ("height", [..., 255, 2561]),
        ("sizePreset", [None, "huge", 5]), ("strength", [..., 0.4, None]), ("scheduler", [..., "euler"]),
        ("comfySampler", [..., 5]), ("vae", [5]), ("hasContextImage16", [..., 1, None]), ("frames", [81]),
        ("hasReferenceImage", [True]), ("hasStartingImage", [False, 1]), ("loras", [[], [5], ["a"] * 9, None, "a"]),
        ("loraStrengths", [[0.9], [], ["1"], [True]]), ("currentControlNetsJob", [[], [5], [FACE, FACE], {}]),
    ],
)  # fmt: skip
def test_key_frame_value(job_request, name, values):
    for value in values:
        with pytest.raises(JobRefusal, match=name):
            read_order(job_request({name: value}), nothing)


@pytest.mark.parametrize(
    "change", [{"name": "face"}, {"controlMode": 3}, {"controlStrength": 1.1}, {"hasImage": 1}, {"cnImageState": None}]
)
def test_controlnet_value(job_request, change):
    with pytest.raises(JobRefusal, match=next(iter(change))):
        read_order(job_request({"currentControlNetsJob": [{**FACE, **change}]}), nothing)


def test_legacy_model_takes_no_comfy_fields(job_request):
    with pytest.raises(JobRefusal, match="comfySampler"):
        read_order(job_request({"modelID": "flux1-schnell-fp8"}), nothing)
    with pytest.raises(JobRefusal, match="width"):
        read_order(job_request({**FLUX1, "width": 2560}), nothing)


def test_more_context_images_than_the_model_takes(job_request):
    frame = {"modelID": "qwen_image_edit_2511_fp8", **{f"hasContextImage{n}": True for n in range(1, 5)}}
    with pytest.raises(JobRefusal, match="takes 3"):
        read_order(job_request(frame), nothing)


def test_unknown_model(job_request):
    with pytest.raises(JobRefusal) as refused:
        read_order(job_request({"modelID": "no_such_model"}), nothing)
    assert refused.value.error == 4104


def test_all_problems_at_once(job_request):
    with pytest.raises(JobRefusal, match=r"frameRate.*numberOfImages.*seed"):
        read_order(job_request({"seed": -1}, frameRate=16, numberOfImages=0), nothing)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_is_taken_or_refused(job_request, data):
    request = copy.deepcopy(job_request({**LORA, "currentControlNetsJob": [FACE]}))
    frame = request["keyFrames"][0]
    place = data.draw(st.sampled_from([request, frame, frame["currentControlNetsJob"][0]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    try:
        read_order(request, nothing)
    except JobRefusal as refused:
        assert refused.message


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_for_a_video_or_a_piece_of_music(video_request, audio_request, data):
    flags = {"hasReferenceImage": True, "hasReferenceVideo": True, "sam2Coordinates": "[]", "videoStart": 1}
    requests = (
        video_request("animate-replace_lightx2v", flags), audio_request({"lyrics": "la", "keyscale": "C major"}),
        video_request("ltx23-22b-fp8_v2v_dev", {"currentControlNetsJob": [{"name": "pose"}]}),
    )  # fmt: skip
    request = copy.deepcopy(data.draw(st.sampled_from(requests)))
    place = data.draw(st.sampled_from([request, request["keyFrames"][0]]))
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    try:
        read_order(request, nothing)
    except JobRefusal as refused:
        assert refused.message


@given(JSON)
def test_any_payload_is_refused(payload):
    with pytest.raises(JobRefusal):
        read_order(payload, nothing)
