"""What a postcard has to keep to, checked before anything is sent."""

# docs: rules
from __future__ import annotations

from collections.abc import Iterator

from sogni_core.context import Facts
from sogni_core.errors import Problem
from sogni_postcard.mode import Postcard
from sogni_postcard.settings import PostcardSettings


def greeting_fits(request: Postcard, facts: Facts) -> Iterator[Problem]:
    """Refuse a greeting that is too long for a card."""
    longest = facts.settings(PostcardSettings).longest_greeting
    if len(request.greeting) > longest:
        yield Problem(
            f"--greeting must be at most {longest} characters, got {len(request.greeting)}.",
            field="greeting",
            hint="Say it shorter, or raise the setting postcard.longest_greeting.",
            details={"flag": "--greeting", "max": longest},
        )


# docs: end
