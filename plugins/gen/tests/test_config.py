"""OpenClaw's config: every key, by file and by environment, and what stands above it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from .rows import Refused, Sent, parametrize

WAN = "wan_v2.2-14b-fp8_"
FULL = "qwen_image_edit_2511_fp8"

KEYS = [
    # Images.
    Sent("x", {"modelID": "flux1-schnell-fp8"}, config={"defaultImageModel": "flux1-schnell-fp8"}),
    Sent("-m flux2_dev_fp8 x", {"modelID": "flux2_dev_fp8"}, config={"defaultImageModel": "flux1-schnell-fp8"}),
    Sent("x", {"modelID": "z_image_turbo_bf16"}, config={"defaultEditModel": FULL, "defaultPhotoboothModel": "p"}),
    Sent("-c a.png x", {"modelID": FULL, "steps": 20, "guidanceScale": 7.5}, config={"defaultEditModel": FULL}),
    Sent("-c a.png x", {"modelID": f"{FULL}_lightning"}, config={"defaultImageModel": "flux2_dev_fp8"}),
    Sent("--multi-angle -c a.png x", {"modelID": FULL, "steps": 20, "guidanceScale": 4},
         config={"defaultEditModel": FULL}),
    Sent("--photobooth --ref face.jpg x", {"modelID": "flux1-schnell-fp8"},
         config={"defaultPhotoboothModel": "flux1-schnell-fp8"}),
    Sent("x", {"width": 768, "height": 640}, config={"defaultWidth": 768, "defaultHeight": 640}),
    Sent("-w 512 x", {"width": 512, "height": 640}, config={"defaultWidth": 768, "defaultHeight": 640}),
    Sent("-c a.png x", {"width": 768, "height": 512}, config={"defaultWidth": 768}),
    Sent("--multi-angle -c a.png x", {"width": 768, "height": 512}, config={"defaultWidth": 768}),
    Sent("--photobooth --ref face.jpg x", {"width": 1024, "height": 1024},
         config={"defaultWidth": 768, "defaultHeight": 768}, why="a photobooth has a size of its own"),
    Sent("--photobooth --ref face.jpg -w 512 x", {"width": 512, "height": 1024}, config={"defaultHeight": 768}),
    # All.
    Sent("x", project={"numberOfImages": 3}, config={"defaultCount": 3}),
    Sent("-n 2 x", project={"numberOfImages": 2}, config={"defaultCount": 3}),
    Sent("--video x", project={"numberOfImages": 2}, config={"defaultCount": 2}),
    Sent("x", project={"network": "fast"}),
    Sent("x", project={"network": "relaxed"}, config={"defaultNetwork": "relaxed"}),
    Sent("x", project={"tokenType": "spark"}),
    Sent("x", project={"tokenType": "sogni"}, config={"defaultTokenType": "sogni"}),
    Sent("--token spark x", project={"tokenType": "spark"}, config={"defaultTokenType": "sogni"}),
    # Models' own.
    Sent("x", {"steps": 6, "guidanceScale": 1.5},
         config={"modelDefaults": {"z_image_turbo_bf16": {"steps": 6, "guidance": 1.5}}}),
    Sent("--steps 5 --guidance 1.25 x", {"steps": 5, "guidanceScale": 1.25},
         config={"modelDefaults": {"z_image_turbo_bf16": {"steps": 6, "guidance": 1.5}}}),
    Sent("x", {"steps": None}, config={"modelDefaults": {"z_image_turbo": {"steps": 6}}}, why="the exact id counts"),
    Sent("-m flux1-schnell-fp8 x", {"steps": 4, "guidanceScale": 3.5},
         config={"modelDefaults": {"flux1-schnell-fp8": {"steps": 4, "guidance": 3.5}}}),
    Sent("-c a.png x", {"steps": 6, "guidanceScale": 2},
         config={"modelDefaults": {"qwen_image_edit_2511_fp8_lightning": {"steps": 6, "guidance": 2}}}),
    Sent("--multi-angle -c a.png x", {"steps": 6, "guidanceScale": 2},
         config={"modelDefaults": {"qwen_image_edit_2511_fp8_lightning": {"steps": 6, "guidance": 2}}}),
    Sent("--photobooth --ref face.jpg x", {"steps": 9, "guidanceScale": 3},
         config={"modelDefaults": {"coreml-sogniXLturbo_alpha1_ad": {"steps": 9, "guidance": 3}}}),
    Sent("--video x", {"steps": 6, "guidanceScale": 1.5},
         config={"modelDefaults": {f"{WAN}t2v_lightx2v": {"steps": 6, "guidance": 1.5}}}),
    # Videos.
    Sent("--video x", {"modelID": "wan_of_mine"}, config={"videoModels": {"t2v": "wan_of_mine"}}),
    Sent("--video --ref ref.png x", {"modelID": f"{WAN}i2v", "steps": 20},
         config={"videoModels": {"i2v": f"{WAN}i2v"}}),
    Sent("--video --ref face.jpg --ref-audio speech.wav x", {"modelID": f"{WAN}s2v"},
         config={"videoModels": {"s2v": f"{WAN}s2v"}}),
    Sent("--video --ref face.jpg --ref-video motion.mp4 x", {"modelID": "mover"},
         config={"videoModels": {"animate-move": "mover", "animate-replace": "replacer"}}),
    Sent("--video --workflow animate-replace --ref face.jpg --ref-video motion.mp4 x", {"modelID": "replacer"},
         config={"videoModels": {"animate-move": "mover", "animate-replace": "replacer"}}),
    Sent(f"--video -m {WAN}t2v_lightx2v x", {"modelID": f"{WAN}t2v_lightx2v"}, config={"videoModels": {"t2v": "mine"}}),
    Sent("--video x", {"fps": 32}, config={"defaultFps": 32}),
    Sent("--video --fps 16 x", {"fps": 16}, config={"defaultFps": 32}),
    Sent("--video x", {"frames": 49}, config={"defaultDurationSec": 3}),
    Sent("--video --duration 2 x", {"frames": 33}, config={"defaultDurationSec": 3}),
    Sent("--video --frames 21 x", {"frames": 21}, config={"defaultDurationSec": 3}),
    Sent("--video x", {"width": 640, "height": 480}, config={"defaultWidth": 640, "defaultHeight": 480}),
    # The workflow of the config counts where neither model nor assets decide.
    Sent("--video x", {"modelID": f"{WAN}t2v_lightx2v"}, config={"defaultVideoWorkflow": "t2v"}),
    Sent("--video --ref ref.png x", {"modelID": f"{WAN}i2v_lightx2v"}, config={"defaultVideoWorkflow": "t2v"}),
    Sent(f"--video -m {WAN}i2v_lightx2v --ref ref.png x", {"modelID": f"{WAN}i2v_lightx2v"},
         config={"defaultVideoWorkflow": "t2v"}),
    Sent("--video --workflow t2v x", {"modelID": f"{WAN}t2v_lightx2v"}, config={"defaultVideoWorkflow": "i2v"}),
]  # fmt: skip


@parametrize(KEYS)
def test_a_key_counts_where_it_applies(stage: Any, row: Sent) -> None:
    stage.send(row)


REFUSED = [
    Refused("--video x", "i2v requires --ref and/or --ref-end.", config={"defaultVideoWorkflow": "i2v"}),
    Refused("--video x", "s2v requires both --ref and --ref-audio.", config={"defaultVideoWorkflow": "s2v"}),
    Refused("-c a.png x", "Model z_image_turbo_bf16 does not support context images.",
            config={"defaultEditModel": "z_image_turbo_bf16"}),
    Refused("--angles-360 --angles-360-video t.mp4 -c a.png x", "--angles-360-video requires --count 1.",
            config={"defaultCount": 2}),
]  # fmt: skip


@parametrize(REFUSED)
def test_what_a_key_brings_is_checked(stage: Any, row: Refused) -> None:
    stage.refuse(row)


@pytest.mark.parametrize("config", [{"defaultTokenType": "gold"}, {"defaultNetwork": "slow"}])
def test_money_is_not_spent_elsewhere_for_a_word_that_is_wrong(stage: Any, config: dict[str, Any]) -> None:
    found = stage.fail("x", config=config)
    assert next(iter(config.values())) in json.dumps(found)
    assert stage.projects == []


@pytest.mark.parametrize("name", ["SOGNI_SAFETY_FILTER", "SOGNI_TOKEN_TYPE", "SOGNI_NETWORK"])
def test_nor_is_it_spent_otherwise(stage: Any, name: str) -> None:
    found = stage.fail("x", environ={name: "perhaps"})
    assert "perhaps" in json.dumps(found)
    assert stage.projects == []


WRONG: list[dict[str, Any]] = [
    {"defaultFsp": 24}, {"defaultWidth": "wide"}, {"defaultWidth": 0}, {"defaultWidth": -5}, {"defaultCount": 0},
    {"defaultFps": None}, {"modelDefaults": 7}, {"videoModels": []}, {"seedStrategy": "best"}, {"defaultHeight": 1e300},
]  # fmt: skip


@pytest.mark.parametrize("config", WRONG)
def test_a_wrong_key_is_named(stage: Any, config: dict[str, Any]) -> None:
    """Refusing and warning are both allowed; silence, and sending what is wrong, are not."""
    stage.devnet.faults.add("insufficient_funds", times=None)
    called = stage.call("--video x", config=config)
    assert called.exit_code == 1
    assert next(iter(config)) in called.stderr or "--seed-strategy must be" in called.stderr
    for frame in stage.frames:
        assert 480 <= frame["width"] <= 1536 and 480 <= frame["height"] <= 1536 and frame["fps"] >= 1
    assert "Traceback" not in called.stderr


def test_the_configured_strategy(stage: Any) -> None:
    stage.send(Sent("x", config={"seedStrategy": "random"}))
    assert f"Using random seed: {stage.frames[0]['seed']}" in stage.lines
    stage.send(Sent("--seed-strategy prompt-hash 'a cat wearing a hat'", {"seed": 342357531},
                    config={"seedStrategy": "random"}))  # fmt: skip


def test_the_configured_time_limit(stage: Any) -> None:
    """The manifest's least for images is five seconds."""
    stage.devnet.faults.add("never_starts")
    found = stage.fail("x", config={"defaultImageTimeoutSec": 5})
    assert (found["error"], found["errorCode"]) == ("Timeout after 5s", "TIMEOUT")


def test_a_given_time_limit_stands_above_it(stage: Any) -> None:
    stage.devnet.faults.add("never_starts")
    assert stage.fail("-t 1 x", config={"defaultImageTimeoutSec": 60})["error"] == "Timeout after 1s"


SAMPLE = """
// as people write it
{
  plugins: {
    'entries': {
      "sogni-gen": {
        enabled: false, /* is ignored here */
        config: { defaultWidth: 768, 'defaultHeight': 640, modelDefaults: {
          'z_image_turbo_bf16': { steps: 6, guidance: 1.5, },
        }, },
      },
    },
  },
}
"""


def _home_file(stage: Any, text: str) -> str:
    path = stage.home.credentials.parent.parent.parent / ".openclaw" / "openclaw.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return str(path)


def _width(stage: Any, environ: Mapping[str, str]) -> int:
    stage.devnet.faults.add("insufficient_funds", times=None)
    stage.call("x", environ=environ)
    width: int = stage.frames[0]["width"]
    return width


def test_the_file_is_json5_in_the_home(stage: Any) -> None:
    _home_file(stage, SAMPLE)
    stage.send(Sent("x", {"width": 768, "height": 640, "steps": 6, "guidanceScale": 1.5}))


def test_the_file_may_lie_elsewhere(stage: Any) -> None:
    _home_file(stage, SAMPLE)
    other = stage.folder / "other.json"
    other.write_text(SAMPLE.replace("768", "896"), "utf-8")
    assert _width(stage, {"OPENCLAW_CONFIG_PATH": str(other)}) == 896
    assert _width(stage, {"OPENCLAW_CONFIG_PATH": ""}) == 768
    assert _width(stage, {"OPENCLAW_CONFIG_PATH": str(stage.folder / "none.json")}) == 512


WITHOUT = [
    "{", "", "[]", "7", '{"plugins": 7}', '{"plugins": {"entries": {"sogni-gen": {}}}}', "\x00\xff",
    '{"plugins": {"entries": {"other": {"config": {"defaultWidth": 768}}}}}',
]  # fmt: skip


@pytest.mark.parametrize("text", WITHOUT)
def test_a_file_without_a_config_counts_as_none(stage: Any, text: str) -> None:
    _home_file(stage, text)
    assert _width(stage, {}) == 512
    assert "Traceback" not in stage.called.stderr


def test_a_broken_file_is_told(stage: Any) -> None:
    path = _home_file(stage, "{ plugins: ")
    stage.devnet.faults.add("insufficient_funds", times=None)
    called = stage.call("x")
    assert path in called.stderr or "openclaw.json" in called.stderr
    assert len(stage.projects) == 1


def test_the_environment_takes_the_place_of_the_file(stage: Any) -> None:
    _home_file(stage, SAMPLE)
    assert _width(stage, {"OPENCLAW_PLUGIN_CONFIG": "{defaultWidth: 896,}"}) == 896
    assert stage.frames[0]["height"] == 512, "the file counts no more"
    assert _width(stage, {"OPENCLAW_PLUGIN_CONFIG": ""}) == 768
    assert _width(stage, {"OPENCLAW_PLUGIN_CONFIG": "{"}) == 512, "not even if it cannot be read"


FLAGS_ABOVE = {"defaultWidth": 768, "defaultImageModel": "flux1-schnell-fp8", "defaultTokenType": "sogni"}


def test_flags_stand_above_the_config(stage: Any) -> None:
    stage.send(Sent("-w 640 -m z_image_turbo_bf16 --token spark x", {"width": 640, "modelID": "z_image_turbo_bf16"},
                    {"tokenType": "spark"}, config=FLAGS_ABOVE))  # fmt: skip


def test_the_sample_of_the_documents_leaves_every_mode_usable(stage: Any) -> None:
    sample = {
        "defaultImageModel": "z_image_turbo_bf16", "defaultEditModel": "qwen_image_edit_2511_fp8_lightning",
        "defaultPhotoboothModel": "coreml-sogniXLturbo_alpha1_ad",
        "videoModels": {name: f"{WAN}{name}_lightx2v"
                        for name in ("t2v", "i2v", "s2v", "animate-move", "animate-replace")},
        "defaultVideoWorkflow": "t2v", "defaultNetwork": "fast", "defaultTokenType": "spark",
        "seedStrategy": "prompt-hash",
        "modelDefaults": {"flux1-schnell-fp8": {"steps": 4, "guidance": 3.5},
                          "flux2_dev_fp8": {"steps": 20, "guidance": 7.5}},
        "defaultWidth": 768, "defaultHeight": 768, "defaultCount": 1, "defaultFps": 16, "defaultDurationSec": 5,
        "defaultImageTimeoutSec": 30, "defaultVideoTimeoutSec": 300,
    }  # fmt: skip
    for argv, frame in (
        ("x", {"width": 768}),
        ("-c a.png x", {"width": 768}),
        ("--photobooth --ref face.jpg x", {"width": 1024}),
        ("--video x", {"width": 768, "frames": 81}),
        ("--video --ref ref.png x", {"modelID": f"{WAN}i2v_lightx2v", "width": 768}),
        ("--multi-angle -c a.png x", {"width": 768}),
        ("-m flux2_dev_fp8 x", {"steps": 20, "guidanceScale": 7.5}),
    ):
        stage.send(Sent(argv, frame, config=sample))
        assert not [line for line in stage.lines if line.startswith("Warning:")]
