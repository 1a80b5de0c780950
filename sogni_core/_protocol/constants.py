"""Every magic value of ``jobRequest``.

protocol: the message is the project file of the old Mac application with a single key frame. A remark in the SDK
says that Mac workers cannot process a request with missing fields, so every constant is sent, whatever is made.
Source of both templates: the request that the official JavaScript client 5.54.0 sends, captured whole.
"""

from __future__ import annotations

from typing import Any

LORAS = 8
"""LoRAs of a chain, at most."""

TOKENS = ("spark", "sogni")
NETWORKS = ("fast", "relaxed")
BILLING_MODES = ("auto", "subscription", "tokens")


def project() -> dict[str, Any]:
    """Make the constants of the top level, fresh for each request."""
    return {
        "selectedUpscalingModel": "OFF",
        "cnVideoFramesSketch": [],
        "cnVideoFramesSegmentedSubject": [],
        "cnVideoFramesFace": [],
        "doCanvasBlending": False,
        "animationIsOn": False,
        "cnVideoFramesBoth": [],
        "cnVideoFramesDepth": [],
        # not 5, as in the template of the SDK: nobody asked for previews
        "previews": 0,
        # neither the frame rate nor the duration of a video
        "frameRate": 24,
        "generatedVideoSeconds": 10,
        "canvasIsOn": False,
        "cnVideoFrames": [],
        "cnVideoFramesSegmentedBackground": [],
        "cnVideoFramesSegmented": [],
        "cnVideoFramesPose": [],
        "siVideoFrames": [],
    }


def key_frame() -> dict[str, Any]:
    """Make the constants of the key frame, fresh for each request.

    The SDK's template also has ``steps`` 20 and ``guidanceScale`` 7.5, but a value that is not given removes them:
    they never reach the wire.
    """
    return {
        "stepsIsEnabled": True,
        "siRotation": 0,
        "siDragOffsetIsEnabled": True,
        "strength": 0.5,
        "siZoomScaleIsEnabled": True,
        "isEnabled": True,
        "processing": "CPU, GPU",
        "useLastImageAsGuideImageInAnimation": True,
        "guidanceScaleIsEnabled": True,
        "siImageBackgroundColor": "black",
        "cnDragOffset": [0, 0],
        "scheduler": None,
        "timeStepSpacing": None,
        "cnRotation": 0,
        "siZoomScale": 1,
        "cnRotationIsEnabled": True,
        "negativePrompt": "",
        "startingImageZoomPanIsOn": False,
        "siRotationIsEnabled": True,
        "cnImageBackgroundColor": "clear",
        "strengthIsEnabled": True,
        "siDragOffset": [0, 0],
        "useLastImageAsCNImageInAnimation": False,
        "controlNetZoomPanIsOn": False,
        "cnZoomScaleIsEnabled": True,
        "currentControlNets": None,
        "stylePrompt": "",
        "cnDragOffsetIsEnabled": True,
        "frameIndex": 0,
        "startingImage": None,
        "cnZoomScale": 1,
    }
