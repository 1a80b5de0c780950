"""The records that this distribution registers. It names targets, and imports only ``sogni_core.plugin``."""

from __future__ import annotations

from sogni_core.plugin import Mode, Settings, Validator, Workflow, hookimpl


@hookimpl
def sogni_modes() -> list[Mode]:
    """Return the mode ``multiangle``."""
    return [
        Mode(
            "multiangle",
            "Show a subject from other sides, or as a turntable video.",
            request="sogni_multiangle.request:MultiAngle",
            flat=("--multi-angle", "--multiple-angles", "--angles-360"),
            skill="sogni_multiangle:skill.md",
            output_fields=("azimuth",),
            examples={
                "Show the left side": 'sogni multiangle -c subject.jpg --azimuth left "a vase" -o side.jpg',
                "Show all eight sides": 'sogni multiangle -c subject.jpg --angles-360 "a vase" -o sides',
                "Also join them into a looping video": "sogni multiangle -c subject.jpg --angles-360 "
                '--angles-360-video spin.mp4 "a vase"',
            },
        )
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    """Return the workflow, with the defaults that the LoRA was made for."""
    return [
        Workflow(
            "multiangle",
            "angles",
            "sogni_multiangle.workflow:render",
            accepts=("context",),
            model_setting="image.edit_model",
            timeout_setting="multiangle.timeout",
            defaults={"steps": {"*lightning*": 4, "*": 20}, "guidance": {"*lightning*": 1, "*": 4}},
            completes="Image {done}/{jobs} ({key}) completed",
            summary="One side or all eight sides, with the LoRA multiple_angles. Clips between them form the video.",
        )
    ]


@hookimpl
def sogni_validators() -> list[Validator]:
    """Return the rules about angles."""
    return [Validator(("multiangle",), "sogni_multiangle.rules:multiangle_rules")]


@hookimpl
def sogni_settings() -> list[Settings]:
    """Return the table ``[multiangle]``."""
    return [
        Settings(
            "multiangle",
            "sogni_multiangle.settings:MultiangleSettings",
            openclaw={"defaultImageTimeoutSec": "timeout", "defaultDurationSec": "duration"},
        )
    ]
