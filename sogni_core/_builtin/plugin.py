"""The modes, workflows, rules, settings, commands and models of the core itself."""

from __future__ import annotations

from sogni_core.plugin import Command, Medium, Mode, Model, Settings, Validator, Workflow, hookimpl

_ACCOUNT, _SETTINGS, _RUNS, _PLUGINS, _AGENTS = "Account", "Settings", "Runs", "Plugins and models", "Agents"


@hookimpl
def sogni_modes() -> list[Mode]:
    """Return the mode ``image``."""
    return [
        Mode(
            "image",
            "Generate images from a prompt, or edit images.",
            request="sogni_core._builtin.image:ImageRequest",
            skill="sogni_core._builtin.skill:image.md",
            examples={
                "Generate a picture": 'sogni image "a cat wearing a hat" -o cat.png',
                "Generate two larger pictures": 'sogni image "a lighthouse" -n 2 -w 1024 -h 768 -o sea.png',
                "Edit a picture": 'sogni image -c photo.jpg "make it pop art" -o edited.png',
            },
        )
    ]


@hookimpl
def sogni_workflows() -> list[Workflow]:
    """Return the workflows that generate and edit images."""
    return [
        Workflow(
            "image",
            "text",
            "sogni_core._builtin.image:render",
            accepts=("starting_image",),
            model_setting="image.model",
            timeout_setting="image.timeout",
            only_output=True,
            defaults={"guidance": 1},
            announces=("Generating with {model}...", "Using seed: {seed}"),
            summary="Images from a prompt, starting from noise or from an image.",
        ),
        Workflow(
            "image",
            "edit",
            "sogni_core._builtin.image:render",
            accepts=("context", "starting_image"),
            model_setting="image.edit_model",
            timeout_setting="image.edit_timeout",
            only_output=True,
            defaults={"steps": {"*lightning*": 4, "*": 20}, "guidance": {"*lightning*": 3.5, "*": 7.5}},
            announces=("Editing with {model}...", "Context images: {context}", "Using seed: {seed}"),
            summary="Images edited with a prompt.",
        ),
    ]


@hookimpl
def sogni_validators() -> list[Validator]:
    """Return the rules about requests of any mode, about images, and about edits."""
    return [
        Validator(("*",), "sogni_core._builtin.rules:render_rules"),
        Validator(("*",), "sogni_core._builtin.rules:image_rules"),
        Validator(("image",), "sogni_core._builtin.rules:edit_rules"),
    ]


@hookimpl
def sogni_settings() -> list[Settings]:
    """Return the top level of the configuration and the table ``[image]``."""
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
        Settings("plugins", "sogni_core._builtin.settings:PluginsSettings"),
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
    """Return the commands for account, settings, runs, plugins and agents."""
    account, config = "sogni_core._builtin.account", "sogni_core._builtin.config"
    journal, plugins = "sogni_core._builtin.journal", "sogni_core._builtin.plugins"
    openclaw = "sogni_core._builtin.openclaw.commands"
    return [
        Command("login", "Store credentials after checking them.", f"{account}:login", group=_ACCOUNT),
        Command("logout", "Delete the stored credentials and tokens.", f"{account}:logout", group=_ACCOUNT),
        Command("profiles", "List the profiles.", "sogni_core._builtin.profiles:profiles", group=_ACCOUNT),
        Command("whoami", "Show whose account pays.", "sogni_core._builtin.profiles:whoami", group=_ACCOUNT),
        Command("balance", "Show the balance of the account.", f"{account}:balance", group=_ACCOUNT),
        Command(
            "config show",
            "List every setting with its value and origin.",
            f"{config}:show",
            group=_SETTINGS,
            parent="View and change settings.",
        ),
        Command(
            "config set",
            "Write a setting to config.toml.",
            f"{config}:set_value",
            group=_SETTINGS,
            examples={"Render larger pictures by default": "sogni config set image.width 768"},
        ),
        Command("config unset", "Remove a setting from config.toml.", f"{config}:unset", group=_SETTINGS),
        Command(
            "config explain",
            "Show every layer that sets a setting.",
            f"{config}:explain",
            group=_SETTINGS,
            examples={"Find out where the width comes from": "sogni config explain image.width"},
        ),
        Command("config path", "Show where files are stored.", f"{config}:path", group=_SETTINGS),
        Command(
            "doctor",
            "Check installation, settings, credentials and network.",
            "sogni_core._builtin.doctor:doctor",
            group=_SETTINGS,
        ),
        Command("runs", "List past runs, newest first.", f"{journal}:runs", group=_RUNS),
        Command("show", "Show the request, steps and files of a run.", f"{journal}:show", group=_RUNS),
        Command("resume", "Continue an interrupted run.", f"{journal}:resume", group=_RUNS),
        Command("costs", "Show what runs cost.", "sogni_core._builtin.costs:costs", group=_RUNS),
        Command("cancel", "Cancel what an interrupted run left behind.", f"{journal}:cancel", group=_RUNS),
        Command("last", "Show the last render.", f"{journal}:last", group=_RUNS),
        Command(
            "plugins",
            "List plugins, what they provide, and their problems.",
            f"{plugins}.listing:plugins",
            group=_PLUGINS,
        ),
        Command(
            "plugins add",
            "Install plugins with the installer of this environment.",
            f"{plugins}.installation:add",
            group=_PLUGINS,
            examples={"Show what installing the video plugin would run": "sogni plugins add video --dry-run"},
        ),
        Command(
            "plugins remove",
            "Uninstall plugins with the installer of this environment.",
            f"{plugins}.installation:remove",
            group=_PLUGINS,
        ),
        Command(
            "plugins freeze",
            "List the installed plugins with their versions.",
            f"{plugins}.snapshot:freeze",
            group=_PLUGINS,
        ),
        Command(
            "plugins restore", "Install the plugins of such a list.", f"{plugins}.snapshot:restore", group=_PLUGINS
        ),
        Command(
            "new plugin",
            "Write a new plugin with a mode, a setting and tests.",
            "sogni_core._builtin.new_plugin:plugin",
            group=_PLUGINS,
            parent="Start a new plugin.",
            examples={"Write the plugin sogni-kite": "sogni new plugin kite"},
        ),
        Command(
            "models",
            "List models and how many workers each has.",
            "sogni_core._builtin.model_list:models",
            group=_PLUGINS,
        ),
        Command(
            "schema",
            "Print the JSON Schema of a mode, or of all modes.",
            "sogni_core._builtin.schemas:schema",
            group=_PLUGINS,
            examples={"Describe the options of the image mode": "sogni schema image"},
        ),
        Command(
            "errors",
            "Explain error codes.",
            "sogni_core._builtin.error_codes:errors",
            group=_PLUGINS,
            examples={"Explain one code": "sogni errors INSUFFICIENT_BALANCE"},
        ),
        Command("version", "Print the version.", "sogni_core._builtin.version:version", group=_PLUGINS),
        Command(
            "skill",
            "Write a skill file for AI agents.",
            "sogni_core._builtin.skill.command:skill",
            group=_AGENTS,
            examples={"Write a skill for Claude Code": "sogni skill --format claude -o skills/sogni-gen"},
        ),
        Command(
            "openclaw install",
            "Install the skill for OpenClaw.",
            f"{openclaw}:install",
            group=_AGENTS,
            parent="Connect to OpenClaw.",
            examples={"Show what would be written": "sogni openclaw install --dry-run"},
        ),
        Command(
            "openclaw manifest", "Write the manifest of the OpenClaw plugin.", f"{openclaw}:manifest", group=_AGENTS
        ),
        Command(
            "inbound",
            "List the newest media that a chat host received.",
            "sogni_core._builtin.inbound:inbound",
            group=_AGENTS,
            examples={"Find the newest picture": "sogni inbound --kind image --limit 1"},
        ),
    ]


@hookimpl
def sogni_models() -> list[Model]:
    """Return the bundled catalogue of image models."""
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
