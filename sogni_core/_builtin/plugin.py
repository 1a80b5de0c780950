"""What the core itself registers."""

from __future__ import annotations

from sogni_core.plugin import Command, Medium, Mode, Model, Settings, Validator, Workflow, hookimpl


@hookimpl
def sogni_modes() -> list[Mode]:
    return [
        Mode(
            "image",
            "Make images of a prompt, or edit images.",
            request="sogni_core._builtin.image:ImageRequest",
            skill="sogni_core._builtin.skill:image.md",
        )
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    return [
        Workflow(
            "image",
            "text",
            "sogni_core._builtin.image:render",
            accepts=("starting_image",),
            model_setting="image.model",
            timeout_setting="image.timeout",
            defaults={"guidance": 1},
            announces=("Generating with {model}...", "Using seed: {seed}"),
            summary="Images of a prompt, from noise or from a starting image.",
        ),
        Workflow(
            "image",
            "edit",
            "sogni_core._builtin.image:render",
            accepts=("context", "starting_image"),
            model_setting="image.edit_model",
            timeout_setting="image.edit_timeout",
            defaults={"steps": {"*lightning*": 4, "*": 20}, "guidance": {"*lightning*": 3.5, "*": 7.5}},
            announces=("Editing with {model}...", "Context images: {context}", "Using seed: {seed}"),
            summary="Images made from context images.",
        ),
    ]


@hookimpl
def sogni_validators() -> list[Validator]:
    return [
        Validator(("*",), "sogni_core._builtin.rules:render_rules"),
        Validator(("*",), "sogni_core._builtin.rules:image_rules"),
        Validator(("image",), "sogni_core._builtin.rules:edit_rules"),
    ]


@hookimpl
def sogni_settings() -> list[Settings]:
    return [
        Settings(
            "",
            "sogni_core.settings.core:CoreSettings",
            openclaw={
                "defaultNetwork": "network",
                "defaultTokenType": "token_type",
                "seedStrategy": "seed_strategy",
                "defaultCount": "count",
                "modelDefaults": "model_defaults",
                "credentialsPath": "credentials_path",
                "lastRenderPath": "last_render_path",
                "mediaInboundDir": "media_inbound_dir",
            },
        ),
        Settings(
            "image",
            "sogni_core._builtin.settings:ImageSettings",
            openclaw={
                "defaultImageModel": "model",
                "defaultEditModel": "edit_model",
                "defaultWidth": "width",
                "defaultHeight": "height",
                "defaultImageTimeoutSec": ("timeout", "edit_timeout"),
            },
        ),
    ]


@hookimpl
def sogni_commands() -> list[Command]:
    account, config = "sogni_core._builtin.account", "sogni_core._builtin.config"
    about, journal = "sogni_core._builtin.about", "sogni_core._builtin.journal"
    openclaw = "sogni_core._builtin.openclaw.commands"
    return [
        Command("login", "Check credentials and store them.", f"{account}:login"),
        Command("logout", "Forget stored credentials and tokens.", f"{account}:logout"),
        Command("balance", "Show what the account can spend.", f"{account}:balance"),
        Command("models", "List models, with live worker counts where a network is reachable.", f"{about}:models"),
        Command("last", "Show the last render.", f"{journal}:last"),
        Command("runs", "List past runs.", f"{journal}:runs"),
        Command("resume", "Go on with a run whose process ended.", f"{journal}:resume"),
        Command("show", "Show one run: its request, steps and files.", f"{journal}:show"),
        Command("config show", "List every setting with its value and origin.", f"{config}:show"),
        Command("config set", "Write a setting to config.toml.", f"{config}:set_value"),
        Command("config unset", "Remove a setting from config.toml.", f"{config}:unset"),
        Command("config explain", "Show every layer that spoke about a setting.", f"{config}:explain"),
        Command("config path", "Show where files are kept.", f"{config}:path"),
        Command("plugins", "List plugins, what they bring, and what is wrong with them.", f"{about}:plugins"),
        Command("schema", "Print the JSON Schema of a mode, or of all.", f"{about}:schema"),
        Command("errors", "Explain error codes.", f"{about}:errors"),
        Command(
            "doctor", "Check installation, settings, credentials and network.", "sogni_core._builtin.doctor:doctor"
        ),
        Command("inbound", "List the newest media that a chat host received.", "sogni_core._builtin.inbound:inbound"),
        Command("skill", "Write what an agent has to know of this program.", "sogni_core._builtin.skill.command:skill"),
        Command("openclaw manifest", "Write the manifest of OpenClaw's plugin.", f"{openclaw}:manifest"),
        Command("openclaw install", "Put the skill where OpenClaw looks.", f"{openclaw}:install"),
        Command("version", "Print the version.", f"{about}:version"),
    ]


@hookimpl
def sogni_models() -> list[Model]:
    from sogni_core._builtin.models import MODELS

    return MODELS


@hookimpl
def sogni_media() -> list[Medium]:
    return [
        Medium(
            "image",
            "sogni_core.project:ImageProject",
            "sogni_core.media:image_key_frame",
            formats={"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"},
            placeholder="sogni_core.media:image_placeholder",
            estimate="sogni_core.media:image_estimate",
            max_bytes=64 * 2**20,
            download_seconds=300,
        ),
        Medium(
            "audio",
            "sogni_core.project:AudioProject",
            "sogni_core.media:audio_key_frame",
            formats={"mp3": "audio/mpeg", "flac": "audio/flac", "wav": "audio/wav"},
            slots={"referenceAudio": "audio"},
            omits=("negativePrompt",),
            estimate="sogni_core.media:audio_estimate",
            max_bytes=512 * 2**20,
            download_seconds=600,
        ),
    ]
