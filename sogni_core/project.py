"""What a workflow submits: a project, one paid submission of one or more jobs, and the assets it carries.

:class:`ImageProject`, :class:`VideoProject` and :class:`AudioProject` are what can be submitted. Ranges are those
that the service documents; a model's own are narrower and stand in its catalogue entry. What a model refuses for
certain (a reference that its workflow does not take, a value outside of what the field means) raises InputError
INVALID_ARGUMENT before anything is sent.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import field
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sogni_core.errors import InputError
from sogni_core.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
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
    """What an image or video follows beside its prompt: edges, a pose, a depth, a face."""

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
    """Alias, such as ``dpmpp_sde``, or the name that people see, ``DPM++ SDE``."""
    scheduler: str | None = None
    """Alias, such as ``karras``, or the name that people see, ``Karras``."""
    loras: tuple[Lora, ...] = ()
    """In chain order, at most 8."""
    output_format: str | None = None
    """``png``, ``jpg`` or ``webp`` for images, ``mp4`` for videos, ``mp3``, ``flac`` or ``wav`` for audio; None for the
    first of its kind."""
    token_type: str = "spark"  # noqa: S105 - money, no secret
    """What it is paid with: ``spark`` or ``sogni``."""
    safety_filter: bool = True
    network: str | None = None
    """``fast`` or ``relaxed``; None follows the connection."""

    @property
    def assets(self) -> dict[str, Asset]:
        """Slot name of the wire to the file that is uploaded into it, in order."""
        return {}


@frozen(kw_only=True)
class ImageProject(Project):
    """One to sixteen images of one prompt."""

    media: ClassVar[str] = "image"

    context_images: tuple[Asset, ...] = field(default=())
    """Images to edit, at most 16; how many a model takes is in its limits."""
    starting_image: Asset | None = None
    """Image to start from instead of noise."""
    starting_strength: float | None = None
    """0 to 1, how much of the starting image stays; None is 0.5."""
    control_net: ControlNet | None = None
    """What it follows beside the prompt, such as the face of ``instantid``."""

    @property
    def assets(self) -> dict[str, Asset]:
        """Slot name of the wire to the file that is uploaded into it, in order."""
        control_image = self.control_net.image if self.control_net is not None else None
        contexts = {f"contextImage{place}": asset for place, asset in enumerate(self.context_images, start=1)}
        return _filled({"startingImage": self.starting_image, "cnImage": control_image, **contexts})


@frozen(kw_only=True)
class VideoProject(Project):
    """One or more videos of one prompt. Which references belong to it is decided by the workflow in the model's id.

    ==================================  ========  =========  ========  ========
    workflow                            image     image end  audio     video
    ==================================  ========  =========  ========  ========
    ``t2v``                             no        no         no        no
    ``i2v``                             at least one of the two  no    no
    ``s2v``, ``ia2v``                   required  no         required  no
    ``a2v``                             no        no         required  no
    ``animate-move``, ``-replace``      required  no         no        required
    ``v2v``                             optional  no         no        required
    ==================================  ========  =========  ========  ========

    Width and height are at least 480 pixels, on WAN models at most 1536 and divisible by 16.
    """

    media: ClassVar[str] = "video"

    frames: int | None = None
    """Pictures, see :func:`frames_for`; WAN 17 to 161 (animate and s2v to 321), LTX 25 to 505."""
    fps: float | None = None
    """Pictures per second; WAN 16 or 32, LTX 1 to 60."""
    reference_image: Asset | None = None
    """First picture, face, or subject, as the workflow has it."""
    reference_image_end: Asset | None = None
    """Last picture; i2v."""
    reference_audio: Asset | None = None
    """What is spoken or played; s2v, ia2v, a2v."""
    reference_video: Asset | None = None
    """Whose motion or picture is taken; animate, v2v."""
    reference_mask: Asset | None = None
    """Image of what is painted anew; v2v with the ControlNet ``inpaint``."""
    reference_audio_identity: Asset | None = None
    """Recording of the voice that speaks; LTX 2.3 t2v, i2v and v2v."""
    identity_guidance: float | None = None
    """0 to 10, how closely the voice is kept; None is 3."""
    control_net: ControlNet | None = None
    """What of the reference video is followed; v2v. Name and strength only."""
    shift: float | None = None
    """1 to 8, where in the range of noise most steps are taken."""
    teacache: float | None = None
    """0 to 1, threshold under which steps are taken from the cache; WAN t2v and i2v."""
    audio_start: float | None = None
    """Seconds into the reference audio; None is 0."""
    audio_duration: float | None = None
    """Seconds of the reference audio; None is 30."""
    video_start: float | None = None
    """Seconds into the reference video; animate."""
    sam2_coordinates: tuple[tuple[float, float], ...] = ()
    """Points on who is replaced: (x, y) as parts of width and height, 0 to 1, origin top left; animate-replace."""
    trim_end_frame: bool = False
    """Leave the last picture out, so that clips whose ends meet can be joined."""
    first_frame_strength: float | None = None
    """0 to 1, how closely the first picture is kept; LTX."""
    last_frame_strength: float | None = None
    """0 to 1, how closely the last picture is kept; LTX."""
    detailer_strength: float | None = None
    """0 to 1; LTX v2v; None is 0.6."""
    generate_audio: bool | None = None
    """Whether there is sound; models with sound of their own."""
    outpaint_position: str | None = None
    """Where the old picture stands in the larger one: ``center``, ``top``, ``bottom``, ``left``, ``right``; v2v."""

    @property
    def assets(self) -> dict[str, Asset]:
        """Slot name of the wire to the file that is uploaded into it, in order."""
        return _filled({
            "referenceImage": self.reference_image,
            "referenceImageEnd": self.reference_image_end,
            # one slot for both: no workflow takes both
            "referenceAudio": self.reference_audio or self.reference_audio_identity,
            "referenceVideo": self.reference_video,
            "referenceMask": self.reference_mask,
        })


@frozen(kw_only=True)
class AudioProject(Project):
    """One or more pieces of music, or of speech, of one prompt. Takes no negative prompt, width or height."""

    media: ClassVar[str] = "audio"

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


def video_workflow(model: str) -> str | None:
    """Return the workflow in the id of a WAN 2.2 or LTX 2 model, as in the table of :class:`VideoProject`.

    None for models of other families, whose ids do not say it.
    """
    found = _VIDEO_MODEL.match(model)
    return found["workflow"] if found else None


def frames_for(model: str, seconds: float, fps: float | None = None) -> int:
    """Return how many frames a model makes of so many seconds, rounding halves up as the service does.

    ``fps`` None is 24. WAN 2.2 renders 16 frames a second whatever ``fps`` is: 32 only doubles them afterwards. LTX 2
    makes ``8 n + 1`` frames. Source: ``calculateVideoFrames`` of sogni-client. Raises InputError INVALID_ARGUMENT for
    seconds outside of :func:`seconds_for`, and for seconds or an fps that is no positive number.
    """
    rate = 24.0 if fps is None else fps
    for name, value in (("duration", seconds), ("fps", rate)):
        if not (math.isfinite(value) and value > 0):
            raise InputError("INVALID_ARGUMENT", f"A video's {name} must be a positive number.")
    limits = seconds_for(model)
    if limits is not None and not limits[0] <= seconds <= limits[1]:
        raise InputError("INVALID_ARGUMENT", f"A video of {model} lasts from {limits[0]:g} to {limits[1]:g} seconds.")
    if _WAN.match(model):
        return _half_up(seconds * 16) + 1
    frames = _half_up(seconds * rate)
    return _half_up(frames / 8) * 8 + 1 if _LTX.match(model) else frames + 1


def seconds_for(model: str) -> tuple[float, float] | None:
    """Return the shortest and longest duration, in seconds, that a model is asked for; None if it is not known.

    Source: the checks of sogni-client 5.x. A model may make more if it is asked in frames: s2v of WAN up to 321.
    """
    if _LTX.match(model):
        return 1.0, 20.0
    if _WAN.match(model):
        return 1.0, 20.0 if "_animate-" in model else 10.0
    return None


_WAN = re.compile(r"wan_v2\.2-")
_LTX = re.compile(r"ltx2\d?-")
_VIDEO_MODEL = re.compile(
    r"(?:wan_v2\.2|ltx2\d?)-.*_(?P<workflow>t2v|i2v|s2v|ia2v|a2v|v2v|animate-move|animate-replace)(?:_|$)"
)


def _half_up(value: float) -> int:
    return math.floor(value + 0.5)


def _filled(slots: Mapping[str, Asset | None]) -> dict[str, Asset]:
    return {slot: asset for slot, asset in slots.items() if asset is not None}
