"""Which seed a request gets: its own, the last render's, one at random, or one made of the request itself."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from sogni_core._engine.last_render import LastRender
from sogni_core._engine.prompt_hash import LARGEST, Hashed
from sogni_core.errors import InputError
from sogni_core.frozen import frozen
from sogni_core.origin import DEFAULT, EXTENSION, GIVEN, LAST_RENDER, Origin
from sogni_core.problem import Notice
from sogni_core.request import RenderOptions

NO_LAST_SEED = Notice("seed.last-unreadable", (), "Could not read the seed of the last render; generating one.")
NO_LAST_RENDER = Notice("seed.no-last-render", (), "No previous render found; generating a seed.")


@frozen
class Seed:
    """A seed, and how it was come by."""

    value: int | None
    """None if it is to be made of the request."""
    strategy: str | None
    """None if it was given or taken from the last render."""
    origin: Origin


def find_seed(request: RenderOptions, given: frozenset[str], last_render: LastRender, notices: list[Notice]) -> Seed:
    """Find the seed of a request, all of whose other values are known; what was asked for in vain is a warning."""
    if "seed" in given:
        if request.last_seed:
            notices.append(
                Notice("seed.twice", ("last_seed", "seed"), "{last_seed} is ignored because {seed} was given.")
            )
        return Seed(request.seed, None, GIVEN)
    if request.last_seed:
        try:
            last = last_render.seed()
        except InputError:
            notices.append(NO_LAST_SEED if last_render.path.exists() else NO_LAST_RENDER)
        else:
            if last is not None:
                return Seed(last, None, LAST_RENDER)
            notices.append(NO_LAST_SEED)
    if request.seed_strategy == "random":
        return Seed(secrets.randbelow(LARGEST + 1), "random", Origin("random"))
    return Seed(None, "prompt-hash", Origin("prompt-hash"))


def hashed_of(request: RenderOptions, workflow: str, given: frozenset[str], origins: Mapping[str, Origin]) -> Hashed:
    """Say what of a request its seed is made of: what somebody chose, and what the mode itself assumes."""
    fields = type(request).model_fields
    own = {
        name
        for name, info in fields.items()
        if name not in origins and info.default not in (None, "") and not info.is_required()
    }
    paid = {"token_type"} if origins.get("token_type", DEFAULT).chosen else set()
    # A format that follows from the output's name leaves the seed as it is without that name.
    assumed = {
        name: info.default
        for name, info in fields.items()
        if origins.get(name) == EXTENSION and info.default is not None
    }
    counted = given | own | paid | set(assumed) | type(request).seeded
    return Hashed(request.model_copy(update=assumed), workflow, counted)
