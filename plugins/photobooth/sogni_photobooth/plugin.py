"""What this distribution registers. It names everything and imports nothing but ``sogni_core.plugin``."""

from __future__ import annotations

from sogni_core.plugin import Mode, Settings, Validator, Workflow, hookimpl


@hookimpl
def sogni_modes() -> list[Mode]:
    """Return the mode ``photobooth``."""
    return [
        Mode(
            "photobooth",
            "Make portraits in any style from a photograph of a face.",
            request="sogni_photobooth.mode:Photobooth",
            flat=("--photobooth",),
            skill="sogni_photobooth:skill.md",
        )
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    """Return the one way to carry it out; its defaults are those of SDXL Turbo."""
    return [
        Workflow(
            "photobooth",
            "instantid",
            "sogni_photobooth.mode:render",
            accepts=("ref",),
            model_setting="photobooth.model",
            timeout_setting="photobooth.timeout",
            defaults={"steps": 7, "guidance": 2, "sampler": "dpmpp_sde", "scheduler": "karras"},
            announces=("Photobooth with {model}...", "Using seed: {seed}"),
            summary="Portraits that follow a face with the ControlNet InstantID.",
        )
    ]


@hookimpl
def sogni_validators() -> list[Validator]:
    """Return the rules about the face."""
    return [Validator(("photobooth",), "sogni_photobooth.rules:photobooth_rules")]


@hookimpl
def sogni_settings() -> list[Settings]:
    """Return the table ``[photobooth]``."""
    return [
        Settings(
            "photobooth",
            "sogni_photobooth.settings:PhotoboothSettings",
            openclaw={"defaultPhotoboothModel": "model", "defaultImageTimeoutSec": "timeout"},
        )
    ]
