"""What a workflow submits: a project, one paid submission of one or more jobs, and the assets it carries."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Asset:
    """A reference file that a project carries.

    A request holds it as the user typed it; the engine opens, types and measures it before the first
    paid step and puts the result in its place. What a workflow gets is always measured.
    """

    source: str
    """Path or URL as the user typed it."""
    path: Path | None = None
    """File on this machine; None until it was read."""
    content_type: str = ""
    """By content, never by name: ``image/png``, ``image/jpeg``, ``video/mp4``, …"""
    size: int = 0
    """Bytes."""
    width: int = 0
    """Pixels as displayed, orientation applied; 0 for what has none."""
    height: int = 0
    """Pixels as displayed, orientation applied; 0 for what has none."""
    sha256: str = ""
    """Hex digest of the file; empty until it was read."""

    @property
    def is_url(self) -> bool:
        """Whether the source is fetched instead of opened."""
        return self.source.lower().startswith(("http://", "https://"))

    @property
    def kind(self) -> str:
        """``image``, ``audio`` or ``video``; empty until it was read."""
        return self.content_type.partition("/")[0]

    @classmethod
    def of(cls, value: object) -> Asset:
        """Make an asset of text, of a path, of an artifact, or of an asset."""
        if isinstance(value, Asset):
            return value
        if isinstance(value, str | os.PathLike):
            text = os.fspath(value)
            if isinstance(text, str) and text.strip():
                return cls(text)
        raise ValueError("must be a path or a URL")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls.of, serialization=core_schema.plain_serializer_function_ser_schema(lambda asset: asset.source)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "path-or-url"}


@dataclass(frozen=True)
class Lora:
    """One LoRA of a chain."""

    id: str
    strength: float | None = None
    """None leaves it to the service."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """One paid submission, whatever it makes. Submit one of its subclasses.

    A value of None is left out of what is sent, so that the service decides.
    """

    media: ClassVar[str] = ""
    """What it makes: ``image``, ``video`` or ``audio``."""

    model: str
    prompt: str
    negative_prompt: str = ""
    style_prompt: str = ""
    count: int = 1
    """Jobs, each one output; at least 1."""
    seed: int | None = None
    """0 to 4294967295; the seed of one of the jobs, the others are random."""
    steps: int | None = None
    guidance: float | None = None
    width: int | None = None
    """Pixels."""
    height: int | None = None
    """Pixels."""
    sampler: str | None = None
    """Alias, such as ``dpmpp_sde``."""
    scheduler: str | None = None
    """Alias, such as ``karras``."""
    loras: tuple[Lora, ...] = ()
    """In chain order, at most 8."""
    output_format: str | None = None
    """``png``, ``jpg`` or ``webp`` for images; None for the service's default."""
    token_type: str = "spark"  # noqa: S105 - money, no secret
    """What it is paid with: ``spark`` or ``sogni``."""
    safety_filter: bool = True
    network: str | None = None
    """``fast`` or ``relaxed``; None follows the connection."""

    @property
    def assets(self) -> dict[str, Asset]:
        """Slot name of the wire to the file that is uploaded into it, in order."""
        return {}


@dataclass(frozen=True, kw_only=True)
class ImageProject(Project):
    """One to sixteen images of one prompt."""

    media: ClassVar[str] = "image"

    context_images: tuple[Asset, ...] = field(default=())
    """Images to edit, at most 16; how many a model takes is in its limits."""
    starting_image: Asset | None = None
    """Image to start from instead of noise."""
    starting_strength: float | None = None
    """0 to 1, how much of the starting image stays; None is 0.5."""

    @property
    def assets(self) -> dict[str, Asset]:
        """Slot name of the wire to the file that is uploaded into it, in order."""
        slots = {f"contextImage{place}": asset for place, asset in enumerate(self.context_images, start=1)}
        if self.starting_image is not None:
            slots = {"startingImage": self.starting_image, **slots}
        return slots
