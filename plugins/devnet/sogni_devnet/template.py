"""The constants of a ``jobRequest``: the Mac application's project file with one key frame.

Mac workers cannot process a request without one of them (protocol: a remark in the SDK), so this server requires all of
them.
"""

from __future__ import annotations

from typing import Any

TOP: dict[str, Any] = {
    "selectedUpscalingModel": "OFF", "doCanvasBlending": False, "animationIsOn": False, "canvasIsOn": False,
    "frameRate": 24, "generatedVideoSeconds": 10, "cnVideoFrames": [], "cnVideoFramesSketch": [],
    "cnVideoFramesSegmentedSubject": [], "cnVideoFramesSegmentedBackground": [], "cnVideoFramesSegmented": [],
    "cnVideoFramesFace": [], "cnVideoFramesBoth": [], "cnVideoFramesDepth": [], "cnVideoFramesPose": [],
    "siVideoFrames": [],
}  # fmt: skip
"""Constants of the top level."""

KEY_FRAME: dict[str, Any] = {
    "stepsIsEnabled": True, "siRotation": 0, "siDragOffsetIsEnabled": True, "siZoomScaleIsEnabled": True,
    "isEnabled": True, "processing": "CPU, GPU", "useLastImageAsGuideImageInAnimation": True,
    "guidanceScaleIsEnabled": True, "siImageBackgroundColor": "black", "cnDragOffset": [0, 0], "cnRotation": 0,
    "siZoomScale": 1, "cnRotationIsEnabled": True, "startingImageZoomPanIsOn": False, "siRotationIsEnabled": True,
    "cnImageBackgroundColor": "clear", "strengthIsEnabled": True, "siDragOffset": [0, 0],
    "useLastImageAsCNImageInAnimation": False, "controlNetZoomPanIsOn": False, "cnZoomScaleIsEnabled": True,
    "currentControlNets": None, "cnDragOffsetIsEnabled": True, "frameIndex": 0, "startingImage": None,
    "cnZoomScale": 1,
}  # fmt: skip
"""Constants of the key frame, which no option of an image project changes."""

OPTIONAL_TEXT = (
    "appSource", "interactionKind", "agentFramework", "agentFrameworkVersion", "agentSurface", "agentSurfaceVersion",
    "executionMode",
)  # fmt: skip
"""Optional texts of the top level, for attribution."""

CONTEXT_FLAGS = tuple(f"hasContextImage{number}" for number in range(1, 17))

CONTROLNETS = frozenset(
    (
        "canny", "depth", "inpaint", "instrp2p", "lineart", "lineartanime", "mlsd", "normalbae", "openpose",
        "scribble", "segmentation", "shuffle", "softedge", "tile", "instantid",
    )
)  # fmt: skip

VIDEO_CONTROLS = frozenset(("canny", "pose", "depth", "detailer", "outpaint", "inpaint"))
"""What a v2v project can use of its video."""

OUTPAINT = ("center", "top", "bottom", "left", "right")

REFERENCES = {
    "hasReferenceImage": "referenceImage", "hasReferenceImageEnd": "referenceImageEnd",
    "hasReferenceAudio": "referenceAudio", "hasReferenceVideo": "referenceVideo", "hasReferenceMask": "referenceMask",
    "hasReferenceAudioIdentity": "referenceAudio",
}  # fmt: skip
"""Flags of a video request to the upload slots that they promise. Speaker identity is in the audio slot."""

VIDEO_ONLY = frozenset(
    (
        *REFERENCES, *(f"{flag.removeprefix('has')[0].lower()}{flag.removeprefix('has')[1:]}ContentType"
                       for flag in REFERENCES),
        "frames", "fps", "teacacheThreshold", "audioStart", "audioDuration", "videoStart", "sam2Coordinates",
        "trimEndFrame", "firstFrameStrength", "lastFrameStrength", "detailerStrength", "generateAudio",
        "outpaintPosition", "identityGuidanceScale",
    )
)  # fmt: skip
"""Key-frame fields that only a video project may have."""

AUDIO_ONLY = frozenset(
    (
        "duration", "bpm", "timesignature", "language", "lyrics", "keyscale", "composerMode", "promptStrength",
        "creativity",
    )
)  # fmt: skip
"""Key-frame fields that only an audio project may have."""

IMAGE_ONLY = frozenset(
    ("sizePreset", "hasStartingImage", "vae", *CONTEXT_FLAGS)
)  # fmt: skip
"""Key-frame fields that only an image project may have, unless they are false or null."""

IMAGE_SLOTS = (
    "startingImage", "cnImage", *(f"contextImage{number}" for number in range(1, 17)),
    "referenceImage", "referenceImageEnd", "referenceMask",
)  # fmt: skip
"""Slots of ``/v1/image/uploadUrl``."""

MEDIA_SLOTS = ("referenceAudio", "referenceVideo")
"""Slots of ``/v1/media/uploadUrl``."""
