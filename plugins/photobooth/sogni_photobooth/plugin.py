"""The records that this distribution registers. It names targets, and imports only ``sogni_core.plugin``."""

from __future__ import annotations

from sogni_core.plugin import Mode, Settings, Validator, Workflow, hookimpl


@hookimpl
def sogni_modes() -> list[Mode]:
    """Return the mode ``photobooth``."""
    return [
        Mode(
            "photobooth",
            "Generate portraits in any style from a photo of a face.",
            request="sogni_photobooth.mode:Photobooth",
            flat=("--photobooth",),
            skill="sogni_photobooth:skill.md",
            examples={
                "Paint a portrait": 'sogni photobooth --ref face.jpg "oil painting" -o portrait.png',
                "Stay closer to the photo": 'sogni photobooth --ref face.jpg --cn-strength 0.9 "comic" -o comic.png',
            },
        )
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    """Return the workflow, with the defaults of SDXL Turbo."""
    return [
        Workflow(
            "photobooth",
            "instantid",
            "sogni_photobooth.mode:render",
            accepts=("ref",),
            model_setting="photobooth.model",
            timeout_setting="photobooth.timeout",
            only_output=True,
            defaults={"steps": 7, "guidance": 2, "sampler": "dpmpp_sde", "scheduler": "karras"},
            announces=("Photobooth with {model}...", "Using seed: {seed}"),
            summary="Portraits that keep a face, with the ControlNet InstantID.",
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
