"""Sounds: a piece of music for an audio order, and a hum for a clip with generated sound.

Music is a simple chord progression in the requested key and tempo; the seed chooses the figure. Four bars are rendered
and repeated, so ten minutes take no longer than ten seconds.
"""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from operator import add
from pathlib import Path
from random import Random
from typing import ClassVar

from sogni_devnet.caption import cleaned
from sogni_devnet.ffmpeg import find_ffmpeg, write_sound
from sogni_devnet.order import AudioOrder
from sogni_devnet.refusal import Unpaintable

RATE = 44100
"""Samples per second, with 16 bits and one channel."""

_KEYS = {"C": 0, "C#": 1, "Db": 1, "D": 2, "D#": 3, "Eb": 3, "E": 4, "F": 5, "F#": 6, "Gb": 6, "G": 7, "G#": 8,
         "Ab": 8, "A": 9, "A#": 10, "Bb": 10, "B": 11}  # fmt: skip
_MAJOR, _MINOR = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)), ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17))


def render_music(order: AudioOrder, seed: int, target: Path, *, plain: bool, stopped: Callable[[], bool]) -> None:
    """Write the sound of one job as ``mp3``, ``flac`` or ``wav``, with exactly the requested duration."""
    loop = _tone(220 + seed % 220, 0.5) if plain else _bars(order, seed)
    blocks = _repeated(loop, round(order.duration * RATE), stopped)
    if order.format == "wav":
        write_wave(target, blocks)
        return
    exe = find_ffmpeg()
    if exe is None:
        raise Unpaintable("ffmpeg is gone")
    write_sound(exe, target, blocks, rate=RATE, form=order.format, title=cleaned(order.prompt)[:200])


def write_hum(path: Path, seconds: float, seed: int) -> None:
    """Write a soft tone as WAV."""
    write_wave(path, _repeated(_tone(110 + seed % 110, 1.0), round(seconds * RATE), lambda: False))


def write_wave(path: Path, blocks: Iterable[bytes]) -> None:
    """Write 16-bit mono samples as WAV."""
    with path.open("wb") as file, wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for block in blocks:
            out.writeframesraw(block)


def _repeated(loop: bytes, samples: int, stopped: Callable[[], bool]) -> Iterator[bytes]:
    left = samples * 2
    while left > 0 and not stopped():
        yield loop[:left]
        left -= len(loop)


def _tone(pitch: float, seconds: float) -> bytes:
    """Return a tone that starts and ends in silence."""
    count = round(seconds * RATE)
    wave_of = math.tau * pitch / RATE
    edge = RATE / 100
    return array(
        "h", (round(6000 * math.sin(wave_of * i) * min(1.0, i / edge, (count - i) / edge)) for i in range(count))
    ).tobytes()


def _bars(order: AudioOrder, seed: int) -> bytes:
    rng = Random(f"{seed}\n{order.prompt}")  # noqa: S311 - the music must be the same every time
    name, _, scale = order.keyscale.partition(" ")
    root = 220 * 2 ** ((_KEYS.get(name, 0) - 9) / 12)
    chords = _MINOR if scale.strip().lower() == "minor" else _MAJOR
    figure = [rng.choice((0, 1, 2, 2, 1)) for _ in range(order.beats)]
    beat = round(RATE * 60 / order.bpm)
    notes = _Notes(beat * max(2, order.beats))
    out = array("h", bytes(2 * beat * order.beats * len(chords)))
    for bar, chord in enumerate(chords):
        for number, voice in enumerate(figure):
            start = (bar * order.beats + number) * beat
            _add(out, start, notes.struck(root * 2 ** (chord[voice] / 12) * 2, beat * 2, 5200))
            if number == 0:
                for step in chord:
                    _add(out, start, notes.struck(root * 2 ** (step / 12), beat * order.beats, 2600))
    return out.tobytes()


class _Notes:
    """Notes that fade out. They share one period and one fade."""

    _PERIOD: ClassVar = [math.sin(math.tau * i / 4096) + 0.35 * math.sin(math.tau * i / 2048) for i in range(4096)]

    def __init__(self, longest: int) -> None:
        fade = 3.2 / RATE
        self._fading = [math.exp(-fade * i) * min(1.0, i / 300) for i in range(longest)]
        self.struck = cache(self._struck)

    def _struck(self, pitch: float, length: int, loud: float) -> array[int]:
        period, step = self._PERIOD, pitch / RATE * 4096
        fading = self._fading[:length]
        return array("h", [int(loud * part * period[int(i * step) & 4095]) for i, part in enumerate(fading)])


def _add(out: array[int], start: int, note: array[int]) -> None:
    """Add a note, cut at the end of the piece, which repeats. Two notes and a chord never exceed 16 bits."""
    under = out[start : start + len(note)]
    out[start : start + len(under)] = array("h", map(add, under, note))
