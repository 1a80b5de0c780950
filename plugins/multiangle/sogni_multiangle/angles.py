"""The words of camera angles: how people name them, and how the LoRA ``multiple_angles`` was taught them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

TRIGGER = "<sks>"
"""The word that wakes the LoRA; a prompt without it shows no other side."""

AZIMUTHS: Mapping[str, str] = {
    "front": "front view",
    "front-right": "front-right quarter view",
    "right": "right side view",
    "back-right": "back-right quarter view",
    "back": "back view",
    "back-left": "back-left quarter view",
    "left": "left side view",
    "front-left": "front-left quarter view",
}
"""Key to words of the prompt, in the order in which a sweep goes round."""

ELEVATIONS: Mapping[str, str] = {
    "low-angle": "low-angle shot",
    "eye-level": "eye-level shot",
    "elevated": "elevated shot",
    "high-angle": "high-angle shot",
}

DISTANCES: Mapping[str, str] = {
    "close-up": "close-up",
    "medium": "medium shot",
    "wide": "wide shot",
}

VOCABULARY: Mapping[str, Mapping[str, str]] = {"azimuth": AZIMUTHS, "elevation": ELEVATIONS, "distance": DISTANCES}
"""Field of a request to its keys and their words."""

_QUARTERS = ("front-right", "back-right", "back-left", "front-left")

_ALIASES: Mapping[str, str] = {
    **{f"{key} quarter": key for key in _QUARTERS},
    **{f"{key.replace('-', ' ')} quarter": key for key in _QUARTERS},
    "low angle": "low-angle",
    "eye level": "eye-level",
    "high angle": "high-angle",
    "close up": "close-up",
    "medium shot": "medium",
    "wide shot": "wide",
}

_BLANKS = re.compile(r"\s+")


def key_of(text: str) -> str:
    """Return the key that a text names, or the text folded: case, blanks and underscores do not matter."""
    folded = _BLANKS.sub(" ", text.lower().replace("_", "-")).strip()
    return _ALIASES.get(folded, folded)


@dataclass(frozen=True)
class Angle:
    """Where the camera stands; three keys of the vocabulary."""

    azimuth: str
    elevation: str
    distance: str

    def prompt(self, description: str) -> str:
        """Say it in the LoRA's words, with single blanks: trigger, azimuth, elevation, distance, description."""
        words = [TRIGGER, AZIMUTHS[self.azimuth], ELEVATIONS[self.elevation], DISTANCES[self.distance], description]
        return " ".join(word for part in words for word in part.split())
