"""What a postcard has to keep to, checked before anything is sent."""

# docs: rules
from __future__ import annotations

from collections.abc import Iterator

from sogni_core.context import Facts
from sogni_core.problem import Problem
from sogni_postcard.mode import Postcard
from sogni_postcard.settings import PostcardSettings


def greeting_fits(request: Postcard, facts: Facts) -> Iterator[Problem]:
    """Refuse a greeting that is too long for a card."""
    longest = facts.settings(PostcardSettings).longest_greeting
    if len(request.greeting) > longest:
        yield Problem(
            "postcard.greeting-length",
            ("greeting",),
            "{greeting} must be at most {max} characters, not {length}.",
            {"max": longest, "length": len(request.greeting)},
            hint="Shorten it, or raise the setting postcard.longest_greeting.",
        )


# docs: end
