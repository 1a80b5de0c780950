"""What this distribution registers. It names everything and imports nothing but ``sogni_core.plugin``."""

from __future__ import annotations

from sogni_core.plugin import Command, Medium, Mode, Model, Settings, Validator, Workflow, hookimpl

_STEPS = {"steps": {"*lightx2v*": 4, "*lightning*": 4, "*turbo*": 4, "*lcm*": 4, "*": 20}}
"""Models that were distilled need few steps."""

_ANNOUNCES = (
    "Generating video ({workflow}) with {model}...",
    "Reference image: {ref}",
    "End frame: {ref_end}",
    "Reference audio: {ref_audio}",
    "Reference video: {ref_video}",
)


@hookimpl
def sogni_modes() -> list[Mode]:
    """Return the mode ``video``, and two that build on it."""
    return [
        Mode(
            "video",
            "Make videos of a prompt, of images, of sound or of motion.",
            request="sogni_video.request:VideoRequest",
            flat=("--video", "-v"),
            skill="sogni_video:skill.md",
        ),
        Mode(
            "continue",
            "Continue a video, to an image or freely, and join both.",
            request="sogni_video.request:ContinueRequest",
            needs="sogni_video.ffmpeg:missing",
        ),
        Mode(
            "join",
            "Join clips that share a frame where they meet.",
            request="sogni_video.request:JoinRequest",
            workflow="sogni_video.join:join",
            needs="sogni_video.ffmpeg:missing",
        ),
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    """Return the ways to make a video, what is common before what is special."""
    made = "sogni_video.workflows"
    return [
        _workflow("t2v", f"{made}:t2v", (), "text-to-video", "Videos of a prompt."),
        _workflow(
            "i2v", f"{made}:i2v", ("ref", "ref_end"), "image-to-video", "From a first frame, to a last, or both."
        ),
        _workflow(
            "s2v", f"{made}:s2v", ("ref", "ref_end", "ref_audio"), "sound-to-video", "A face that speaks a sound."
        ),
        _workflow("animate-move", f"{made}:animate_move", _MOTION, "", "A subject that moves as somebody in a video."),
        _workflow("animate-replace", f"{made}:animate_replace", _MOTION, "", "A subject in the place of somebody."),
        Workflow(
            "continue",
            "i2v",
            "sogni_video.continuation:render",
            accepts=("clip", "ref_end"),
            model_setting="video.models.i2v",
            timeout_setting="video.timeout",
            defaults=_STEPS,
            summary="From a video's last frame on.",
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
def sogni_commands() -> list[Command]:
    """Return what can be done with videos that are there."""
    return [
        Command("last-frame", "Save the last frame of a video as an image.", "sogni_video.commands:last_frame"),
        Command("concat", "Put videos one after the other into one.", "sogni_video.commands:concat"),
    ]


@hookimpl
def sogni_models() -> list[Model]:
    """Return the models that are known by name, and the families that say which workflow an id is for."""
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
