"""Video projects, and facts about their models: their workflows, and the number of frames for a duration."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from sogni_core.errors import InputError
from sogni_core.project import Asset, ControlNet, Project


@dataclass(frozen=True, kw_only=True)
class VideoProject(Project):
    """One or more videos from one prompt. The workflow in the id of the model determines the references.

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

    frames: int | None = None
    """Number of frames, see :func:`frames_for`; WAN 17 to 161 (animate and s2v to 321), LTX 25 to 505."""
    fps: float | None = None
    """Frames per second; WAN 16 or 32, LTX 1 to 60."""
    reference_image: Asset | None = None
    """First frame, face or subject, depending on the workflow."""
    reference_image_end: Asset | None = None
    """Last frame; i2v."""
    reference_audio: Asset | None = None
    """Speech or music; s2v, ia2v, a2v."""
    reference_video: Asset | None = None
    """Video whose motion or frames are used; animate, v2v."""
    reference_mask: Asset | None = None
    """Image of the area to repaint; v2v with the ControlNet ``inpaint``."""
    reference_audio_identity: Asset | None = None
    """Recording of the voice to use; LTX 2.3 t2v, i2v and v2v."""
    identity_guidance: float | None = None
    """How closely to follow the voice, 0 to 10; None is 3."""
    control_net: ControlNet | None = None
    """What to follow in the reference video; v2v. Only name and strength are used."""
    shift: float | None = None
    """Level of noise at which most steps are done, 1 to 8."""
    teacache: float | None = None
    """Threshold below which steps come from the cache, 0 to 1; WAN t2v and i2v."""
    audio_start: float | None = None
    """Start in the reference audio, in seconds; None is 0."""
    audio_duration: float | None = None
    """Length of the part of the reference audio, in seconds; None is 30."""
    video_start: float | None = None
    """Start in the reference video, in seconds; animate."""
    sam2_coordinates: tuple[tuple[float, float], ...] = ()
    """Points on the person to replace: (x, y) as fractions of width and height, origin top left; animate-replace."""
    trim_end_frame: bool = False
    """Omit the last frame, so that clips with a shared frame can be joined."""
    first_frame_strength: float | None = None
    """How closely to keep the first frame, 0 to 1; LTX."""
    last_frame_strength: float | None = None
    """How closely to keep the last frame, 0 to 1; LTX."""
    detailer_strength: float | None = None
    """Strength of the detailer, 0 to 1; LTX v2v; None is 0.6."""
    generate_audio: bool | None = None
    """Whether to generate sound, for models that can."""
    outpaint_position: str | None = None
    """Position of the old frame in the larger one: ``center``, ``top``, ``bottom``, ``left``, ``right``; v2v."""

    @property
    def assets(self) -> dict[str, Asset]:
        """Upload slot on the wire to its file, in order."""
        slots = {
            "referenceImage": self.reference_image,
            "referenceImageEnd": self.reference_image_end,
            # They share a slot, since no workflow accepts both.
            "referenceAudio": self.reference_audio or self.reference_audio_identity,
            "referenceVideo": self.reference_video,
            "referenceMask": self.reference_mask,
        }
        return {slot: asset for slot, asset in slots.items() if asset is not None}


def video_workflow(model: str) -> str | None:
    """Return the workflow in the id of a WAN 2.2 or LTX 2 model, as in the table of :class:`VideoProject`.

    None for models of other families, whose ids do not contain it.
    """
    found = _VIDEO_MODEL.match(model)
    return found["workflow"] if found else None


def frames_for(model: str, seconds: float, fps: float | None = None) -> int:
    """Return the number of frames for a duration. Halves are rounded up, as by the service.

    ``fps`` None is 24. WAN 2.2 always renders 16 frames per second; 32 doubles them afterwards. LTX 2 renders
    ``8 n + 1`` frames. Source: ``calculateVideoFrames`` of sogni-client. Raises InputError INVALID_ARGUMENT for a
    duration outside of :func:`seconds_for`, and for a duration or an fps that is not a positive number.
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
    """Return the shortest and longest duration of a model in seconds; None if they are unknown.

    Source: the checks of sogni-client 5.x. A length in frames may exceed it: s2v of WAN allows up to 321.
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
