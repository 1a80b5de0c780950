"""Which seed is used: the reference's vectors through the program, and every key that counts or does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .hashed import KEYS, seed_of
from .rows import Sent, in_order

CAT = "'a cat wearing a hat'"
EDIT = "qwen_image_edit_2511_fp8_lightning"
WAN = "wan_v2.2-14b-fp8_"

VECTORS = [
    (CAT, 342357531),
    (f"-w 768 -h 768 {CAT}", 3999937497),
    (f"--steps 4 --guidance 3.5 {CAT}", 151919823),
    (f"--guidance 1e-7 {CAT}", 1828161017),
    (f"--token-type sogni {CAT}", 595459926),
    (f"--output-format jpg {CAT}", 3515576134),
    ("'café 🐱 \"q\"\n<sks>\u2028'", 2344102628),
    (f"--loras a,b --lora-strengths 0.5,1 {CAT}", 3135481891),
    ("--video 'ocean waves at sunset'", 3820739021),
    ("-c photo.jpg 'make the background a beach'", 851203400),
    ("--multi-angle -c subject.jpg --azimuth front-right 'studio portrait, same person'", 3836364664),
]


@pytest.mark.parametrize(("argv", "seed"), VECTORS)
def test_the_vectors_of_the_original(stage: Any, argv: str, seed: int) -> None:
    stage.send(Sent(argv, {"seed": seed}, lines=(f"Using prompt-hash seed: {seed}",)))


def test_the_oracle_of_these_tests_agrees_with_the_vectors() -> None:
    assert len(KEYS) == 23
    assert seed_of() == 342357531
    assert seed_of(width=768, height=768) == 3999937497
    assert seed_of(prompt="") == 2689663768
    assert seed_of(prompt='café 🐱 "q"\n<sks>\u2028') == 2344102628
    assert seed_of(loras=["a", "b"], loraStrengths=[0.5, 1]) == 3135481891


WAVES = {"prompt": "waves", "model": f"{WAN}t2v_lightx2v", "workflow": "t2v"}
CLIP = {**WAVES, "model": f"{WAN}i2v_lightx2v", "workflow": "i2v"}
ANGLE = {
    "prompt": "x", "model": EDIT, "angleDescription": "x", "outputFormat": "jpg", "sampler": "euler",
    "scheduler": "simple", "loras": ["multiple_angles"], "loraStrengths": [0.9], "contextImages": ["a.png"],
    "guidance": 1,
}  # fmt: skip

HASHED: list[tuple[str, dict[str, Any]]] = [
    # What counts.
    ("dog", {"prompt": "dog"}),
    ("'a\tb\u0001c\\'", {"prompt": "a\tb\u0001c\\"}),
    (f"-m flux1-schnell-fp8 {CAT}", {"model": "flux1-schnell-fp8"}),
    (f"-w 640 {CAT}", {"width": 640}),
    (f"-h 640 {CAT}", {"height": 640}),
    (f"-w 640.0 {CAT}", {"width": 640}),
    (f"--token-type spark {CAT}", {"tokenType": "spark"}),
    (f"--token SPARK {CAT}", {"tokenType": "spark"}),
    (f"--output-format PNG {CAT}", {"outputFormat": "png"}),
    (f"--output-format jpeg {CAT}", {"outputFormat": "jpg"}),
    (f"--sampler euler {CAT}", {"sampler": "euler"}),
    (f"--scheduler beta {CAT}", {"scheduler": "beta"}),
    (f"--lora a {CAT}", {"loras": ["a"]}),
    (f"--lora a --lora-strength 1.0 {CAT}", {"loras": ["a"], "loraStrengths": [1]}),
    (f"--steps 6 {CAT}", {"steps": 6}),
    (f"--guidance 1.0 {CAT}", {"guidance": 1}),
    (f"--guidance 0.5 {CAT}", {"guidance": 0.5}),
    ("-c a.png -c b.png x", {"prompt": "x", "model": EDIT, "contextImages": ["a.png", "b.png"]}),
    ("-c ./a.png x", {"prompt": "x", "model": EDIT, "contextImages": ["./a.png"]}),
    ("--photobooth --ref face.jpg x",
     {"prompt": "x", "model": "coreml-sogniXLturbo_alpha1_ad", "width": 1024, "height": 1024, "refImage": "face.jpg"}),
    ("--photobooth --ref face.jpg --sampler euler x",
     {"prompt": "x", "model": "coreml-sogniXLturbo_alpha1_ad", "width": 1024, "height": 1024, "refImage": "face.jpg",
      "sampler": "euler"}),
    ("--multi-angle -c a.png x", ANGLE),
    ("--multi-angle -c a.png --description y x", {**ANGLE, "angleDescription": "y"}),
    ("--multi-angle -c a.png --azimuth 'FRONT right quarter' --elevation 'low angle' --distance 'Close Up' x",
     {**ANGLE, "azimuth": "front-right", "elevation": "low-angle", "distance": "close-up"}),
    ("--multi-angle -c a.png --strength 0.5 x", {**ANGLE, "loraStrengths": [0.5]}),
    ("--multi-angle -c a.png -m qwen_image_edit_2511_fp8 x",
     {**ANGLE, "model": "qwen_image_edit_2511_fp8", "guidance": 4}),
    ("--multi-angle -c a.png --steps 6 x", {**ANGLE, "steps": 6}),
    ("--multi-angle -c a.png -c b.png x", {**ANGLE, "contextImages": ["a.png", "b.png"]}),
    ("--video waves", WAVES),
    ("--video --steps 6 waves", {**WAVES, "steps": 6}),
    ("--video -w 1920 -h 1080 waves", {**WAVES, "width": 1536, "height": 864}),
    ("--video --ref ref.png waves", {**CLIP, "refImage": "ref.png"}),
    ("--video --ref ref.png --ref-end end.png waves", {**CLIP, "refImage": "ref.png", "refImageEnd": "end.png"}),
    ("--video --ref 1170x1200.png waves", {**CLIP, "refImage": "1170x1200.png", "width": 608, "height": 624}),
    ("--video --ref face.jpg --ref-audio speech.wav waves",
     {**CLIP, "model": f"{WAN}s2v_lightx2v", "workflow": "s2v", "refImage": "face.jpg", "refAudio": "speech.wav"}),
    ("--video --ref face.jpg --ref-video motion.mp4 waves",
     {**CLIP, "model": f"{WAN}animate-move_lightx2v", "workflow": "animate-move", "refImage": "face.jpg",
      "refVideo": "motion.mp4"}),
    ("--video --auto-resize-assets waves", {**WAVES, "autoResizeVideoAssets": True}),
    ("--video --no-auto-resize-assets waves", {**WAVES, "autoResizeVideoAssets": False}),
    ("--video --format mp4 waves", {**WAVES, "outputFormat": "mp4"}),
    # What does not.
    (f"-n 3 {CAT}", {}),
    (f"-t 99 {CAT}", {}),
    (f"-o cat.png {CAT}", {}),
    (f"-o cat.jpg {CAT}", {}),
    (f"--seed-strategy prompt-hash {CAT}", {}),
    (f"-q {CAT}", {}),
    ("--video --fps 32 waves", WAVES),
    ("--video --duration 2 waves", WAVES),
    ("--video --frames 21 waves", WAVES),
    ("--video --strict-size waves", WAVES),
    ("--photobooth --ref face.jpg --cn-strength 0.5 --cn-guidance-end 0.4 x",
     {"prompt": "x", "model": "coreml-sogniXLturbo_alpha1_ad", "width": 1024, "height": 1024, "refImage": "face.jpg"}),
    ("--multi-angle -c a.png -n 2 x", ANGLE),
    ("--multi-angle -c a.png -o out.png x", ANGLE),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "changed"), HASHED)
def test_every_key_that_counts(stage: Any, argv: str, changed: dict[str, Any]) -> None:
    stage.send(Sent(argv, {"seed": seed_of(**changed)}))


CONFIGURED: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"defaultWidth": 768, "defaultHeight": 640}, CAT, {"width": 768, "height": 640}),
    ({"defaultImageModel": "flux1-schnell-fp8"}, CAT, {"model": "flux1-schnell-fp8"}),
    ({"defaultTokenType": "spark"}, CAT, {"tokenType": "spark"}),
    ({"defaultTokenType": "sogni"}, f"--token-type spark {CAT}", {"tokenType": "spark"}),
    ({"modelDefaults": {"z_image_turbo_bf16": {"steps": 6, "guidance": 1.5}}}, CAT, {}),
    ({"defaultCount": 2, "defaultNetwork": "relaxed"}, CAT, {}),
]


@pytest.mark.parametrize(("config", "argv", "changed"), CONFIGURED)
def test_what_counts_of_a_config(stage: Any, config: dict[str, Any], argv: str, changed: dict[str, Any]) -> None:
    stage.send(Sent(argv, {"seed": seed_of(**changed)}, config=config))


def test_a_sweep_has_one_seed_and_the_azimuth_that_was_typed(stage: Any) -> None:
    stage.send(Sent("--angles-360 -c a.png x", {"seed": seed_of(**ANGLE)}, count=8))
    assert len({frame["seed"] for frame in stage.frames}) == 1
    stage.send(Sent("--angles-360 -c a.png --azimuth Back x", {"seed": seed_of(**ANGLE, azimuth="Back")}, count=8))


def test_a_given_seed_is_sent(stage: Any) -> None:
    stage.send(Sent("-s 9 x", {"seed": 9}))
    assert not [line for line in stage.lines if "seed: " in line and not line.startswith("Using seed: 9")]


def test_random_seeds_differ(stage: Any) -> None:
    seeds = set()
    for _ in range(3):
        stage.send(Sent("--seed-strategy random x"))
        seeds.add(stage.frames[0]["seed"])
        assert f"Using random seed: {stage.frames[0]['seed']}" in stage.lines
    assert len(seeds) == 3
    assert all(0 <= seed <= 4294967295 for seed in seeds)


NAMED = [
    ("x", {}, "prompt-hash"),
    ("--seed-strategy random x", {}, "random"),
    ("x", {"seedStrategy": "random"}, "random"),
    ("--seed-strategy prompt-hash x", {"seedStrategy": "random"}, "prompt-hash"),
    ("-s 5 x", {}, None),
    ("-s 5 --seed-strategy random x", {}, None),
    ("-s 5 x", {"seedStrategy": "random"}, None),
]


@pytest.mark.parametrize(("argv", "config", "strategy"), NAMED)
def test_the_strategy_is_named_where_it_was_used(stage: Any, argv: str, config: Any, strategy: str | None) -> None:
    assert stage.succeed(argv, config=config)["seedStrategy"] == strategy


# The last seed.


@pytest.mark.parametrize("seed", [0, 7, 4294967295])
def test_the_last_seed_is_used(stage: Any, seed: int) -> None:
    stage.keep_last_render({"seed": seed})
    stage.send(Sent("--last-seed x", {"seed": seed}, lines=(f"Using seed from last render: {seed}",)))
    called = stage.call(["-q", "--last-seed", "x"])
    assert "Using seed" not in called.stderr


@pytest.mark.parametrize("kept", [{}, {"seed": None}, {"seed": "seven"}, {"seed": -1}, {"seed": 4294967296}, []])
def test_a_last_render_without_a_usable_seed_leaves_the_strategy(stage: Any, kept: Any) -> None:
    stage.keep_last_render(json.dumps(kept))
    stage.send(Sent(f"--last-seed {CAT}", {"seed": 342357531}))


@pytest.mark.parametrize("flags", [[], ["-q"]])
def test_a_last_render_that_does_not_read_is_told_even_when_quiet(stage: Any, flags: list[str]) -> None:
    stage.keep_last_render("{")
    stage.devnet.faults.add("insufficient_funds")
    stage.fail([*flags, "--last-seed", "a cat wearing a hat"])
    assert in_order(["Warning: Could not load last render seed"], [line.rstrip(".") for line in stage.lines])
    assert stage.frames[0]["seed"] == 342357531


@pytest.mark.parametrize("flags", [[], ["-q"]])
def test_no_last_render_is_told_even_when_quiet(stage: Any, flags: list[str]) -> None:
    stage.devnet.faults.add("insufficient_funds")
    stage.fail([*flags, "--last-seed", "a cat wearing a hat"])
    assert "Warning: No previous render found, generating seed" in [line.rstrip(".") for line in stage.lines]
    assert stage.frames[0]["seed"] == 342357531


def test_an_explicit_seed_beats_the_last_or_the_pair_is_refused(stage: Any) -> None:
    """The original takes the last one; both other answers are allowed."""
    stage.keep_last_render({"seed": 7})
    stage.devnet.faults.add("insufficient_funds")
    found = stage.fail(["--last-seed", "-s", "9", "x"])
    assert [frame["seed"] for frame in stage.frames] == [9] or "--last-seed" in found["error"]
