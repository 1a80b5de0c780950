"""Render a video order and its uploads as an MP4. Runs in worker threads."""

from __future__ import annotations

import hashlib
import math
import zlib
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from sogni_devnet import motion
from sogni_devnet.caption import cleaned
from sogni_devnet.ffmpeg import Recording, find_ffmpeg, read_frames, read_samples, write_clip
from sogni_devnet.order import VideoOrder
from sogni_devnet.painter import Uploads, opened
from sogni_devnet.recent_results import Recent
from sogni_devnet.refusal import Unpaintable
from sogni_devnet.sound import write_hum

if TYPE_CHECKING:
    from sogni_devnet.storage import StoredFile

LEVEL_RATE = 8000
"""Samples per second, which are enough to measure loudness."""

LOUD = 9000
"""Mean amplitude, of 32767, at which the bars are full."""

CLIPS = Recent(most_bytes=32 << 20)
"""Plain clips by the digest of their inputs, since tests often need the same ones."""


class Stopped(Exception):
    """The clip is no longer needed."""


def render_film(
    order: VideoOrder, seed: int, uploads: Uploads, target: Path, *, plain: bool, stopped: Callable[[], bool]
) -> None:
    """Write the clip of one job. The same order and seed give the same clip.

    Raises :class:`Stopped` if ``stopped`` is set.
    """
    exe = find_ffmpeg()
    if exe is None:
        raise Unpaintable("ffmpeg is gone")
    key = _content(order, uploads) if plain else None
    if key is not None and (known := CLIPS.get(key)) is not None:
        target.write_bytes(known)
        return
    with ExitStack() as open_files:
        sound = _sound(order, seed, uploads, target, open_files)
        scene = _plain(order, uploads) if plain else _scene(order, seed, uploads, exe, sound, open_files)
        write_clip(
            exe, target, _frames(scene, order.frames_made, stopped), size=(order.width, order.height), rate=order.fps,
            count=order.frames_made, title=cleaned(order.prompt)[:200], fast=plain, sound=sound,
        )  # fmt: skip
    if key is not None:
        CLIPS.put(key, target.read_bytes())


def _frames(scene: motion.Moment, count: int, stopped: Callable[[], bool]) -> Iterator[bytes]:
    for number in range(count):
        if stopped():
            raise Stopped
        yield scene(number / max(1, count - 1)).tobytes()


def _plain(order: VideoOrder, uploads: Uploads) -> motion.Moment:
    """Blend from the start reference to the end reference; a flat colour replaces a missing one."""
    size = (order.width, order.height)
    start, end = (
        opened(slot, uploads(slot)).resize(size) if slot in order.slots else Image.new("RGB", size, colour)
        for slot, colour in zip(("referenceImage", "referenceImageEnd"), _colours(order.prompt), strict=True)
    )
    return lambda time: Image.blend(start, end, time)


def _scene(
    order: VideoOrder, seed: int, uploads: Uploads, exe: str, sound: Recording | None, open_files: ExitStack
) -> motion.Moment:
    size = (order.width, order.height)
    start, end = (
        opened(slot, uploads(slot)) if slot in order.slots else None for slot in ("referenceImage", "referenceImageEnd")
    )
    workflow = order.model.workflow
    if workflow in {"v2v", "animate-replace"}:
        film = _film(order, uploads, exe, size, open_files)
        spots = order.points or (((0.5, 0.45),) if workflow == "animate-replace" else ((0.8, 0.3),))
        scene = motion.within(film, start, spots, order.control, size)
    else:
        scene = motion.between(size, start, end) if start or end else motion.travel(size, order.prompt, seed)
        if workflow == "animate-move":
            side = min(size) // 2
            scene = motion.beside(scene, _film(order, uploads, exe, (side, side), open_files), size)
    if sound is not None:
        scene = motion.with_level(scene, _loudness(order, exe, sound), size)
    facts = f"{order.model.id}  ·  seed {seed}  ·  {size[0]} x {size[1]}  ·  {order.frames_made} frames"
    return motion.marked(scene, size, order.prompt, facts)


def _film(
    order: VideoOrder, uploads: Uploads, exe: str, size: tuple[int, int], open_files: ExitStack
) -> Iterator[Image.Image]:
    """Yield the frames of the reference video; after its end, repeat the last one forever."""
    recording = _recording("referenceVideo", uploads("referenceVideo"), order.video_start)
    frames = open_files.enter_context(closing(read_frames(exe, recording, size, order.fps, order.frames_made)))

    def shown() -> Iterator[Image.Image]:
        picture: Image.Image | None = None
        for block in frames:
            picture = Image.frombytes("RGB", size, block)
            yield picture
        while picture is not None:
            yield picture

    film = shown()
    first = next(film, None)
    if first is None:
        raise Unpaintable("referenceVideo cannot be decoded")

    def from_first() -> Iterator[Image.Image]:
        yield first
        yield from film

    return from_first()


def _sound(order: VideoOrder, seed: int, uploads: Uploads, target: Path, open_files: ExitStack) -> Recording | None:
    """Return the sound: the given audio, a hum for models that generate sound, or None."""
    if "referenceAudio" in order.slots and order.model.workflow in {"s2v", "ia2v", "a2v"}:
        length = min(order.seconds, order.audio_duration)
        return _recording("referenceAudio", uploads("referenceAudio"), order.audio_start, length)
    if not order.native_sound:
        return None
    path = target.with_name(f"{target.name}.wav")
    open_files.callback(path.unlink, missing_ok=True)
    write_hum(path, order.seconds, seed)
    return Recording(path, "audio/wav")


def _loudness(order: VideoOrder, exe: str, sound: Recording) -> list[float]:
    """Return one value from 0 to 1 per frame."""
    block = max(1, round(LEVEL_RATE / order.fps))
    with closing(read_samples(exe, sound, LEVEL_RATE, block)) as blocks:
        levels = [math.sqrt(sum(s * s for s in array("h", data)) / block) / LOUD for data in blocks]
    levels = [min(1.0, level) for level in levels[: order.frames_made]]
    return levels + [0.0] * (order.frames_made - len(levels))


def _recording(slot: str, file: StoredFile | None, start: float, length: float | None = None) -> Recording:
    if file is None:
        raise Unpaintable(f"{slot} is not there")
    return Recording(file.path, file.sniffed, start, length)


def _colours(prompt: str) -> tuple[tuple[int, int, int], ...]:
    digest = zlib.crc32(prompt.encode(errors="replace"))
    return ((digest & 255, digest >> 8 & 255, 120), (40, digest >> 16 & 255, digest >> 24 & 255))


def _content(order: VideoOrder, uploads: Uploads) -> bytes | None:
    """Return a digest of everything that a plain clip depends on; None for a clip with sound, which is not cached."""
    if order.native_sound or "referenceAudio" in order.slots:
        return None
    digest = hashlib.sha256(repr((order.width, order.height, order.frames_made, order.fps, order.prompt)).encode())
    for slot in ("referenceImage", "referenceImageEnd"):
        file = uploads(slot) if slot in order.slots else None
        digest.update(b"-" if file is None else hashlib.sha256(file.path.read_bytes()).digest())
    return digest.digest()
