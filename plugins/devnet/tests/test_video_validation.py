"""jobRequests for videos and music: what is taken and what is refused."""

import pytest
from sogni_devnet.refusal import JobRefusal
from sogni_devnet.storage import StoredFile
from sogni_devnet.template import AUDIO_ONLY, REFERENCES, VIDEO_ONLY
from sogni_devnet.validation import read_order

LTX = {"frames": 25, "fps": 24, "width": 640, "height": 640}
MIME = {"referenceAudio": "audio/mpeg", "referenceVideo": "video/mp4"}


def there(slot):
    """Any slot is uploaded, with what belongs into it."""
    mime = MIME.get(slot, "image/png")
    return StoredFile("f", "o", "P", slot, None, None, 1, mime, mime)


def flags(*slots):
    return {flag: True for flag, slot in REFERENCES.items() if slot in slots and flag != "hasReferenceAudioIdentity"}


IMAGE, END, AUDIO, VIDEO, MASK = (
    "referenceImage",
    "referenceImageEnd",
    "referenceAudio",
    "referenceVideo",
    "referenceMask",
)


@pytest.mark.parametrize(
    ("workflow", "frame"),
    [
        ("t2v_lightx2v", {}), ("t2v_lightx2v", {"negativePrompt": ...}), ("t2v_lightx2v", {"fps": 32}),
        ("t2v_lightx2v", {"fps": 24}),
        ("t2v_lightx2v", {"loras": ["a"], "loraStrengths": [1]}),
        ("t2v_lightx2v", {"width": ..., "height": ...}), ("t2v_lightx2v", {"frames": 161, "shift": 5, "steps": 4}),
        ("t2v_lightx2v", {"teacacheThreshold": 0.2, "trimEndFrame": True, "seed": 1, "generateAudio": False}),
        ("i2v", flags(IMAGE)), ("i2v_lightx2v", flags(END)), ("i2v_lightx2v", flags(IMAGE, END)),
        ("s2v", {**flags(IMAGE, AUDIO), "frames": 321, "audioStart": 2.5, "audioDuration": 5}),
        ("animate-move_lightx2v", {**flags(IMAGE, VIDEO), "videoStart": 1}),
        ("animate-replace_lightx2v", {**flags(IMAGE, VIDEO), "sam2Coordinates": '[{"x":0.5,"y":0.5}]'}),
        ("animate-replace_lightx2v", {**flags(IMAGE, VIDEO), "hasContextImage1": False, "vae": None}),
        ("ltx25-22b-int8_ia2v_dev", {**LTX, **flags(IMAGE, AUDIO), "firstFrameStrength": 0.5}),
        ("ltx23-22b-fp8_a2v_distilled", {**LTX, **flags(AUDIO), "width": 3840, "frames": 505, "fps": 60}),
        ("ltx23-22b-fp8_v2v_dev", {**LTX, **flags(VIDEO), "detailerStrength": 1}),
        ("ltx23-22b-fp8_v2v_dev", {**LTX, **flags(VIDEO, IMAGE), "currentControlNetsJob": [{"name": "pose"}]}),
    ],
)  # fmt: skip
def test_video_is_taken(video_request, workflow, frame):
    order = read_order(video_request(workflow, frame), there)
    assert order.model.media == "video"


@pytest.mark.parametrize(
    ("workflow", "frame", "match"),
    [
        ("t2v_lightx2v", {"frames": ...}, "frames is missing"), ("t2v_lightx2v", {"frames": 16}, "frames"),
        ("t2v_lightx2v", {"frames": 162}, "frames"), ("t2v_lightx2v", {"frames": 81.0}, "frames"),
        ("t2v_lightx2v", {"fps": 0}, "fps"), ("t2v_lightx2v", {"fps": "16"}, "fps"),
        ("t2v_lightx2v", {"width": 464}, "width"), ("t2v_lightx2v", {"width": 490}, "divisible by 16"),
        ("t2v_lightx2v", {"height": 1552}, "height"), ("t2v_lightx2v", {"sizePreset": "custom"}, "sizePreset"),
        ("t2v_lightx2v", {"comfySampler": ...}, "comfySampler"), ("t2v_lightx2v", {"strength": 0.4}, "strength"),
        ("t2v_lightx2v", {"scheduler": "simple"}, "scheduler"), ("t2v_lightx2v", {"hasContextImage1": True}, "Context"),
        ("t2v_lightx2v", {"shift": 0.5}, "shift"), ("t2v_lightx2v", {"trimEndFrame": False}, "trimEndFrame"),
        ("t2v_lightx2v", {"videoStart": 1}, "videoStart is not for t2v"), ("t2v_lightx2v", {"duration": 5}, "duration"),
        ("t2v_lightx2v", {"audioStart": 1}, "audioStart"), ("t2v_lightx2v", {"detailerStrength": 1}, "detailerStr"),
        ("t2v_lightx2v", flags(IMAGE), "referenceImage is not for t2v"), ("i2v", {}, "referenceImage"),
        ("i2v", flags(IMAGE, AUDIO), "referenceAudio is not"), ("i2v", {"hasReferenceImage": False}, "hasReference"),
        ("i2v", {"hasReferenceImage": 1}, "hasReferenceImage"), ("s2v", flags(IMAGE), "referenceAudio is required"),
        ("i2v", {**flags(IMAGE), "referenceImageEndContentType": "image/png"}, "without hasReferenceImageEnd"),
        ("i2v", {**flags(IMAGE), "referenceImageContentType": "image/jpeg"}, "referenceImageContentType"),
        ("s2v", {**flags(IMAGE, AUDIO), "teacacheThreshold": 0.1}, "teacache"),
        ("s2v", {**flags(IMAGE, AUDIO), "frames": 322}, "frames"), ("s2v", flags(AUDIO), "referenceImage is required"),
        ("animate-move_lightx2v", flags(IMAGE), "referenceVideo is required"),
        ("animate-move_lightx2v", {**flags(IMAGE, VIDEO), "sam2Coordinates": "[]"}, "sam2"),
        ("animate-replace_lightx2v", {**flags(IMAGE, VIDEO), "sam2Coordinates": [{"x": 0, "y": 0}]}, "sam2"),
        ("animate-replace_lightx2v", {**flags(IMAGE, VIDEO), "sam2Coordinates": '[{"x":2,"y":0}]'}, "sam2"),
        ("animate-replace_lightx2v", {**flags(IMAGE, VIDEO), "sam2Coordinates": "{"}, "sam2"),
        ("ltx25-22b-int8_ia2v_dev", {**LTX, **flags(AUDIO)}, "referenceImage is required"),
        ("ltx25-22b-int8_a2v_dev", {**LTX, **flags(AUDIO, IMAGE)}, "referenceImage is not"),
        ("ltx25-22b-int8_a2v_dev", {**LTX, **flags(AUDIO), "frames": 26}, "multiple of 8"),
        ("ltx25-22b-int8_a2v_dev", {**LTX, **flags(AUDIO), "width": 650}, "divisible by 64"),
        ("ltx25-22b-int8_a2v_dev", {**LTX, **flags(AUDIO), "fps": 61}, "fps"),
        ("ltx23-22b-fp8_v2v_dev", {**LTX, **flags(VIDEO), "currentControlNetsJob": [{"name": "pose"}]}, "for pose"),
        ("ltx23-22b-fp8_v2v_dev", {**LTX, **flags(VIDEO), "currentControlNetsJob": [{"name": "inpaint"}]}, "Mask"),
        ("ltx23-22b-fp8_v2v_dev", {**LTX, **flags(VIDEO), "currentControlNetsJob": [{"name": "instantid"}]}, "name"),
        ("i2v", {**flags(IMAGE), "currentControlNetsJob": [{"name": "pose"}]}, "currentControlNetsJob is not for i2v"),
        ("ltx23-22b-fp8_v2v_dev", {**LTX, **flags(VIDEO), "outpaintPosition": "up"}, "outpaint"),
        ("ltx25-22b-int8_v2v_dev", {**LTX, **flags(VIDEO), "hasReferenceAudioIdentity": True}, "AudioIdentity is not"),
        ("ltx23-22b-fp8_a2v_dev", {**LTX, **flags(AUDIO), "hasReferenceAudioIdentity": True}, "shares its slot"),
    ],
)  # fmt: skip
def test_video_is_refused(video_request, workflow, frame, match):
    with pytest.raises(JobRefusal, match=match):
        read_order(video_request(workflow, frame), there)


@pytest.mark.parametrize("name", sorted({*VIDEO_ONLY, *AUDIO_ONLY, "shift"}))
def test_fields_of_other_media_do_not_belong_in_an_image(job_request, name):
    with pytest.raises(JobRefusal, match=name):
        read_order(job_request({name: 1}), there)


@pytest.mark.parametrize("top", [{"outputFormat": "png"}, {"previews": 1}, {"numberOfImages": 0}])
def test_top_of_a_video(video_request, top):
    with pytest.raises(JobRefusal, match=next(iter(top))):
        read_order({**video_request(), **top}, there)


def test_upload_of_a_wrong_kind(video_request):
    def wrong(slot):
        return StoredFile("f", "o", "P", slot, None, None, 1, None, "image/png" if "Image" not in slot else "audio/wav")

    with pytest.raises(JobRefusal, match="referenceImage is not an image; referenceAudio is not audio"):
        read_order(video_request("s2v", flags(IMAGE, AUDIO)), wrong)


@pytest.mark.parametrize(
    "frame",
    [{}, {"steps": 8, "guidanceScale": 1}, {"lyrics": "la", "language": "en", "keyscale": "A minor", "bpm": 300},
     {"timesignature": "3", "composerMode": True, "promptStrength": 2, "creativity": 0.85, "shift": 3},
     {"negativePrompt": ""}, {"modelID": "minimax_music3"}, {"duration": 600}],
)  # fmt: skip
def test_music_is_taken(audio_request, frame):
    assert read_order(audio_request(frame), there).duration == frame.get("duration", 10)


@pytest.mark.parametrize(
    ("frame", "match"),
    [({"duration": 9}, "duration"), ({"bpm": 29}, "bpm"), ({"timesignature": 4}, "timesig"), ({"width": 512}, "width"),
     ({"negativePrompt": "x"}, "negative"), ({"shift": 7}, "shift"), ({"frames": 81}, "frames"),
     ({"comfyScheduler": ...}, "comfyScheduler"), ({"creativity": 2.1}, "creativity"), ({"loras": "a"}, "loras")],
)  # fmt: skip
def test_music_is_refused(audio_request, frame, match):
    with pytest.raises(JobRefusal, match=match):
        read_order(audio_request(frame), there)


@pytest.mark.parametrize(
    ("frame", "match"),
    [({"steps": 3}, "steps"), ({"steps": 11}, "steps"), ({"guidanceScale": 3.5}, "guidance"),
     ({"comfySampler": "ddpm"}, "comfySampler"), ({"comfyScheduler": "karras"}, "comfyScheduler")],
)  # fmt: skip
def test_strict_tiers(job_request, frame, match):
    read_order(job_request(frame), there)
    with pytest.raises(JobRefusal, match=match):
        read_order(job_request(frame), there, strict_tiers=True)


def test_strict_tiers_refuse_a_frame_rate_that_is_none_of_theirs(video_request):
    with pytest.raises(JobRefusal, match="fps must be one of 16, 32"):
        read_order(video_request("t2v_lightx2v", {"fps": 24}), there, strict_tiers=True)


def test_strict_tiers_take_aliases_of_display_names(job_request):
    frame = {"modelID": "coreml-sogniXLturbo_alpha1_ad", "comfySampler": ..., "comfyScheduler": ..., "vae": ...,
             "scheduler": "dpmpp_sde", "timeStepSpacing": "karras"}  # fmt: skip
    read_order(job_request(frame), there, strict_tiers=True)
    with pytest.raises(JobRefusal, match="scheduler"):
        read_order(job_request({**frame, "scheduler": "DPM++ SDE"}), there, strict_tiers=True)


def test_steps_are_clamped(job_request):
    assert read_order(job_request({"steps": 50}), there, clamps=True).steps == 10
