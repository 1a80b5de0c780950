"""What this distribution registers. It names everything and imports nothing but ``sogni_core.plugin``."""

# docs: imports
from __future__ import annotations

from sogni_core.plugin import Mode, Settings, Validator, hookimpl


# docs: sogni_modes
@hookimpl
def sogni_modes() -> list[Mode]:
    """Return the mode ``postcard``."""
    return [
        Mode(
            "postcard",
            "Make a postcard of a place.",
            request="sogni_postcard.mode:Postcard",
            workflow="sogni_postcard.mode:render",
        )
    ]


# docs: sogni_settings
@hookimpl
def sogni_settings() -> list[Settings]:
    """Return the table ``[postcard]``."""
    return [Settings("postcard", "sogni_postcard.settings:PostcardSettings")]


# docs: sogni_validators
@hookimpl
def sogni_validators() -> list[Validator]:
    """Return the rule about greetings."""
    return [Validator(("postcard",), "sogni_postcard.rules:greeting_fits")]


# docs: end
