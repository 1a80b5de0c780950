"""Tables of what differs from ``sogni``: the words of the Node program, its order of checks, and its flags.

Problems of the engine get the words of that program if it has any. They are in its order, so that the first error is
the same. All other problems, such as those of third-party modes, keep their words and come in the middle.
"""

from __future__ import annotations

from collections.abc import Mapping

from sogni_core.field import FieldSpec
from sogni_core.frontend.dialect import FlagDialect
from sogni_core.frozen import frozen
from sogni_core.problem import Notice, Problem

MIDDLE = 100
"""Place of a problem that is not in the table."""


@frozen
class Words:
    """The place and the words of a rule in the Node program."""

    place: float
    """Place in the order of its checks, smallest first."""
    text: str = ""
    """Its message, a template of fields and facts; empty to keep the text of the rule."""
    hint: str = ""
    """Its hint; empty to keep the hint of the rule."""


NO_FFMPEG = (
    "Install ffmpeg or set FFMPEG_PATH to a working ffmpeg binary. "
    'Or let pip bring one: pip install "sogni-video[ffmpeg]"'
)
NO_PROMPT = "No prompt provided. Use --help for usage."

TABLE: Mapping[str, Words] = {
    # Keys are rules, or a rule and its first field, which take precedence.
    "value.choice output_format": Words(112, 'Image output format must be "png" or "jpg".', "webp works too."),
    "value.missing prompt": Words(122, NO_PROMPT),
    "value.empty prompt": Words(122, NO_PROMPT),
    "prompt.missing": Words(122, NO_PROMPT),
    "value.unknown": Words(10),
    "value.integer": Words(10),
    "value.number": Words(10),
    "value.missing": Words(10),
    "value.empty": Words(10),
    "value.range": Words(10),
    "value.choice": Words(10),
    "value.switch": Words(10),
    "value.text": Words(10),
    "value.invalid": Words(10),
    "last-render.missing": Words(12),
    "count.most": Words(15),
    "asset.unusable": Words(60),
    "ffmpeg.missing": Words(105, "ffmpeg is required to join video clips.", NO_FFMPEG),
    "multiangle.ffmpeg.missing": Words(105, "ffmpeg is required to assemble the 360 video.", NO_FFMPEG),
    "multiangle.video-alone": Words(105),
    "multiangle.video-count": Words(106, "--angles-360-video requires --count 1."),
    "multiangle.subject-missing": Words(
        107,
        "--multi-angle requires a reference image (--context or --last-image).",
        "Name the image of the subject: -c subject.jpg.",
    ),
    "multiangle.word": Words(108, 'Invalid {field} "{value}".'),
    "multiangle.model": Words(109, "--multi-angle requires a Qwen Image Edit 2511 model.", "Try: -m {suggested}"),
    "multiangle.strengths": Words(110, "--lora-strengths requires explicit --loras when using --multi-angle."),
    "video.format": Words(111, 'Video output format must be "mp4".'),
    "loras.missing": Words(113, "--lora-strength requires at least one --lora."),
    "loras.strengths": Words(114, "--lora-strengths count must match --loras count."),
    "loras.most": Words(115),
    "size.model": Words(116),
    "flag.misplaced": Words(118),
    "workflow.unknown": Words(120),
    "video.model": Words(
        121,
        'Workflow "{wanted}" does not match model "{name}".',
        "Leave out --workflow, or use a model for {wanted}.",
    ),
    "starting-image.missing": Words(123),
    "multiangle.video-option": Words(123),
    "photobooth.face-missing": Words(
        124,
        "--photobooth requires --ref <face-image>.",
        "Name a photograph of the face: --ref face.jpg, or --last-image.",
    ),
    "video.output": Words(124),
    "photobooth.face-size": Words(127),
    "video.reference-foreign": Words(127),
    "video.reference-missing": Words(127),
    "looping.workflow": Words(128, "--looping is only supported with i2v workflow."),
    "looping.ref": Words(129, "--looping requires --ref (reference image)."),
    "looping.ref-end": Words(130, "--looping cannot be used with --ref-end (end frame is auto-generated)."),
    "looping.output": Words(130, "--looping requires --output: the loop is joined on this machine.", "Add -o loop.mp4"),
    "looping.count": Words(130, "--looping requires --count 1."),
    "continue.count": Words(130),
    "video.length": Words(131),
    "video.size": Words(
        132,
        "Video width and height must be {wanted} (got {size}).",
        "Choose --width/--height divisible by 16. For i2v, also match the reference aspect ratio. "
        "Try: --width {w} --height {h} (or omit --strict-size)",
    ),
    "video.reference-size": Words(
        132,
        "Reference image {shape} would resize to {scaled}, but both dimensions must be divisible by 16.",
        "Try: --width {w} --height {h} (or omit --strict-size)",
    ),
    "context.unsupported": Words(
        133,
        "Model {name} does not support context images.",
        "Try: qwen_image_edit_2511_fp8 or qwen_image_edit_2511_fp8_lightning",
    ),
    "context.most": Words(134, "Model {model} supports max {maxImages} context images, got {provided}."),
    "flag.more": Words(200),
}
"""Rule to its place and words."""

FOREIGN: Mapping[str, str] = {
    "t2v": "t2v does not accept reference image/audio/video.",
    "i2v": "i2v does not accept reference audio/video.",
    "s2v": "s2v does not accept reference video.",
    "animate-move": "animate workflows do not accept reference audio.",
    "animate-replace": "animate workflows do not accept reference audio.",
}
"""Workflow to the message for a reference that it does not accept."""

LACKING: Mapping[str, str] = {
    "i2v": "i2v requires --ref and/or --ref-end.",
    "s2v": "s2v requires both --ref and --ref-audio.",
    "animate-move": "animate workflows require both --ref and --ref-video.",
    "animate-replace": "animate workflows require both --ref and --ref-video.",
}
"""Workflow to the message for a missing reference."""

NOTICES: Mapping[str, str] = {
    "seed.last-unreadable": "Could not load last render seed",
    "seed.no-last-render": "No previous render found, generating seed",
    "last-render.ignored": "{last_image} ignored for {workflow} workflow.",
    "multiangle.first-context": "--multi-angle uses the first context image only.",
    "multiangle.azimuth-ignored": "--azimuth ignored for --angles-360.",
    "video.size-adjusted": "Adjusted i2v video size from {from} to {to} because resized reference would be {scaled}.",
}
"""Rule of a notice to the words of the Node program."""

ALWAYS_TOLD = frozenset({"seed.last-unreadable", "seed.no-last-render"})
"""Notices that are shown even with ``--quiet``."""

HINTS: Mapping[str, str] = {
    "MISSING_CREDENTIALS": "Set SOGNI_USERNAME/SOGNI_PASSWORD or create ~/.config/sogni/credentials.",
}
"""Error code to its hint, if the usual one names a command of ``sogni``."""

CLASHES: Mapping[frozenset[str], tuple[str, float]] = {
    frozenset({"photobooth", "video"}): ("--photobooth cannot be combined with --video.", 125),
    frozenset({"multiangle", "video"}): ("--multi-angle is only for image editing.", 104),
}
"""Two modes that are selected together, to the message and its place. Other pairs get a general message."""

_VIDEO_ONLY = ("Video-only options (--workflow/--frames/--ref-audio/--ref-video) require --video.", 123.0)
_NO_SAMPLING = ("--sampler/--scheduler are image-only options.", 116.0)
_NO_LORAS = ("--lora options are image-only.", 115.0)

MISPLACED: Mapping[tuple[str, str], tuple[str, float]] = {
    ("image", "sampler"): _NO_SAMPLING,
    ("image", "scheduler"): _NO_SAMPLING,
    ("image", "loras"): _NO_LORAS,
    ("image", "lora_strengths"): _NO_LORAS,
    ("multiangle", "angles_360_video"): ("--angles-360-video requires --angles-360.", 119.0),
    ("video", "workflow"): _VIDEO_ONLY,
    ("video", "frames"): _VIDEO_ONLY,
    ("video", "ref_audio"): _VIDEO_ONLY,
    ("video", "ref_video"): _VIDEO_ONLY,
    ("video", "auto_resize_assets"): ("--auto-resize-assets is only valid with --video.", 117.0),
}
"""Mode and field to the message for its flag in another mode that does not have it, and the place of the message."""

REFUSED: Mapping[tuple[str, str], tuple[str, float]] = {
    ("photobooth", "context"): ("--photobooth cannot be combined with -c/--context.", 126.0),
}
"""Selected mode and a field of another mode, to the message for its flag and the place of the message."""

BARE: Mapping[tuple[str, str], str] = {("multiangle", "angles_360_video"): ""}
"""Path options whose flag may be without a value, and the value that they then get."""

ORDER = (
    "success",
    "type",
    "prompt",
    "model",
    "width",
    "height",
    "seed",
    "seedStrategy",
    "seeds",
    "urls",
    "localPath",
    "tokenType",
    "outputFormat",
    "sampler",
    "scheduler",
    "loras",
    "loraStrengths",
    "workflow",
    "fps",
    "duration",
    "frames",
    "strictSize",
    "autoResizeVideoAssets",
    "contextImages",
    "photobooth",
    "refImage",
    "refImageEnd",
    "refAudio",
    "refVideo",
)
"""Fields that come first in the JSON object of a result, in order."""


class GenDialect(FlagDialect):
    """The words and the order of the Node program."""

    def order(self, problem: Problem, spec: FieldSpec | None) -> float:
        """Return the place of a problem in the checks of the Node program."""
        if problem.rule in ("value.missing", "value.empty") and spec is not None and spec.positional:
            return 122
        if "place" in problem.facts and problem.rule.startswith("flag."):
            return float(problem.facts["place"])
        return _words(problem).place

    def text(self, notice: Notice) -> str:
        """Return the words of the Node program, if it has any."""
        workflow = str(notice.facts.get("workflow", ""))
        match notice.rule:
            case "value.missing" | "value.empty" if "{" not in notice.text:
                return notice.text  # words of an author
            case "video.reference-foreign":
                return FOREIGN.get(workflow, notice.text)
            case "video.reference-missing":
                return LACKING.get(workflow, notice.text)
            case "video.reference-size" if notice.facts.get("referenceType") == "refImageEnd":
                return f"End reference{_words(notice).text.removeprefix('Reference')}"
            case rule:
                return NOTICES.get(rule) or _words(notice).text or notice.text

    def hint(self, problem: Problem) -> str:
        """Return the hint of the Node program, if it has one."""
        if problem.rule == "video.reference-size" and "Crop" in problem.hint:
            return "Crop the reference to another shape (or omit --strict-size)"
        return _words(problem).hint or problem.hint


def _words(notice: Notice) -> Words:
    by_field = TABLE.get(f"{notice.rule} {notice.fields[0]}") if notice.fields else None
    return by_field or TABLE.get(notice.rule) or Words(MIDDLE)
