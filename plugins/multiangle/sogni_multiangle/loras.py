"""The chain of LoRAs, which always contains the one that turns the camera."""

from __future__ import annotations

from collections.abc import Sequence

ANGLES = "multiple_angles"
"""The LoRA that turns the camera."""

STRENGTH = 0.9
"""Its default strength."""


def chain(
    loras: Sequence[str], strengths: Sequence[float], angle_strength: float | None
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the LoRAs and strengths to send: those of the user, and at the end the one that turns the camera.

    A chain that has it already is returned unchanged. If there are more or fewer strengths than LoRAs, or several
    strengths and no LoRA, they are returned unequal, and the rules refuse them.
    """
    own = STRENGTH if angle_strength is None else angle_strength
    if not loras:
        if len(strengths) > 1:
            return (), tuple(strengths)
        alone = strengths[0] if strengths and angle_strength is None else own
        return (ANGLES,), (alone,)
    if ANGLES in loras:
        given = tuple(strengths) or tuple(own if lora == ANGLES else 1.0 for lora in loras)
        return tuple(loras), given
    return (*loras, ANGLES), (*(strengths or [1.0] * len(loras)), own)
