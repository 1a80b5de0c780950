"""Camera angles: the names that people use, and the words that the LoRA ``multiple_angles`` was trained with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

TRIGGER = "<sks>"
"""The trigger word of the LoRA. Without it, a prompt does not turn the camera."""

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
"""Key to the words in the prompt, in the order of a full turn."""

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
"""Field of a request to the keys it takes and their words."""

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
    """Return the key that a text names, else the text in lower case. Blanks and underscores do not matter."""
    folded = _BLANKS.sub(" ", text.lower().replace("_", "-")).strip()
    return _ALIASES.get(folded, folded)


@dataclass(frozen=True)
class Angle:
    """The position of the camera, as three keys of the vocabulary."""

    azimuth: str
    elevation: str
    distance: str

    def prompt(self, description: str) -> str:
        """Return the prompt for the LoRA: trigger, azimuth, elevation, distance and description, with single blanks."""
        words = [TRIGGER, AZIMUTHS[self.azimuth], ELEVATIONS[self.elevation], DISTANCES[self.distance], description]
        return " ".join(word for part in words for word in part.split())
