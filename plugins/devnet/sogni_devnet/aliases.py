"""Display names of samplers and schedulers, which legacy tiers list, and the aliases that requests carry."""

from __future__ import annotations

ALIASES = {
    "Euler": "euler", "Euler a": "euler_a", "DPM++ 2M": "dpmpp_2m", "DPM++ 2M SDE": "dpmpp_2m_sde",
    "DPM++ SDE": "dpmpp_sde", "Simple": "simple", "Normal": "normal", "Karras": "karras", "Beta": "beta",
    "SGM Uniform": "sgm_uniform",
}  # fmt: skip
"""Those that a tier of this server lists (protocol: names that are not in the SDK's table pass unchanged)."""


def aliases(names: tuple[str, ...]) -> frozenset[str]:
    """Return what a request may carry for these names of a tier."""
    return frozenset(ALIASES.get(name, name) for name in names)
