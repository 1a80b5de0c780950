"""The records that this distribution registers. It names targets, and imports only ``sogni_core.plugin``."""

from __future__ import annotations

from sogni_core.plugin import Command, ErrorCode, Medium, Mode, Model, Settings, Validator, Workflow, hookimpl

_STEPS = {"steps": {"*lightx2v*": 4, "*lightning*": 4, "*turbo*": 4, "*lcm*": 4, "*": 20}}
"""Distilled models need few steps."""

_ANNOUNCES = (
    "Generating video ({workflow}) with {model}...",
    "Reference image: {ref}",
    "End frame: {ref_end}",
    "Reference audio: {ref_audio}",
    "Reference video: {ref_video}",
)


@hookimpl
def sogni_modes() -> list[Mode]:
    """Return the modes ``video``, ``continue`` and ``join``."""
    return [
        Mode(
            "video",
            "Generate videos from a prompt, images, audio or a motion clip.",
            request="sogni_video.request:VideoRequest",
            flat=("--video", "-v"),
            skill="sogni_video:skill.md",
            examples={
                "Generate a video": 'sogni video "ocean waves at sunset" -o waves.mp4',
                "Animate a picture": 'sogni video --ref cat.jpg "the cat looks around" -o cat.mp4',
                "Show the price only": 'sogni video "ocean waves" --duration 8 --estimate-video-cost',
            },
        ),
        Mode(
            "continue",
            "Extend a video, optionally ending on a given image.",
            request="sogni_video.request:ContinueRequest",
            needs="sogni_video.ffmpeg:missing",
            examples={
                "Extend a video": 'sogni continue clip.mp4 "the camera pans" -o full.mp4',
                "End on a picture": 'sogni continue clip.mp4 --ref-end last.png "it gets dark" -o night.mp4',
            },
        ),
        Mode(
            "join",
            "Join clips, each of which starts with the last frame of the one before.",
            request="sogni_video.request:JoinRequest",
            workflow="sogni_video.join:join",
            needs="sogni_video.ffmpeg:missing",
            examples={"Join two clips into a loop": "sogni join clip.mp4 motion.mp4 --loop -o loop.mp4"},
        ),
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    """Return the workflows, the most common ones first."""
    made = "sogni_video.workflows"
    return [
        _workflow("t2v", f"{made}:t2v", (), "text-to-video", "Videos from a prompt."),
        _workflow(
            "i2v",
            f"{made}:i2v",
            ("ref", "ref_end"),
            "image-to-video",
            "Videos from a first frame, to a last frame, or between both.",
        ),
        _workflow(
            "s2v", f"{made}:s2v", ("ref", "ref_end", "ref_audio"), "sound-to-video", "A face that lip-syncs to audio."
        ),
        _workflow("animate-move", f"{made}:animate_move", _MOTION, "", "A subject that copies the motion of a video."),
        _workflow(
            "animate-replace", f"{made}:animate_replace", _MOTION, "", "A subject that replaces the person in a video."
        ),
        Workflow(
            "continue",
            "i2v",
            "sogni_video.continuation:render",
            accepts=("clip", "ref_end"),
            model_setting="video.models.i2v",
            timeout_setting="video.timeout",
            only_output=True,
            defaults=_STEPS,
            summary="Videos that continue from the last frame of another.",
        ),
    ]


_MOTION = ("ref", "ref_end", "ref_video")


def _workflow(name: str, target: str, accepts: tuple[str, ...], alias: str, summary: str) -> Workflow:
    return Workflow(
        "video",
        name,
        target,
        accepts=accepts,
        aliases=(alias,) if alias else (),
        model_setting=f"video.models.{name.replace('-', '_')}",
        timeout_setting="video.timeout",
        only_output=True,
        defaults=_STEPS,
        announces=_ANNOUNCES,
        summary=summary,
    )


@hookimpl
def sogni_validators() -> list[Validator]:
    """Return the rules about videos."""
    rules = "sogni_video.rules"
    return [
        Validator(("video", "continue"), f"{rules}:render_rules"),
        Validator(("video",), f"{rules}:asset_rules"),
        Validator(("video",), f"{rules}:looping_rules"),
        Validator(("video", "continue"), f"{rules}:size_rules"),
        Validator(("continue", "join"), f"{rules}:output_rules"),
    ]


@hookimpl
def sogni_settings() -> list[Settings]:
    """Return the table ``[video]``."""
    return [
        Settings(
            "video",
            "sogni_video.settings:VideoSettings",
            openclaw={
                "videoModels.t2v": "models.t2v",
                "videoModels.i2v": "models.i2v",
                "videoModels.s2v": "models.s2v",
                "videoModels.animate-move": "models.animate_move",
                "videoModels.animate-replace": "models.animate_replace",
                "defaultVideoWorkflow": "workflow",
                "defaultWidth": "width",
                "defaultHeight": "height",
                "defaultFps": "fps",
                "defaultDurationSec": "duration",
                "defaultVideoTimeoutSec": "timeout",
            },
        )
    ]


@hookimpl
def sogni_errors() -> list[ErrorCode]:
    """Return the codes of errors about videos and ffmpeg."""
    from sogni_video.error_codes import ERROR_CODES

    return ERROR_CODES


@hookimpl
def sogni_commands() -> list[Command]:
    """Return the commands that work on existing videos."""
    return [
        Command(
            "last-frame",
            "Save the last frame of a video as an image.",
            "sogni_video.commands:last_frame",
            group="Videos",
            examples={"Save the last frame": "sogni last-frame clip.mp4 -o frame.png"},
        ),
        Command(
            "concat",
            "Concatenate videos.",
            "sogni_video.commands:concat",
            group="Videos",
            examples={"Play one video after another": "sogni concat clip.mp4 motion.mp4 -o all.mp4"},
        ),
    ]


@hookimpl
def sogni_models() -> list[Model]:
    """Return the known models, and the families that map an id to its workflow."""
    from sogni_video.models import MODELS

    return MODELS


@hookimpl
def sogni_media() -> list[Medium]:
    """Return the medium ``video``."""
    return [
        Medium(
            "video",
            "sogni_video.project:VideoProject",
            "sogni_video.key_frame:key_frame",
            formats={"mp4": "video/mp4"},
            slots={"referenceAudio": "audio", "referenceVideo": "video"},
            placeholder="sogni_video.placeholder:placeholder",
            estimate="sogni_video.key_frame:estimate",
            length="{frames} frames at {fps:g} fps",
            checks_balance=True,
        )
    ]
