"""The photobooth: what is sent."""

from __future__ import annotations

from typing import Any

import pytest

from .rows import Sent, parametrize

BOOTH = "--photobooth --ref face.jpg"


def net(strength: float, end: float) -> list[dict[str, Any]]:
    return [
        {"name": "instantid", "cnImageState": "original", "hasImage": True, "controlStrength": strength,
         "controlMode": 0, "controlGuidanceStart": 0, "controlGuidanceEnd": end}
    ]  # fmt: skip


SENT = [
    Sent(f"{BOOTH} x", {"modelID": "coreml-sogniXLturbo_alpha1_ad", "positivePrompt": "x", "negativePrompt": "",
                        "stylePrompt": "", "sizePreset": "custom", "width": 1024, "height": 1024, "steps": 7,
                        "guidanceScale": 2, "scheduler": "dpmpp_sde", "timeStepSpacing": "karras",
                        "currentControlNetsJob": net(0.8, 0.3)},
         {"numberOfImages": 1, "disableSafety": False, "tokenType": "spark"},
         why="strengths are the documents', not the original code's"),
    Sent(f"{BOOTH} -n 4 x", project={"numberOfImages": 4}),
    Sent(f"{BOOTH} --cn-strength 0.6 x", {"currentControlNetsJob": net(0.6, 0.3)}),
    Sent(f"{BOOTH} --cn-guidance-end 0.5 x", {"currentControlNetsJob": net(0.8, 0.5)}),
    Sent(f"{BOOTH} --cn-strength 0.6 --cn-guidance-end 0.5 x", {"currentControlNetsJob": net(0.6, 0.5)}),
    Sent(f"{BOOTH} --cn-strength 1 --cn-guidance-end 1 x", {"currentControlNetsJob": net(1, 1)}),
    Sent(f"{BOOTH} -w 768 x", {"width": 768, "height": 1024}),
    Sent(f"{BOOTH} -h 768 x", {"width": 1024, "height": 768}),
    Sent(f"{BOOTH} --steps 9 --guidance 3 x", {"steps": 9, "guidanceScale": 3}),
    Sent(f"{BOOTH} --sampler euler x", {"scheduler": "euler", "timeStepSpacing": "karras"}),
    Sent(f"{BOOTH} --scheduler simple x", {"scheduler": "dpmpp_sde", "timeStepSpacing": "simple"}),
    Sent(f"{BOOTH} --format jpg x", project={"outputFormat": "jpg"}),
    Sent(f"{BOOTH} --loras a,b --lora-strengths 1,0.5 x", {"loras": ["a", "b"], "loraStrengths": [1, 0.5]}),
    Sent(f"{BOOTH} -s 9 x", {"seed": 9}),
    Sent(f"{BOOTH} -m flux1-schnell-fp8 x", {"modelID": "flux1-schnell-fp8", "steps": 7, "guidanceScale": 2}),
    Sent("--ref face.jpg x --photobooth", {"modelID": "coreml-sogniXLturbo_alpha1_ad"}),
]  # fmt: skip


@parametrize(SENT)
def test_a_portrait_is_asked_for(stage: Any, row: Sent) -> None:
    stage.send(row)


def test_the_face_arrives_as_it_is(stage: Any) -> None:
    stage.succeed(f"{BOOTH} -w 512 -h 512 x")
    assert stage.uploads["cnImage"].read_bytes() == (stage.folder / "face.jpg").read_bytes()


@pytest.mark.parametrize("argv", [f"{BOOTH} -w 512 -h 512 x"])
def test_what_nobody_chose_is_not_told(stage: Any, argv: str) -> None:
    found = stage.succeed(argv)
    assert not {"sampler", "scheduler", "steps", "guidance", "contextImages"} & set(found)
