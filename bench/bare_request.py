"""The request of the bare scripts: one image, as plain data."""

from typing import Any

_EMPTY = [
    "cnVideoFrames", "cnVideoFramesSketch", "cnVideoFramesSegmentedSubject", "cnVideoFramesSegmentedBackground",
    "cnVideoFramesSegmented", "cnVideoFramesFace", "cnVideoFramesBoth", "cnVideoFramesDepth", "cnVideoFramesPose",
    "siVideoFrames",
]  # fmt: skip
_KEY_FRAME = {
    "stepsIsEnabled": True, "siRotation": 0, "siDragOffsetIsEnabled": True, "strength": 0.5,
    "siZoomScaleIsEnabled": True, "isEnabled": True, "processing": "CPU, GPU",
    "useLastImageAsGuideImageInAnimation": True, "guidanceScaleIsEnabled": True, "siImageBackgroundColor": "black",
    "cnDragOffset": [0, 0], "scheduler": None, "timeStepSpacing": None, "cnRotation": 0, "siZoomScale": 1,
    "cnRotationIsEnabled": True, "negativePrompt": "", "startingImageZoomPanIsOn": False, "siRotationIsEnabled": True,
    "cnImageBackgroundColor": "clear", "strengthIsEnabled": True, "siDragOffset": [0, 0],
    "useLastImageAsCNImageInAnimation": False, "controlNetZoomPanIsOn": False, "cnZoomScaleIsEnabled": True,
    "currentControlNets": None, "stylePrompt": "", "cnDragOffsetIsEnabled": True, "frameIndex": 0,
    "startingImage": None, "cnZoomScale": 1,
    "modelID": "z_image_turbo_bf16", "sizePreset": "custom", "comfySampler": None, "comfyScheduler": None, "vae": None,
    **{f"hasContextImage{number}": False for number in range(1, 17)},
}  # fmt: skip


def request(project: str, prompt: str, width: int, height: int) -> dict[str, Any]:
    """Make the payload of a ``jobRequest`` for one image."""
    return {
        "jobID": project, "keyFrames": [{**_KEY_FRAME, "positivePrompt": prompt, "width": width, "height": height}],
        "numberOfImages": 1, "previews": 0, "disableSafety": False, "tokenType": "spark", "outputFormat": "png",
        "network": "fast", "selectedUpscalingModel": "OFF", "doCanvasBlending": False, "animationIsOn": False,
        "canvasIsOn": False, "frameRate": 24, "generatedVideoSeconds": 10, **{name: [] for name in _EMPTY},
    }  # fmt: skip
