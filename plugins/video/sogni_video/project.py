"""A video project, and the arithmetic of its models: which workflow they are for, how many frames they make."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from sogni_core.errors import InputError
from sogni_core.project import Asset, ControlNet, Project


@dataclass(frozen=True, kw_only=True)
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
        slots = {
            "referenceImage": self.reference_image,
            "referenceImageEnd": self.reference_image_end,
            # one slot for both: no workflow takes both
            "referenceAudio": self.reference_audio or self.reference_audio_identity,
            "referenceVideo": self.reference_video,
            "referenceMask": self.reference_mask,
        }
        return {slot: asset for slot, asset in slots.items() if asset is not None}


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
