"""Samplers and schedulers: from the names that people see to the aliases that travel.

protocol: the tiers of older models list display names, while requests carry aliases. Anything that is neither is
passed on as it stands: the service may know more than this table. Source: the alias tables of the official
JavaScript client 5.54.0.
"""

from __future__ import annotations

SAMPLERS = {
    "Euler": "euler",
    "Euler a": "euler_a",
    "Euler Ancestral": "euler_ancestral",
    "Heun": "heun",
    "DPM++ 2M": "dpmpp_2m",
    "DPM++ 2M SDE": "dpmpp_2m_sde",
    "DPM++ SDE": "dpmpp_sde",
    "DPM++ 3M SDE": "dpmpp_3m_sde",
    "DPM++ 2S Ancestral": "dpmpp_2s_ancestral",
    "DPM 2": "dpm_2",
    "DPM 2 Ancestral": "dpm_2_ancestral",
    "DPM Fast": "dpm_fast",
    "DPM Adaptive": "dpm_adaptive",
    "DPM Solver Multistep (DPM-Solver++)": "dpm_pp",
    "UniPC": "uni_pc",
    "LCM (Latent Consistency Model)": "lcm",
    "LMS": "lms",
    "DDPM": "ddpm",
    "PNDM (Pseudo-linear multi-step)": "pndm_plms",
    "Discrete Flow Sampler (SD3)": "dfs_sd3",
    "Discrete Flow Scheduler (SD3)": "dfs_sd3",
}
"""Display name of a sampler to its alias."""

SCHEDULERS = {
    "Simple": "simple",
    "Normal": "normal",
    "Karras": "karras",
    "Exponential": "exponential",
    "SGM Uniform": "sgm_uniform",
    "DDIM Uniform": "ddim_uniform",
    "Beta": "beta",
    "Linear Quadratic": "linear_quadratic",
    "KL Optimal": "kl_optimal",
    "DDIM": "ddim",
    "Leading": "leading",
    "Linear": "linear",
}
"""Display name of a scheduler to its alias."""


def sampler(name: str) -> str:
    """Return the alias of a sampler, whether it was named by its display name or by its alias.

    Case, blanks, hyphens and underscores make no difference: ``dpm++ sde`` is ``dpmpp_sde``.
    """
    return _SAMPLERS.get(_key(name), name)


def scheduler(name: str) -> str:
    """Return the alias of a scheduler, as :func:`sampler` does."""
    return _SCHEDULERS.get(_key(name), name)


def _key(name: str) -> str:
    return "".join(letter for letter in name.lower().replace("+", "p") if letter.isalnum())


def _keys(table: dict[str, str]) -> dict[str, str]:
    return {_key(name): alias for display, alias in table.items() for name in (display, alias)}


_SAMPLERS = _keys(SAMPLERS)
_SCHEDULERS = _keys(SCHEDULERS)
