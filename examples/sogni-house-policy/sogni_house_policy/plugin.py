"""What this distribution registers."""

# docs: plugin
from __future__ import annotations

from sogni_core.plugin import ErrorCode, Observer, Settings, Validator, hookimpl

TOO_EXPENSIVE = ErrorCode("HOUSE_LIMIT", "MoneyError", "The price is above the limit.", "Lower the price or the count.")


@hookimpl
def sogni_settings() -> list[Settings]:
    """Return the table ``[house_policy]``."""
    return [Settings("house_policy", "sogni_house_policy.settings:HousePolicy")]


@hookimpl
def sogni_validators() -> list[Validator]:
    """Return the rule about projects, for every mode."""
    return [Validator(("*",), projects="sogni_house_policy.policy:project_rules")]


@hookimpl
def sogni_observers() -> list[Observer]:
    """Return what asks for the price, which a rule cannot do."""
    return [Observer("price-limit", before_submit="sogni_house_policy.policy:within_limit")]


@hookimpl
def sogni_errors() -> list[ErrorCode]:
    """Return the error code of the limit."""
    return [TOO_EXPENSIVE]


# docs: end
