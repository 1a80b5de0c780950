"""Which error is told when several could be: the earlier of the reference's list."""

from __future__ import annotations

import re
from typing import Any

from .rows import Refused, parametrize

T2V = "wan_v2.2-14b-fp8_t2v_lightx2v"
PLAIN = "z_image_turbo_bf16"
LIGHTNING = "qwen_image_edit_2511_fp8_lightning"

TOKEN = '--token-type must be "spark" or "sogni".'
STRATEGY = '--seed-strategy must be "random" or "prompt-hash".'
NO_VIDEO = "--multi-angle is only for image editing."
NO_360 = "--angles-360-video requires --angles-360."
ONE = "--angles-360-video requires --count 1."
REFERENCE = "--multi-angle requires a reference image (--context or --last-image)."
QWEN = "--multi-angle requires a Qwen Image Edit 2511 model."
EXPLICIT = "--lora-strengths requires explicit --loras when using --multi-angle."
MP4 = 'Video output format must be "mp4".'
PNG = re.compile(r'^Image output format must be "png"(?: or|,) "jpg"(?: or "webp")?\.$')
"""The service makes webp too, so it may be among what is allowed."""
NO_LORA = "--lora-strength requires at least one --lora."
COUNTS = "--lora-strengths count must match --loras count."
LORA = "--lora options are image-only."
SAMPLER = "--sampler/--scheduler are image-only options."
RESIZE = "--auto-resize-assets is only valid with --video."
ESTIMATE = "--estimate-video-cost requires --video."
WORKFLOW = 'Unknown workflow "v2v". Use t2v|i2v|s2v|animate-move|animate-replace.'
MISMATCH = f'Workflow "i2v" does not match model "{T2V}".'
PROMPT = "No prompt provided. Use --help for usage."
VIDEO_ONLY = "Video-only options (--workflow/--frames/--ref-audio/--ref-video) require --video."
FACE = "--photobooth requires --ref <face-image>."
BOOTH_VIDEO = "--photobooth cannot be combined with --video."
BOOTH_CONTEXT = "--photobooth cannot be combined with -c/--context."
NO_REFERENCE = "t2v does not accept reference image/audio/video."
LOOP_I2V = "--looping is only supported with i2v workflow."
LOOP_REF = "--looping requires --ref (reference image)."
LOOP_END = "--looping cannot be used with --ref-end (end frame is auto-generated)."
NO_CONTEXT = f"Model {PLAIN} does not support context images."

MULTI, SWEEP = "--multi-angle -c subject.jpg", "--angles-360 -c subject.jpg"
FOUR = "-c a.png -c b.png -c c.png -c d.png"

ALONE = [
    Refused("--token-type gold x", TOKEN, {"flag": "--token-type", "value": "gold"}),
    Refused("--seed-strategy best x", STRATEGY, {"flag": "--seed-strategy", "value": "best"}),
    Refused(f"{MULTI} --video x", NO_VIDEO),
    Refused("--angles-360 -c subject.jpg -v x", NO_VIDEO),
    Refused(f"{MULTI} --angles-360-video t.mp4 x", NO_360),
    Refused(f"{SWEEP} --angles-360-video t.mp4 -n 2 x", ONE, {"count": 2}),
    Refused(f"{SWEEP} --angles-360-video t.mp4 x", ONE, {"count": 3}, config={"defaultCount": 3}),
    Refused("--multi-angle x", REFERENCE),
    Refused("--angles-360 x", REFERENCE),
    Refused("--multi-angle", REFERENCE, why="no prompt is needed here"),
    Refused(f"{MULTI} -m {PLAIN} x", QWEN, {"model": PLAIN}),
    Refused(f"{MULTI} -m qwen_image_edit_2509 x", QWEN, {"model": "qwen_image_edit_2509"}),
    Refused(f"{MULTI} --lora-strengths 1,2 x", EXPLICIT),
    Refused(f"{MULTI} --lora-strength 1 --lora-strength 2 x", EXPLICIT),
    Refused("--video --output-format jpg x", MP4, {"outputFormat": "jpg"}),
    Refused("--output-format mp4 x", PNG, {"outputFormat": "mp4"}),
    Refused("--output-format GIF x", PNG, {"outputFormat": "gif"}),
    Refused("--lora-strength 1 x", NO_LORA),
    Refused("--lora-strengths 1,2 x", NO_LORA),
    Refused("--video --lora-strength 1 x", NO_LORA),
    Refused("--lora a --lora-strengths 1,2 x", COUNTS, {"loras": 1, "loraStrengths": 2}),
    Refused("--loras a,b --lora-strength 1 x", COUNTS, {"loras": 2, "loraStrengths": 1}),
    Refused(f"{MULTI} --loras a,b --lora-strength 1 x", COUNTS, {"loras": 3, "loraStrengths": 2},
            why="counted after multiple_angles was added"),
    Refused("--video --lora a x", LORA),
    Refused("--video --loras a --lora-strengths 1 x", LORA),
    Refused("--video --sampler euler x", SAMPLER),
    Refused("--video --scheduler simple x", SAMPLER),
    Refused("--auto-resize-assets x", RESIZE),
    Refused("--no-auto-resize-assets x", RESIZE),
    Refused(f"{SWEEP} --no-auto-resize-assets x", RESIZE),
    Refused("--estimate-video-cost x", ESTIMATE),
    Refused("--estimate-video-cost", ESTIMATE),
    Refused("--angles-360-video t.mp4 x", NO_360),
    Refused("--video --angles-360-video t.mp4 x", NO_360),
    Refused("--video --workflow v2v x", WORKFLOW, {"workflow": "v2v"}),
    Refused("--video --workflow Text2Video x",
            'Unknown workflow "Text2Video". Use t2v|i2v|s2v|animate-move|animate-replace.'),
    Refused(f"--video --workflow i2v -m {T2V} --ref ref.png x", MISMATCH, {"workflow": "i2v", "model": T2V}),
    Refused("--video --workflow s2v -m wan_v2.2-14b-fp8_animate-move_lightx2v x",
            'Workflow "s2v" does not match model "wan_v2.2-14b-fp8_animate-move_lightx2v".'),
    Refused("-n 2", PROMPT),
    Refused("--video", PROMPT),
    Refused("--photobooth --ref face.jpg", PROMPT),
    Refused("-c a.png", PROMPT),
    Refused("--workflow t2v x", VIDEO_ONLY),
    Refused("--frames 17 x", VIDEO_ONLY),
    Refused("--ref-audio speech.wav x", VIDEO_ONLY),
    Refused("--ref-video motion.mp4 x", VIDEO_ONLY),
    Refused(f"{SWEEP} --frames 17 x", re.compile("^(Video-only options|--frames requires --angles-360-video)"),
            why="with a 360 video --frames has a meaning, so another text may say what it needs"),
    Refused("--photobooth x", FACE),
    Refused("--photobooth --video --ref face.jpg x", BOOTH_VIDEO),
    Refused("--photobooth --ref face.jpg -c a.png x", BOOTH_CONTEXT),
    Refused("--video --looping x", LOOP_I2V),
    Refused("--video --looping --ref face.jpg --ref-audio speech.wav -o l.mp4 x", LOOP_I2V),
    Refused("--video --looping --ref-end end.png -o l.mp4 x", LOOP_REF),
    Refused("--video --looping --ref ref.png --ref-end end.png -o l.mp4 x", LOOP_END),
    Refused(f"-c a.png -m {PLAIN} x", NO_CONTEXT, {"model": PLAIN},
            hint="Try: qwen_image_edit_2511_fp8 or qwen_image_edit_2511_fp8_lightning"),
    Refused("-c a.png -m made-up x", "Model made-up does not support context images.", {"model": "made-up"}),
    Refused(f"{FOUR} x", f"Model {LIGHTNING} supports max 3 context images, got 4.",
            {"model": LIGHTNING, "maxImages": 3, "provided": 4}),
    Refused("-m flux1-kontext-dev -c a.png -c b.png -c c.png x",
            "Model flux1-kontext-dev supports max 2 context images, got 3.", {"maxImages": 2, "provided": 3}),
    Refused("-m qwen_image_edit_kontext " + FOUR + " x",
            "Model qwen_image_edit_kontext supports max 3 context images, got 4."),
    Refused(f"-m flux2_dev_fp8 {FOUR} -c a.png -c b.png -c c.png x",
            "Model flux2_dev_fp8 supports max 6 context images, got 7.", {"maxImages": 6, "provided": 7}),
    Refused(f"--multi-angle {FOUR} x", f"Model {LIGHTNING} supports max 3 context images, got 4."),
]  # fmt: skip


@parametrize(ALONE)
def test_each_error_has_its_words(stage: Any, row: Refused) -> None:
    stage.refuse(row, text=True)


def _angle(field: str, value: str) -> str:
    return f'Invalid {field} "{value}".'


PAIRS = [
    # 1 scanning, wherever its fault stands
    Refused("--token-type gold -n 0 x", "-n must be >= 1."),
    Refused("--seed-strategy best --bogus x", "Unknown option: --bogus"),
    Refused("--lora-strength 1 --steps y", "--steps must be an integer."),
    Refused("--photobooth -c a.png -s -1", "-s must be between 0 and 4294967295."),
    # 2 token type
    Refused("--seed-strategy best --token-type gold x", TOKEN),
    Refused("--token-type gold --multi-angle --video x", TOKEN),
    Refused("--token-type gold", TOKEN),
    Refused("--token-type gold --balance", TOKEN),
    # 3 strategy
    Refused("--seed-strategy best --multi-angle --video x", STRATEGY),
    Refused("--seed-strategy best --multi-angle", STRATEGY),
    Refused("--seed-strategy best --video --format png", STRATEGY),
    Refused("--seed-strategy best", STRATEGY),
    # 4 multi-angle and video
    Refused("--multi-angle --video --angles-360-video t.mp4 x", NO_VIDEO),
    Refused("--multi-angle --video x", NO_VIDEO),
    Refused("--angles-360 --angles-360-video t.mp4 -n 2 --video x", NO_VIDEO),
    Refused("--video --multi-angle --azimuth up --format png x", NO_VIDEO),
    Refused("--photobooth --multi-angle --video x", NO_VIDEO),
    # 5 a 360 video of one angle
    Refused("--multi-angle --angles-360-video t.mp4 -n 2 x", NO_360),
    Refused("--multi-angle --angles-360-video t.mp4 x", NO_360),
    Refused(f"{MULTI} --angles-360-video t.mp4 --azimuth up x", NO_360),
    # 6 several of a 360 video
    Refused("--angles-360 --angles-360-video t.mp4 -n 2 x", ONE),
    Refused(f"{SWEEP} --angles-360-video t.mp4 -n 2 --elevation up x", ONE),
    Refused("--angles-360-video t.mp4 -n 2 x", re.compile(r"^--angles-360-video requires --(count 1|angles-360)\.$"),
            why="whether 6 looks at a 360 video without any other flag of the mode is not said"),
    # 7 a reference image
    Refused("--multi-angle --azimuth up x", REFERENCE),
    Refused(f"--multi-angle -m {PLAIN} x", REFERENCE),
    Refused("--multi-angle --lora-strengths 1,2 x", REFERENCE),
    Refused("--multi-angle --format gif x", REFERENCE),
    # 8 words
    Refused(f"{MULTI} --azimuth up --elevation up --distance up x", _angle("azimuth", "up")),
    Refused(f"{MULTI} --distance up --elevation up x", _angle("elevation", "up")),
    Refused(f"{MULTI} --azimuth up -m {PLAIN} x", _angle("azimuth", "up")),
    Refused(f"{MULTI} --distance up -m {PLAIN} x", _angle("distance", "up")),
    Refused(f"{MULTI} --elevation up --lora-strengths 1,2 x", _angle("elevation", "up")),
    # 9 model
    Refused(f"{MULTI} -m {PLAIN} --lora-strengths 1,2 x", QWEN),
    Refused(f"{MULTI} -m {PLAIN} --format gif x", QWEN),
    Refused(f"--multi-angle {FOUR} -m {PLAIN} x", QWEN),
    # 10 strengths of a multi-angle
    Refused(f"{MULTI} --lora-strengths 1,2 --format gif x", EXPLICIT),
    Refused(f"{MULTI} --lora-strengths 1,2 --auto-resize-assets x", EXPLICIT),
    # 11 and 12 format
    Refused("--video --format png --lora-strength 1 x", MP4),
    Refused("--video --format png --lora a x", MP4),
    Refused("--video --format png --workflow v2v", MP4),
    Refused("--format gif --lora-strength 1 x", PNG),
    Refused("--format gif --lora a --lora-strengths 1,2 x", PNG),
    Refused("--format gif", PNG),
    Refused("--format gif --frames 17 x", PNG),
    # 13 strengths alone
    Refused("--video --lora-strength 1 --sampler euler x", NO_LORA),
    Refused("--lora-strength 1 --auto-resize-assets x", NO_LORA),
    Refused("--lora-strength 1", NO_LORA),
    Refused("--lora-strength 1 --photobooth -c a.png", NO_LORA),
    # 14 counts
    Refused("--video --loras a,b --lora-strength 1 x", COUNTS),
    Refused("--loras a,b --lora-strength 1 --auto-resize-assets x", COUNTS),
    Refused("--loras a,b --lora-strength 1", COUNTS),
    # 15 LoRA and video
    Refused("--video --lora a --sampler euler x", LORA),
    Refused("--video --lora a --workflow v2v x", LORA),
    Refused("--video --lora a", LORA),
    # 16 sampler and video
    Refused("--video --sampler euler --workflow v2v x", SAMPLER),
    Refused("--video --scheduler simple --angles-360-video t.mp4 x", SAMPLER),
    Refused("--video --scheduler simple", SAMPLER),
    # 17 auto-resize
    Refused("--auto-resize-assets --estimate-video-cost x", RESIZE),
    Refused("--auto-resize-assets --angles-360-video t.mp4 x", RESIZE),
    Refused("--auto-resize-assets", RESIZE),
    Refused("--auto-resize-assets --frames 17 x", RESIZE),
    # 18 estimate
    Refused("--estimate-video-cost --angles-360-video t.mp4 x", ESTIMATE),
    Refused("--estimate-video-cost --frames 17 x", ESTIMATE),
    Refused("--estimate-video-cost --photobooth x", ESTIMATE),
    # 19 a 360 video without a sweep
    Refused("--video --angles-360-video t.mp4 --workflow v2v x", NO_360),
    Refused("--angles-360-video t.mp4", NO_360),
    Refused("--angles-360-video t.mp4 --frames 17 x", NO_360),
    Refused("--photobooth --angles-360-video t.mp4 x", NO_360),
    # 20 and 21 workflow
    Refused("--video --workflow v2v", WORKFLOW),
    Refused(f"--video --workflow v2v -m {T2V} x", WORKFLOW),
    Refused("--video --photobooth --workflow v2v x", WORKFLOW),
    Refused(f"--video --workflow i2v -m {T2V}", MISMATCH),
    Refused(f"--video --workflow i2v -m {T2V} --looping x", MISMATCH),
    # 22 prompt
    Refused("--frames 17", PROMPT),
    Refused("--photobooth", PROMPT),
    Refused("--video --workflow s2v", PROMPT),
    Refused("--video --looping", PROMPT),
    Refused(f"-c a.png -m {PLAIN}", PROMPT),
    Refused(FOUR, PROMPT),
    # 23 options of videos
    Refused("--photobooth --frames 17 x", VIDEO_ONLY),
    Refused("--photobooth --ref face.jpg --workflow t2v -c a.png x", VIDEO_ONLY),
    Refused(f"--frames 17 -c a.png -m {PLAIN} x", VIDEO_ONLY),
    Refused(f"--ref-audio speech.wav {FOUR} x", VIDEO_ONLY),
    # 24 to 26 photobooth
    Refused("--photobooth --video x", FACE),
    Refused("--photobooth -c a.png x", FACE),
    Refused("--photobooth --video --ref face.jpg -c a.png x", BOOTH_VIDEO),
    Refused("--photobooth --video --ref face.jpg --workflow s2v x", BOOTH_VIDEO),
    Refused(f"--photobooth --ref face.jpg -c a.png -m {PLAIN} x", BOOTH_CONTEXT),
    Refused(f"--photobooth --ref face.jpg {FOUR} x", BOOTH_CONTEXT),
    # 27 assets
    Refused("--video --workflow t2v --looping --ref ref.png x", NO_REFERENCE),
    Refused("--video --workflow s2v --looping x", "s2v requires both --ref and --ref-audio."),
    Refused("--video --workflow i2v --looping x", "i2v requires --ref and/or --ref-end."),
    # 28 to 30 looping
    Refused("--video --looping --strict-size -w 500 -h 512 x", LOOP_I2V),
    Refused("--video --looping --strict-size -w 512 --ref-end 1170x1200.png -o l.mp4 x", LOOP_REF),
    Refused("--video --looping --strict-size -w 512 --ref 1170x1200.png --ref-end end.png -o l.mp4 x", LOOP_END),
    # 33 before 34: a model that takes none is not one that takes fewer
    Refused(f"-m {PLAIN} {FOUR} x", NO_CONTEXT),
]  # fmt: skip


@parametrize(PAIRS)
def test_of_two_errors_the_earlier_is_told(stage: Any, row: Refused) -> None:
    stage.refuse(row)


CHECKED_FIRST = [
    "--token-type gold x", "--lora-strength 1 x", "", "--photobooth x", "-c a.png -m z_image_turbo_bf16 x",
    "--video --workflow i2v x", "--multi-angle x",
]  # fmt: skip


@parametrize([Refused(argv, "") for argv in CHECKED_FIRST])
def test_checks_come_before_credentials(stage: Any, row: Refused) -> None:
    found = stage.fail(row.words, account=None)
    assert found["errorCode"] == "INVALID_ARGUMENT"


def test_all_that_is_wrong_is_told_beside_the_first(stage: Any) -> None:
    """A value that is none keeps nobody from hearing what else is wrong."""
    found = stage.fail("--token-type gold --lora-strength 1 --workflow t2v --frames 17 a b")
    assert [problem["error"] for problem in found["problems"]] == [
        '--token-type must be "spark" or "sogni".',
        "--lora-strength requires at least one --lora.",
        "Video-only options (--workflow/--frames/--ref-audio/--ref-video) require --video.",
        "Unexpected argument: b",
    ]


def test_what_only_the_run_finds_says_what_was_asked_for(stage: Any) -> None:
    found = stage.fail("-o . x")
    assert (found["errorCode"], found["context"]["width"]) == ("OUTPUT_NOT_WRITABLE", 512)
    assert stage.projects == []
