"""The table ``[postcard]``: key ``postcard.style``, environment ``SOGNI_POSTCARD__STYLE``."""

# docs: settings
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Style = Literal["vintage", "modern"]


class PostcardSettings(BaseModel):
    """Settings of postcards; every one has a default and a description."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    style: Annotated[Style, Field(description="Print style.")] = "vintage"
    greeting: Annotated[str, Field(description="Words printed on the card; empty for none.")] = ""
    longest_greeting: Annotated[int, Field(ge=1, description="Longest greeting, in characters.")] = 40


# docs: end
