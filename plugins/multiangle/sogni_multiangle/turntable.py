"""The 360 video: one clip from each side to the next, started when both images are there, all joined into a loop."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sogni_core.context import Context
from sogni_core.errors import SogniError
from sogni_core.result import Artifact, Outcome, Result
from sogni_multiangle.angles import Angle
from sogni_multiangle.request import MultiAngle
from sogni_multiangle.settings import MultiangleSettings
from sogni_multiangle.shots import Shots

CLIPS = "video:i2v"
"""The workflow that renders a clip from one picture to another."""

JOIN = "join"
"""The mode that joins clips."""

LEAST_FRAMES = 17
"""Frames of the shortest clip of WAN 2.2."""

MOTION = "smooth camera rotation"
"""Prompt of the clips if the subject is not described."""


@dataclass(frozen=True)
class Leg:
    """The movement from one side to the next."""

    number: int
    """From 1."""
    start: Angle
    end: Angle

    @property
    def key(self) -> str:
        """Key of its step."""
        return f"clip-{self.number}"

    @property
    def name(self) -> str:
        """For people: ``front to front-right``."""
        return f"{self.start.azimuth} to {self.end.azimuth}"


@dataclass(frozen=True)
class Clip:
    """How a leg ended."""

    leg: Leg
    outcome: Outcome | None = None
    """None if it was not started."""

    @property
    def artifact(self) -> Artifact | None:
        """The clip; None if there is none."""
        return self.outcome.artifacts[0] if self.outcome is not None and self.outcome.artifacts else None


@dataclass(frozen=True)
class Turned:
    """The outcomes of all angles, of all clips, and of the video, in order."""

    shots: tuple[Outcome, ...]
    clips: tuple[Clip, ...]
    video: Outcome | None = None
    """None if it was not started."""
    model: str | None = None
    """Model of the clips, as the video mode reports it."""


class Turntable:
    """Renders the clips of a request while other angles are still being rendered."""

    def __init__(self, ctx: Context, request: MultiAngle, shots: Shots) -> None:
        self._ctx = ctx
        self._request = request
        self._shots = shots
        self._free = asyncio.Semaphore(ctx.settings(MultiangleSettings).at_once)
        self._model: str | None = request.video_model or None
        self._broken = False
        """Whether a step failed, so that there will be no video: running steps are kept, and no new ones start."""

    async def turn(self, video: Path) -> Turned:
        """Render and join everything; ``video`` is the path of the result. Raises only before anything was sent."""
        await self._can_be_written(video)
        angles = self._request.angles
        legs = [Leg(place + 1, angle, angles[(place + 1) % len(angles)]) for place, angle in enumerate(angles)]
        async with asyncio.TaskGroup() as group:
            shots = [group.create_task(self._shot(angle)) for angle in angles]
            clips = [
                group.create_task(self._clip(leg, shots[place], shots[(place + 1) % len(shots)]))
                for place, leg in enumerate(legs)
            ]
        turned = Turned(
            tuple(shot.result() for shot in shots), tuple(clip.result() for clip in clips), model=self._model
        )
        there = [clip.artifact for clip in turned.clips if clip.artifact is not None]
        return turned if len(there) < len(legs) else replace(turned, video=await self._join(there, video))

    async def _can_be_written(self, video: Path) -> None:
        """Check, before anything is paid for, that the video can be written. A plan does not touch the disk."""

        async def nothing(part: Path) -> None:
            raise _EnoughSeen

        with suppress(_EnoughSeen):
            await self._ctx.make(video, nothing)

    async def _shot(self, angle: Angle) -> Outcome:
        outcome = await self._shots.take(angle)
        self._broken |= not outcome.ok
        return outcome

    async def _clip(self, leg: Leg, start: asyncio.Task[Outcome], end: asyncio.Task[Outcome]) -> Clip:
        first, last = await start, await end
        if not (first.ok and last.ok):
            return Clip(leg)
        async with self._free:
            if self._broken:
                return Clip(leg)
            outcome = await self._rendered(leg, first.artifacts[0], last.artifacts[0])
        self._broken |= not outcome.ok
        self._ctx.progress(
            f"Clip {leg.number}/{len(self._request.angles)} ({leg.name}) {'completed' if outcome.ok else 'failed'}"
        )
        return Clip(leg, outcome)

    async def _rendered(self, leg: Leg, first: Artifact, last: Artifact) -> Outcome:
        output = self._ctx.folder / f"{leg.key}-{leg.start.azimuth}-{leg.end.azimuth}.mp4"
        return await self._outcome(leg.key, CLIPS, **self._fields, ref=first, ref_end=last, output=output)

    async def _join(self, clips: list[Artifact], video: Path) -> Outcome:
        outcome = await self._outcome(JOIN, JOIN, clips=clips, output=video, loop=True)
        if outcome.ok:
            self._ctx.progress(f"Saved 360 video: {outcome.artifacts[0].path}")
        return outcome

    async def _outcome(self, key: str, mode: str, **fields: Any) -> Outcome:
        """Run another mode for one file. An error is returned as its outcome, since other steps are paid for."""
        try:
            result = await self._ctx.run(mode, key=key, **fields)
        except SogniError as error:
            sent: Mapping[str, Any] = next(iter(error.details.get("projects", ())), {})
            return Outcome(key, sent.get("projectId", ""), sent.get("state", "failed"), error=error)
        self._model = result.extra.get("model", self._model)
        return _only(key, result)

    @property
    def _fields(self) -> Mapping[str, Any]:
        """Fields of every clip. Steps and guidance are the defaults of the video model, not those of the images."""
        request, parts = self._request, len(self._request.angles)
        optional = {"model": request.video_model or None, "fps": request.fps}
        if request.frames is not None:
            length = {"frames": max(LEAST_FRAMES, _half_up(request.frames / parts))}
        else:
            duration = request.duration or self._ctx.settings(MultiangleSettings).duration
            length = {"duration": max(1, _half_up(duration / parts))}
        return {
            "prompt": request.angle_description or MOTION,
            "negative_prompt": request.negative_prompt,
            "style_prompt": request.style_prompt,
            "seed": request.seed,
            "width": request.width,
            "height": request.height,
            "count": 1,
            "token_type": request.token_type,
            "safety_filter": request.safety_filter,
            "network": request.network,
            "queue_timeout": request.queue_timeout,
            "billing_mode": request.billing_mode,
            **length,
            **{name: value for name, value in optional.items() if value is not None},
        }


class _EnoughSeen(Exception):
    """The file can be written; nothing has to be made yet."""


def _only(key: str, result: Result) -> Outcome:
    """Return the only outcome of a run of another mode. A mode that submits nothing has none, so make one."""
    if not result.outcomes:
        return Outcome(key, "", "completed", result.artifacts)
    return result.outcomes[0]


def _half_up(value: float) -> int:
    return math.floor(value + 0.5)
