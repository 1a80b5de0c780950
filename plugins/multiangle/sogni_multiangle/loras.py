"""The chain of LoRAs: the one that turns the camera stands in it whatever else does."""

from __future__ import annotations

from collections.abc import Sequence

ANGLES = "multiple_angles"
"""The LoRA that turns the camera."""

STRENGTH = 0.9
"""Its strength where nobody says one."""


def chain(
    loras: Sequence[str], strengths: Sequence[float], angle_strength: float | None
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return LoRAs and strengths to send: the user's, and the one that turns the camera last if it is not there.

    A chain that is complete is returned as it is. Where the numbers of both do not fit, they come back unequal:
    several strengths without a LoRA, or fewer or more strengths than LoRAs; rules refuse that.
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
