"""Which seed a request gets: its own, the last render's, one at random, or one made of the request itself."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from sogni_core._engine.last_render import LastRender
from sogni_core._engine.prompt_hash import LARGEST, Hashed
from sogni_core.errors import InputError
from sogni_core.frozen import frozen
from sogni_core.request import RenderOptions

NO_LAST_SEED = ("Could not load last render seed", "No previous render found, generating seed")
"""What is said of a last render without a seed, and of none; the Node program says it even when it is to be quiet."""

BY_EXTENSION = "extension of the output"
"""Origin of a format that follows from the output's name."""


@frozen
class Seed:
    """A seed, and how it was come by."""

    value: int | None
    """None if it is to be made of the request."""
    strategy: str | None
    """None if it was given or taken from the last render."""
    origin: str


def find_seed(request: RenderOptions, given: frozenset[str], last_render: LastRender, warnings: list[str]) -> Seed:
    """Find the seed of a request, all of whose other values are known; what was asked for in vain is a warning."""
    if "seed" in given:
        if request.last_seed:
            warnings.append("--seed is used; --last-seed is ignored beside it.")
        return Seed(request.seed, None, "given")
    if request.last_seed:
        try:
            last = last_render.seed()
        except InputError:
            warnings.append(NO_LAST_SEED[0] if last_render.path.exists() else NO_LAST_SEED[1])
        else:
            if last is not None:
                return Seed(last, None, "last render")
            warnings.append(NO_LAST_SEED[0])
    if request.seed_strategy == "random":
        return Seed(secrets.randbelow(LARGEST + 1), "random", "random")
    return Seed(None, "prompt-hash", "prompt-hash")


def hashed_of(request: RenderOptions, workflow: str, given: frozenset[str], origins: Mapping[str, str]) -> Hashed:
    """Say what of a request its seed is made of: what somebody chose, and what the mode itself assumes."""
    fields = type(request).model_fields
    own = {
        name
        for name, info in fields.items()
        if name not in origins and info.default not in (None, "") and not info.is_required()
    }
    paid = {"token_type"} if "built-in" not in origins.get("token_type", "built-in") else set()
    # A format that follows from the output's name leaves the seed as it is without that name.
    assumed = {
        name: info.default
        for name, info in fields.items()
        if origins.get(name) == BY_EXTENSION and info.default is not None
    }
    counted = given | own | paid | set(assumed) | type(request).seeded
    return Hashed(request.model_copy(update=assumed), workflow, counted)
