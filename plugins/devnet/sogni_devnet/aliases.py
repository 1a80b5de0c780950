"""Display names of samplers and schedulers, as legacy tiers list them, and their aliases in requests."""

from __future__ import annotations

ALIASES = {
    "Euler": "euler", "Euler a": "euler_a", "DPM++ 2M": "dpmpp_2m", "DPM++ 2M SDE": "dpmpp_2m_sde",
    "DPM++ SDE": "dpmpp_sde", "Simple": "simple", "Normal": "normal", "Karras": "karras", "Beta": "beta",
    "SGM Uniform": "sgm_uniform",
}  # fmt: skip
"""Display name to alias, for the names that the tiers list (protocol: other names are sent unchanged)."""


def aliases(names: tuple[str, ...]) -> frozenset[str]:
    """Return the names that a request may use for these names of a tier."""
    return frozenset(ALIASES.get(name, name) for name in names)
