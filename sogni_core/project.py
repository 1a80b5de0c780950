"""What a workflow submits: a project, one paid submission of one or more jobs, and the assets it carries.

:class:`ImageProject` and :class:`AudioProject` can be submitted, and every class for which a plugin registers a
:class:`sogni_core.plugin.Medium`, such as ``sogni_video.project.VideoProject``. Ranges are those that the service
documents; a model's own are narrower and are in its catalogue entry. A project that cannot be right (a reference that
its model does not take, a value outside its range) raises InputError INVALID_ARGUMENT before anything is sent, and in
a plan.
"""

from __future__ import annotations

import os
from dataclasses import field, fields
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sogni_core.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


@frozen
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
    seconds: float = 0.0
    """Duration of MP4 and QuickTime; 0 for images, and for what does not say it."""
    sha256: str = ""
    """Hex digest of the file; empty until it was read, and for sounds and videos of a request."""

    @property
    def is_url(self) -> bool:
        """Whether the source is fetched instead of opened."""
        return self.source.lower().startswith(("http://", "https://"))

    @property
    def kind(self) -> str:
        """``image``, ``audio`` or ``video``; empty until it was read."""
        return self.content_type.partition("/")[0]

    def as_json(self) -> str:
        """Return the path or URL as the user typed it."""
        return self.source

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


@frozen
class Lora:
    """One LoRA of a chain."""

    id: str
    strength: float | None = None
    """None leaves it to the service."""

    @classmethod
    def chain(cls, ids: Sequence[str], strengths: Sequence[float] = ()) -> tuple[Lora, ...]:
        """Make the LoRAs of a chain; those beyond the last strength leave theirs to the service."""
        return tuple(cls(id, strength) for id, strength in zip_longest(ids, strengths[: len(ids)]))


@frozen
class ControlNet:
    """What an image or video follows besides its prompt: edges, a pose, a depth, a face."""

    name: str
    """For images ``canny``, ``depth``, ``inpaint``, ``instrp2p``, ``lineart``, ``lineartanime``, ``mlsd``,
    ``normalbae``, ``openpose``, ``scribble``, ``segmentation``, ``shuffle``, ``softedge``, ``tile``, ``instantid``;
    for videos ``canny``, ``pose``, ``depth``, ``detailer``, ``outpaint``, ``inpaint``."""
    image: Asset | None = None
    """What it follows, for images; a video follows its reference video."""
    strength: float | None = None
    """0 to 1; None leaves this and all below to the service."""
    mode: str | None = None
    """``balanced``, ``prompt_priority`` or ``cn_priority``; for images."""
    guidance_start: float | None = None
    """0 to 1, the part of the steps after which it begins; for images."""
    guidance_end: float | None = None
    """0 to 1, the part of the steps after which it ends; for images."""


@frozen(kw_only=True)
class Project:
    """One paid submission, whatever it makes. Submit one of its subclasses.

    A value of None is left out of what is sent, so that the service decides. How a class is sent, and what it makes, is
    said by the :class:`sogni_core.plugin.Medium` that a plugin registers for it.
    """

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
    """Alias, such as ``dpmpp_sde``, or the name that people see, ``DPM++ SDE``."""
    scheduler: str | None = None
    """Alias, such as ``karras``, or the name that people see, ``Karras``."""
    loras: tuple[Lora, ...] = ()
    """In chain order, at most 8."""
    output_format: str | None = None
    """``png``, ``jpg`` or ``webp`` for images, ``mp3``, ``flac`` or ``wav`` for audio, a format of its medium for any
    other project; None for the first of them."""
    token_type: str = "spark"  # noqa: S105 - money, no secret
    """What it is paid with: ``spark`` or ``sogni``."""
    billing_mode: str | None = None
    """``auto``, ``subscription`` (the plan pays, or the project is refused) or ``tokens``; None is not sent."""
    safety_filter: bool = True
    network: str | None = None
    """``fast`` or ``relaxed``; None follows the connection."""

    @classmethod
    def of(cls, request: BaseModel, /, **changes: Any) -> Self:
        """Make a project of a request: the options that both call the same, its LoRAs, and then the changes.

        ``ImageProject.of(request, prompt="a cat", width=512)``. The network stays None: a request's may be one that a
        plugin brings. Raises TypeError for a change that the class does not have, and without a model or prompt.
        """
        options = {name: getattr(request, name) for name in type(request).model_fields}
        values = {info.name: options[info.name] for info in fields(cls) if info.name in options}
        values.pop("network", None)
        if "loras" in values:
            values["loras"] = Lora.chain(options["loras"], options.get("lora_strengths", ()))
        return cls(**{**values, **changes})

    @property
    def assets(self) -> dict[str, Asset]:
        """Slot name of the wire to the file that is uploaded into it, in order."""
        return {}


@frozen(kw_only=True)
class ImageProject(Project):
    """One to sixteen images of one prompt."""

    context_images: tuple[Asset, ...] = field(default=())
    """Images to edit, at most 16; how many a model takes is in its limits."""
    starting_image: Asset | None = None
    """Image to start from instead of noise."""
    starting_strength: float | None = None
    """0 to 1, how much of the starting image stays; None is 0.5."""
    control_net: ControlNet | None = None
    """What it follows besides the prompt, such as the face of ``instantid``."""

    @property
    def assets(self) -> dict[str, Asset]:
        """Slot name of the wire to the file that is uploaded into it, in order."""
        control_image = self.control_net.image if self.control_net is not None else None
        contexts = {f"contextImage{place}": asset for place, asset in enumerate(self.context_images, start=1)}
        return _filled({"startingImage": self.starting_image, "cnImage": control_image, **contexts})


@frozen(kw_only=True)
class AudioProject(Project):
    """One or more pieces of music, or of speech, of one prompt. Takes no negative prompt, width or height."""

    duration: float | None = None
    """Seconds, 10 to 600; None is 30."""
    bpm: int | None = None
    """Beats per minute, 30 to 300; None is 120."""
    time_signature: str | None = None
    """Beats of a bar: ``2``, ``3``, ``4`` or ``6``."""
    key_scale: str | None = None
    """Such as ``C major``."""
    language: str | None = None
    """Of the lyrics, such as ``en``."""
    lyrics: str | None = None
    composer_mode: bool | None = None
    """Whether the model works out the piece before it plays it; None is true."""
    prompt_strength: float | None = None
    """0 to 10; None is 2."""
    creativity: float | None = None
    """0 to 2; None is 0.85."""
    shift: float | None = None
    """1 to 6; None is 3."""
    speaker: str | None = None
    """Voice of a speech model, by name."""
    instruct: str | None = None
    """How a speech model speaks, in words."""
    reference_text: str | None = None
    """What is said in the reference audio."""
    reference_audio: Asset | None = None
    """Voice that a speech model takes on."""

    @property
    def assets(self) -> dict[str, Asset]:
        """Slot name of the wire to the file that is uploaded into it, in order."""
        return _filled({"referenceAudio": self.reference_audio})


def _filled(slots: Mapping[str, Asset | None]) -> dict[str, Asset]:
    return {slot: asset for slot, asset in slots.items() if asset is not None}
