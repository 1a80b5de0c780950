"""The core's own settings: the top level of ``config.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from sogni_core.files import refusal, wrong_pattern
from sogni_core.request import SeedStrategy, TokenType, lower
from sogni_core.settings.labels import wrong_label
from sogni_core.settings.limits import LimitSettings

MOST = 16
"""Outputs that one request may ask for unless ``max_count`` is set, and the largest default of ``count``."""


def _endpoint(*schemes: str) -> AfterValidator:
    def check(url: str) -> str:
        try:
            parts = urlsplit(url)
            known = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            known = False
        if not known:
            raise ValueError(f"must be a URL such as {schemes[-1]}://host")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must not contain a user name or password")
        if parts.query or parts.fragment:
            raise ValueError("must not contain a query or fragment")
        return url.rstrip("/")

    return AfterValidator(check)


def _place(text: str) -> str:
    # Settings apply in every folder, so a relative path would mean different files.
    if not text.startswith(("~/", "~\\")) and not Path(text).is_absolute():
        raise ValueError("must be an absolute path, or one that begins with ~/")
    if reason := refusal(Path(text)):
        raise ValueError(f"must be a path that can be used: {reason}")
    return text


def _pattern(text: str) -> str:
    if wrong := wrong_pattern(text):
        raise ValueError(wrong)
    return text


Place = Annotated[str, AfterValidator(_place)]
"""An absolute path of this machine, or one below ``~``."""


def _label(text: str) -> str:
    if wrong := wrong_label(text):
        raise ValueError(wrong)
    return text


Label = Annotated[str, AfterValidator(_label)]
"""A word that marks runs, to list them and to limit what they cost."""

ExistingFiles = Literal["refuse", "overwrite", "unique"]
"""What to do if there is a file where an output goes: refuse the call, overwrite the file, or number the new one."""


class ModelDefaults(BaseModel):
    """Values for one model, used if the request has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Annotated[int | None, Field(ge=1, description="Inference steps.")] = None
    guidance: Annotated[float | None, Field(ge=0, description="Guidance scale.")] = None


class CoreSettings(BaseModel):
    """Settings of all modes, at the top level: key ``token_type``, environment ``SOGNI_TOKEN_TYPE``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token_type: Annotated[TokenType, BeforeValidator(lower), Field(description="Token to pay with.")] = "spark"  # noqa: S105
    network: Annotated[
        str, Field(min_length=1, description="Where to render: fast, relaxed, or a plugin's network.")
    ] = "fast"
    count: Annotated[int, Field(ge=1, le=MOST, description="Number of outputs.")] = 1
    max_count: Annotated[int, Field(ge=1, description="Largest number of outputs per request.")] = MOST
    seed_strategy: Annotated[SeedStrategy, Field(description="How to choose a seed if none is given.")] = "prompt-hash"
    safety_filter: Annotated[bool, Field(description="Withhold sensitive outputs.")] = True
    existing_files: Annotated[
        ExistingFiles,
        BeforeValidator(lower),
        Field(description="If a file exists at the output path: refuse the call, overwrite it, or use a unique name."),
    ] = "refuse"
    save: Annotated[bool, Field(description="Save outputs to the output folder if a call names no path.")] = True
    output_dir: Annotated[
        Place | None, Field(description="Output folder. If it is not set: sogni in the user's folder for pictures.")
    ] = None
    output_pattern: Annotated[
        str,
        AfterValidator(_pattern),
        Field(description="Names of files in the output folder; see the page about saving files."),
    ] = "{date}-{mode}-{prompt}-{seed}-{index}.{ext}"
    queue_timeout: Annotated[
        int, Field(ge=0, description="Longest wait in the queue, in seconds; 0: the time limit covers the queue too.")
    ] = 600
    model_defaults: Annotated[
        dict[str, ModelDefaults], Field(description="Steps and guidance for models, by exact catalogue id.")
    ] = Field(default_factory=dict)
    limits: Annotated[LimitSettings, Field(description="Limits for what runs may cost.")] = Field(
        default_factory=LimitSettings
    )
    labels: Annotated[tuple[Label, ...], Field(description="Labels of every run, besides those of the call.")] = ()
    credentials_path: Annotated[
        Place | None, Field(description="File with the credentials, instead of the usual one.")
    ] = None
    last_render_path: Annotated[
        Place | None, Field(description="File with the last render, instead of the usual one.")
    ] = None
    media_inbound_dir: Annotated[Place, Field(description="Folder where a chat host saves received media.")] = (
        "~/.clawdbot/media/inbound"
    )
    rest_url: Annotated[str, _endpoint("http", "https"), Field(description="REST host of the live network.")] = (
        "https://api.sogni.ai"
    )
    socket_url: Annotated[str, _endpoint("ws", "wss"), Field(description="Socket host of the live network.")] = (
        "wss://socket.sogni.ai"
    )
