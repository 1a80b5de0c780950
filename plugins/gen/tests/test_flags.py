"""Every flag and alias: what its value may be, and that it arrives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .rows import Refused, Row, Sent, parametrize

MULTI, BOOTH, CLIP = "--multi-angle -c subject.jpg", "--photobooth --ref face.jpg", "--video"

WHOLE = {
    "--width": "", "-w": "", "--height": "", "-h": "", "--count": "", "-n": "", "--timeout": "", "-t": "",
    "--steps": "", "--fps": CLIP, "--duration": CLIP, "--frames": CLIP,
}  # fmt: skip
"""Flags with a whole number from 1, each with the mode it belongs to."""

NUMBERS = {
    "--guidance": "", "--lora-strength": "", "--angle-strength": MULTI, "--strength": MULTI, "--cn-strength": BOOTH,
    "--cn-guidance-end": BOOTH,
}  # fmt: skip

SEEDS = ("--seed", "-s")

TEXTS = {
    "--output": "", "-o": "", "--model": "", "-m": "", "--seed-strategy": "", "--output-format": "", "--format": "",
    "--sampler": "", "--scheduler": "", "--lora": "", "--lora-model": "", "--loras": "", "--lora-strengths": "",
    "--token-type": "", "--token": "", "--context": "", "-c": "", "--azimuth": MULTI, "--elevation": MULTI,
    "--distance": MULTI, "--angle-description": MULTI, "--angle-anchor": MULTI, "--description": MULTI,
    "--anchor": MULTI, "--video-model": MULTI, "--i2v-model": MULTI, "--workflow": CLIP, "--ref": CLIP,
    "--reference": CLIP, "--ref-end": CLIP, "--end": CLIP, "--ref-audio": CLIP, "--audio": CLIP, "--ref-video": CLIP,
}  # fmt: skip

NO_NUMBERS = ("x", "''", "' '", "12px", "1_000", "0x10", "0b11", "0o17", "Infinity", "-Infinity", "NaN", "1,5", "--5",
              "½", "٣")  # fmt: skip
"""What JavaScript takes and is refused on purpose is among them: hexadecimal and blank."""


SAMPLE = ("x", "''", "1.5")
"""What every flag is tried with; one of each kind is tried with all."""


def _value(row: str) -> str:
    return Row(row).words[0]


def refused() -> Iterator[Refused]:
    """Make a row of each flag and each thing that it refuses."""
    for flag, mode in {**WHOLE, **NUMBERS, **dict.fromkeys(SEEDS, ""), **TEXTS}.items():
        yield Refused(f"{mode} x {flag}".strip(), f"{flag} requires a value.", {"flag": flag})
    for flag, mode in WHOLE.items():
        for text in (*NO_NUMBERS, "1.5", "1e-3") if flag in {"-w", "--frames"} else SAMPLE:
            yield Refused(f"{mode} {flag} {text} x".strip(), f"{flag} must be an integer.",
                          {"flag": flag, "value": _value(text)})  # fmt: skip
        for text in ("0", "-1", "-0.0") if flag == "-w" else ("0",):
            yield Refused(f"{mode} {flag} {text} x".strip(), f"{flag} must be >= 1.",
                          {"flag": flag, "value": text, "min": 1})  # fmt: skip
    for flag, mode in NUMBERS.items():
        for text in NO_NUMBERS if flag in {"--guidance", "--cn-strength"} else SAMPLE[:2]:
            yield Refused(f"{mode} {flag} {text} x".strip(), f"{flag} must be a number.",
                          {"flag": flag, "value": _value(text)})  # fmt: skip
    for flag in SEEDS:
        for text in (*NO_NUMBERS, "1.5") if flag == "-s" else SAMPLE:
            yield Refused(f"{flag} {text} x", f"{flag} must be an integer.", {"flag": flag, "value": _value(text)})
        for text in ("-1", "4294967296", "1e10"):
            yield Refused(f"{flag} {text} x", f"{flag} must be between 0 and 4294967295.",
                          {"flag": flag, "value": text})  # fmt: skip
    for text in ("x", "1,x", "0x1", "1,Infinity"):
        yield Refused(f"--loras a,b --lora-strengths {text} x", "--lora-strengths must be a number.",
                      {"flag": "--lora-strengths"})  # fmt: skip


@parametrize(refused())
def test_a_value_that_cannot_be_is_refused(stage: Any, row: Refused) -> None:
    stage.refuse(row)


CHOICES = [
    *(Refused(f"{flag} gold x", '--token-type must be "spark" or "sogni".', {"flag": "--token-type", "value": "gold"})
      for flag in ("--token-type", "--token")),
    Refused("--seed-strategy best x", '--seed-strategy must be "random" or "prompt-hash".',
            {"flag": "--seed-strategy", "value": "best"}),
    Refused("--seed-strategy prompthash x", '--seed-strategy must be "random" or "prompt-hash".'),
    Refused("--video --workflow v2v x", 'Unknown workflow "v2v". Use t2v|i2v|s2v|animate-move|animate-replace.',
            {"workflow": "v2v"}),
    Refused("--video --format png x", 'Video output format must be "mp4".', {"outputFormat": "png"}),
    Refused("--video --format PNG x", 'Video output format must be "mp4".', {"outputFormat": "png"}),
]  # fmt: skip


@parametrize(CHOICES)
def test_a_choice_that_there_is_not_is_refused(stage: Any, row: Refused) -> None:
    stage.refuse(row)


@pytest.mark.parametrize("flag", ["-n", "--count"])
@pytest.mark.parametrize("text", ["17", "1e3", "99999999999999999999"])
def test_more_than_sixteen_are_refused(stage: Any, flag: str, text: str) -> None:
    """The original has no bound; ours is its own, and its words are free."""
    found = stage.fail([flag, text, "x"])
    assert found["errorCode"] == "INVALID_ARGUMENT"
    assert "16" in found["error"] and ("-n" in found["error"] or "--count" in found["error"])
    assert stage.requests == []


EDIT, TURN = "qwen_image_edit_2511_fp8_lightning", "<sks> front view eye-level shot medium shot"

ARRIVES = [
    *(Sent(f"{flag} flux1-schnell-fp8 x", {"modelID": "flux1-schnell-fp8"}) for flag in ("-m", "--model")),
    *(Sent(f"{flag} 640 x", {"width": 640, "height": 512}) for flag in ("-w", "--width")),
    *(Sent(f"{flag} 640 x", {"width": 512, "height": 640}) for flag in ("-h", "--height")),
    *(Sent(f"{flag} 3 x", project={"numberOfImages": 3}) for flag in ("-n", "--count")),
    *(Sent(f"{flag} 7 x", {"seed": 7}) for flag in ("-s", "--seed")),
    *(Sent(f"{flag} 9 x") for flag in ("-t", "--timeout")),
    Sent("--steps 6 x", {"steps": 6}),
    Sent("--guidance 1.25 x", {"guidanceScale": 1.25}),
    Sent("--guidance 0 x", {"guidanceScale": 0}),
    *(Sent(f"{flag} {text} x", project={"outputFormat": made}) for flag in ("--output-format", "--format")
      for text, made in (("png", "png"), ("jpg", "jpg"), ("jpeg", "jpg"), ("JPG", "jpg"), ("Jpeg", "jpg"))),
    Sent("--sampler euler x", {"comfySampler": "euler"}),
    Sent("--scheduler beta x", {"comfyScheduler": "beta"}),
    Sent("--sampler made-up x", {"comfySampler": "made-up"}, why="samplers and schedulers are not checked"),
    *(Sent(f"{flag} {text} x", project={"tokenType": text.lower()}) for flag in ("--token-type", "--token")
      for text in ("spark", "sogni", "SOGNI", "Spark")),
    *(Sent(f"-c a.png {flag} one {flag} two x", {"loras": ["one", "two"]}) for flag in ("--lora", "--lora-model")),
    Sent("-c a.png --loras one,two x", {"loras": ["one", "two"]}),
    Sent("-c a.png --loras ' one, ,two,' x", {"loras": ["one", "two"]}),
    Sent("-c a.png --lora one --loras two,three --lora-model four x", {"loras": ["one", "two", "three", "four"]}),
    Sent("-c a.png --loras a,b --lora-strength 1 --lora-strength 0.5 x", {"loraStrengths": [1, 0.5]}),
    Sent("-c a.png --loras a,b --lora-strengths '0.25, 0.5' x", {"loraStrengths": [0.25, 0.5]}),
    Sent("-c a.png --loras a,b --lora-strength 2 --lora-strengths 3 x", {"loraStrengths": [2, 3]}),
    Sent("-c a.png --loras a,b --lora-strengths 3 --lora-strength 2 x", {"loraStrengths": [3, 2]}),
    *(Sent(f"{flag} a.png {flag} b.png x", {"modelID": EDIT, "hasContextImage1": True, "hasContextImage2": True,
                                            "hasContextImage3": False}) for flag in ("-c", "--context")),
    *(Sent(f"{flag} -c subject.jpg x", {"positivePrompt": f"{TURN} x"})
      for flag in ("--multi-angle", "--multiple-angles")),
    Sent("--angles-360 -c subject.jpg x", {"modelID": EDIT}, count=8),
    *(Sent(f"{MULTI} {flag} 0.5 x", {"loraStrengths": [0.5]}) for flag in ("--angle-strength", "--strength")),
    *(Sent(f"{MULTI} {flag} 'a car' x", {"positivePrompt": f"{TURN} a car"})
      for flag in ("--angle-description", "--angle-anchor", "--description", "--anchor")),
    Sent(f"{MULTI} --azimuth back x", {"positivePrompt": "<sks> back view eye-level shot medium shot x"}),
    Sent(f"{MULTI} --elevation elevated x", {"positivePrompt": "<sks> front view elevated shot medium shot x"}),
    Sent(f"{MULTI} --distance wide x", {"positivePrompt": "<sks> front view eye-level shot wide shot x"}),
    *(Sent(f"{flag} x", {"modelID": "wan_v2.2-14b-fp8_t2v_lightx2v"}) for flag in ("-v", "--video")),
    *(Sent(f"-v {flag} ref.png x", {"hasReferenceImage": True}) for flag in ("--ref", "--reference")),
    *(Sent(f"-v {flag} end.png x", {"hasReferenceImageEnd": True}) for flag in ("--ref-end", "--end")),
    *(Sent(f"-v --ref face.jpg {flag} speech.wav x", {"hasReferenceAudio": True})
      for flag in ("--ref-audio", "--audio")),
    Sent("-v --ref face.jpg --ref-video motion.mp4 x", {"hasReferenceVideo": True}),
    Sent("-v --fps 32 x", {"fps": 32}),
    Sent("-v --duration 2 x", {"frames": 33}),
    Sent("-v --frames 21 x", {"frames": 21}),
    Sent("-v --frames 21 --duration 9 x", {"frames": 21}),
    *(Sent(f"-v --format {text} x", project={"outputFormat": "mp4"}) for text in ("mp4", "MP4")),
    *(Sent(f"--photobooth {flag} face.jpg x", {"modelID": "coreml-sogniXLturbo_alpha1_ad"})
      for flag in ("--ref", "--reference")),
]  # fmt: skip


@parametrize(ARRIVES)
def test_a_flag_arrives(stage: Any, row: Sent) -> None:
    stage.send(row)


@pytest.mark.parametrize("text", ["random", "RANDOM", "prompt-hash", "prompt_hash", "Prompt-Hash", "PROMPT_HASH"])
def test_a_strategy_may_be_written_in_any_case(stage: Any, text: str) -> None:
    stage.devnet.faults.add("insufficient_funds", times=None)
    stage.fail(["--seed-strategy", text, "x"])
    strategy = text.lower().replace("_", "-")
    assert f"Using {strategy} seed: {stage.frames[0]['seed']}" in stage.lines


@pytest.mark.parametrize("flag", ["-q", "--quiet"])
def test_quiet_says_nothing(stage: Any, flag: str) -> None:
    called = stage.call([flag, "x"])
    assert (called.exit_code, called.stderr) == (0, "")


@pytest.mark.parametrize("flag", ["-t", "--timeout"])
def test_the_time_limit_is_the_one_given(stage: Any, flag: str) -> None:
    stage.devnet.faults.add("never_starts")
    found = stage.fail([flag, "1", "x"])
    assert (found["error"], found["errorCode"]) == ("Timeout after 1s", "TIMEOUT")


@pytest.mark.parametrize("flag", ["--last-seed", "--reseed"])
def test_the_last_seed_has_two_names(stage: Any, flag: str) -> None:
    stage.keep_last_render({"seed": 7})
    stage.send(Sent(f"{flag} x", {"seed": 7}, lines=("Using seed from last render: 7",)))


@pytest.mark.parametrize("flag", ["--looping", "--loop"])
def test_looping_has_two_names(stage: Any, flag: str) -> None:
    stage.refuse(Refused(f"--video {flag} x", "--looping is only supported with i2v workflow."))


@pytest.mark.parametrize("flag", ["--balance", "--balances"])
def test_the_balance_has_two_names(stage: Any, flag: str) -> None:
    assert stage.call([flag]).stdout.startswith("SPARK: ")


OUT_OF_PLACE = [
    ("--fps 32 x", "--fps"), ("--duration 3 x", "--duration"), ("--ref ref.png x", "--ref"),
    ("--ref-end end.png x", "--ref-end"), ("--strict-size x", "--strict-size"), ("--looping x", "--looping"),
    ("--cn-strength 0.5 x", "--cn-strength"), ("--cn-guidance-end 0.5 x", "--cn-guidance-end"),
    ("--azimuth back x", "--azimuth"), ("--elevation elevated x", "--elevation"), ("--distance wide x", "--distance"),
    ("--angle-strength 0.5 x", "--angle-strength"), ("--angle-description y x", "--angle-description"),
    ("--video-model m x", "--video-model"), ("--video -c a.png x", "--context"),
    ("--video --azimuth back x", "--azimuth"), ("--video --cn-strength 0.5 x", "--cn-strength"),
    ("--photobooth --ref face.jpg --azimuth back x", "--azimuth"),
    ("--multi-angle -c a.png --cn-strength 0.5 x", "--cn-strength"),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "flag"), OUT_OF_PLACE)
def test_an_option_of_another_mode_is_refused_or_told(stage: Any, argv: str, flag: str) -> None:
    """Silence is the original's; an error and a warning are both better, if they name the flag."""
    stage.devnet.faults.add("insufficient_funds", times=None)
    called = stage.call(argv)
    assert called.exit_code == 1
    told = [line for line in stage.lines if line.startswith("Error:" if not stage.projects else "Warning:")]
    assert any(flag in line for line in told), called.stderr


@pytest.mark.parametrize("argv", ["--fps 0 x", "--cn-strength y x", "--duration 1.5 x", "--angle-strength y x"])
def test_a_value_is_judged_before_its_place(stage: Any, argv: str) -> None:
    """Scanning comes before every other check."""
    flag, value = argv.split()[:2]
    error = {"0": f"{flag} must be >= 1.", "y": f"{flag} must be a number.", "1.5": f"{flag} must be an integer."}
    stage.refuse(Refused(argv, error[value]))
