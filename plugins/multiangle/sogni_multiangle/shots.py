"""The angles of a request: one project each, several at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path

from sogni_core.context import Context
from sogni_core.errors import SogniError
from sogni_core.project import Asset, ImageProject
from sogni_core.result import Artifact, Outcome
from sogni_multiangle import output_paths
from sogni_multiangle.angles import Angle
from sogni_multiangle.request import MultiAngle
from sogni_multiangle.settings import MultiangleSettings


async def ended(key: str, step: Awaitable[Outcome]) -> Outcome:
    """Wait for a step. An error is returned as its outcome, since other steps may already be paid for."""
    try:
        return await step
    except SogniError as error:
        return Outcome(key, "", "failed", error=error)


class Shots:
    """Renders the angles of a request, as many at the same time as the setting allows."""

    def __init__(self, ctx: Context, request: MultiAngle, subject: Asset, pattern: Path | None) -> None:
        """``pattern``: where images go (:mod:`sogni_multiangle.output_paths`); None leaves them on the network."""
        self._ctx = ctx
        self._request = request
        self._subject = subject
        self._pattern = pattern
        self._free = asyncio.Semaphore(ctx.settings(MultiangleSettings).at_once)

    async def take(self, angle: Angle) -> Outcome:
        """Render one angle. A failure is an outcome; nothing is raised."""
        output = output_paths.place(self._pattern, angle.azimuth) if self._pattern is not None else None
        async with self._free:
            step = self._ctx.submit(self._project(angle), key=angle.azimuth, output=output)
            return await ended(angle.azimuth, step)

    def _project(self, angle: Angle) -> ImageProject:
        request = self._request
        prompt = angle.prompt(request.angle_description)
        return ImageProject.of(request, prompt=prompt, context_images=(self._subject,))


def named(angle: Angle, outcome: Outcome) -> list[tuple[str, Artifact]]:
    """Name the images of an angle: ``front``, or ``front#1`` and so on for several."""
    images = outcome.artifacts
    if len(images) == 1:
        return [(angle.azimuth, images[0])]
    return [(f"{angle.azimuth}#{place}", image) for place, image in enumerate(images, start=1)]


def as_json(angle: Angle, outcome: Outcome, description: str) -> dict[str, object]:
    """Return the JSON object of an angle."""
    return {
        "azimuth": angle.azimuth,
        "elevation": angle.elevation,
        "distance": angle.distance,
        "prompt": angle.prompt(description),
        "urls": [image.url for image in outcome.artifacts if image.url is not None],
        "seeds": [image.seed for image in outcome.artifacts],
        "localPaths": [str(image.path) for image in outcome.artifacts if image.path is not None],
    }
