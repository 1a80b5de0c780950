"""The core's own settings: the top level of ``config.toml``."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from sogni_core.request import SeedStrategy, TokenType, lower


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


class ModelDefaults(BaseModel):
    """Values used for one model when the request names none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Annotated[int | None, Field(ge=1, description="Inference steps.")] = None
    guidance: Annotated[float | None, Field(ge=0, description="Guidance scale.")] = None


class CoreSettings(BaseModel):
    """Settings of every mode, without a table of their own: key ``token_type``, environment ``SOGNI_TOKEN_TYPE``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token_type: Annotated[TokenType, BeforeValidator(lower), Field(description="What to pay with.")] = "spark"  # noqa: S105
    network: Annotated[
        str, Field(min_length=1, description="Where to render: fast, relaxed, or a plugin's network.")
    ] = "fast"
    count: Annotated[int, Field(ge=1, description="Number of outputs.")] = 1
    max_count: Annotated[int, Field(ge=1, description="Largest number of outputs that one request may ask for.")] = 16
    seed_strategy: Annotated[SeedStrategy, Field(description="How a seed is made when none is given.")] = "prompt-hash"
    safety_filter: Annotated[bool, Field(description="Withhold sensitive outputs.")] = True
    model_defaults: Annotated[
        dict[str, ModelDefaults], Field(description="Steps and guidance by model, exact catalogue id.")
    ] = Field(default_factory=dict)
    media_inbound_dir: Annotated[
        str, Field(min_length=1, description="Folder in which a chat host puts the media it receives.")
    ] = "~/.clawdbot/media/inbound"
    rest_url: Annotated[str, _endpoint("http", "https"), Field(description="REST host of the live network.")] = (
        "https://api.sogni.ai"
    )
    socket_url: Annotated[str, _endpoint("ws", "wss"), Field(description="Socket host of the live network.")] = (
        "wss://socket.sogni.ai"
    )
