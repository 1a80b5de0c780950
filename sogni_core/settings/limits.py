"""Settings of limits: how much may be spent, in the token that pays."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Amount = Annotated[float | None, Field(ge=0, allow_inf_nan=False)]
"""Spark or SOGNI; None for no limit."""


class SpendingLimits(BaseModel):
    """How much a run, 24 hours and 30 days may cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Annotated[Amount, Field(description="Most that one run may cost, in the token that pays.")] = None
    day: Annotated[Amount, Field(description="Most that may be spent in 24 hours, in the token that pays.")] = None
    month: Annotated[Amount, Field(description="Most that may be spent in 30 days, in the token that pays.")] = None


class LimitSettings(SpendingLimits):
    """Limits for all runs of a profile, and further ones for runs with a label."""

    confirm: Annotated[
        Amount, Field(description="A run that costs more must be confirmed, or needs the option --yes.")
    ] = None
    labels: Annotated[
        dict[str, SpendingLimits], Field(description="Limits for runs with a label, by the label's name.")
    ] = Field(default_factory=dict)
