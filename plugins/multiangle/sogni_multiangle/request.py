"""The request of the mode ``multiangle``: its options, and the values that follow from several of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from sogni_core.project import Asset
from sogni_core.request import Argument, ImageFormat, ImageOptions, Option
from sogni_multiangle import loras, output_paths
from sogni_multiangle.angles import AZIMUTHS, DISTANCES, ELEVATIONS, VOCABULARY, Angle, key_of


def _read(value: object, field: str) -> object:
    """Return the key of a word of the vocabulary. An unknown word is returned unchanged, and a rule refuses it."""
    key = key_of(value) if isinstance(value, str) else value
    return key if key in VOCABULARY[field] else value


def _vocabulary(field: str) -> Any:
    return Field(json_schema_extra={"enum": list(VOCABULARY[field])})


def _word(field: str) -> tuple[BeforeValidator, Any]:
    return BeforeValidator(lambda value: _read(value, field)), _vocabulary(field)


class MultiAngle(ImageOptions):
    """A subject from one side or from all eight sides, or a turntable video of it."""

    seeded: ClassVar[frozenset[str]] = frozenset({"guidance"})

    prompt: Annotated[str, Argument("Description of the subject, such as: studio portrait, same person.")] = ""
    context: Annotated[
        tuple[Asset, ...],
        Option(
            "-c",
            "--context",
            help="Image of the subject, a path or URL.",
            json="contextImages",
            metavar="IMAGE",
            required=True,
        ),
    ] = ()
    last_image: Annotated[
        bool, Option("--last-image", help="Use the last picture you made as the subject.", fills="context")
    ] = False
    azimuth: Annotated[
        str, _vocabulary("azimuth"), Option("--azimuth", help="Side to show.", metavar="|".join(AZIMUTHS))
    ] = "front"
    elevation: Annotated[
        str, *_word("elevation"), Option("--elevation", help="Height of the camera.", metavar="|".join(ELEVATIONS))
    ] = "eye-level"
    distance: Annotated[
        str, *_word("distance"), Option("--distance", help="Distance of the camera.", metavar="|".join(DISTANCES))
    ] = "medium"
    angle_strength: Annotated[
        float | None,
        Option("--angle-strength", "--strength", help="Strength of the LoRA multiple_angles.", shown="0.9"),
    ] = None
    angle_description: Annotated[
        str,
        Option(
            "--angle-description",
            "--angle-anchor",
            "--description",
            "--anchor",
            help="Description of the subject; replaces the prompt.",
            shown="the prompt",
            metavar="TEXT",
        ),
    ] = ""
    angles_360: Annotated[bool, Option("--angles-360", help="Show all eight sides, from front to front-left.")] = False
    angles_360_video: Annotated[
        Path | None,
        Option(
            "--angles-360-video",
            help="Also join all eight sides into a looping video, saved to this path. Empty: next to the output.",
            metavar="PATH",
        ),
    ] = None
    video_model: Annotated[
        str,
        Option("--video-model", "--i2v-model", help="Model for the clips of the video.", shown="from the video mode"),
    ] = ""
    fps: Annotated[
        int | None, Field(ge=1), Option("--fps", help="Frames per second of the video.", shown="from the video mode")
    ] = None
    duration: Annotated[
        int | None,
        Field(ge=1),
        Option("--duration", help="Length of the video in seconds.", shown="setting multiangle.duration"),
    ] = None
    frames: Annotated[
        int | None, Field(ge=1), Option("--frames", help="Length of the video in frames.", shown="from the duration")
    ] = None
    output_format: Annotated[ImageFormat, Option("--output-format", "--format", help="Image format.")] = "jpg"
    sampler: Annotated[str, Option("--sampler", help="Sampler.", metavar="NAME")] = "euler"
    scheduler: Annotated[str, Option("--scheduler", help="Scheduler.", metavar="NAME")] = "simple"

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any) -> Any:
        """Fill in values that follow from other options."""
        if not isinstance(values, dict):
            return values
        done = dict(values)
        if not done.get("angle_description"):
            done["angle_description"] = done.get("prompt", "")
        if "azimuth" in done and done.get("angles_360") not in (True, "true", "1"):
            # A full turn ignores the side. Its seed counts the word as it was typed.
            done["azimuth"] = _read(done["azimuth"], "azimuth")
        names, strengths = done.get("loras") or (), done.get("lora_strengths") or ()
        if isinstance(names, list | tuple) and isinstance(strengths, list | tuple):
            done["loras"], done["lora_strengths"] = loras.chain(names, strengths, done.get("angle_strength"))
        _with_text(done, "angles_360_video", lambda video: _video_place(video, done.get("output")))
        kind = str(done.get("output_format") or "jpg").strip().lower()
        _with_text(done, "output", lambda output: output_paths.pattern(output, "jpg" if kind == "jpeg" else kind))
        return done

    @property
    def angles(self) -> tuple[Angle, ...]:
        """The positions of the camera, in order."""
        sides = tuple(AZIMUTHS) if self.angles_360 else (self.azimuth,)
        return tuple(Angle(azimuth, self.elevation, self.distance) for azimuth in sides)


def _with_text(values: dict[str, Any], name: str, change: Callable[[str], object]) -> None:
    """Change a value that is text or a path. pydantic refuses anything else."""
    if isinstance(values.get(name), str | Path):
        values[name] = change(str(values[name]))


def _video_place(value: str, output: object) -> object:
    typed = Path(output) if isinstance(output, str | Path) and str(output) else None
    return output_paths.video_place(value, typed)
