"""The limits."""

# docs: settings
from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field


class HousePolicy(BaseModel):
    """The table ``[house_policy]``."""

    max_images: Annotated[int | None, Field(ge=1, description="Most outputs of one project.")] = None
    forbidden_words: Annotated[tuple[str, ...], Field(description="Words that no prompt may contain.")] = ()
    max_price: Annotated[float | None, Field(ge=0, description="Highest price of one project, in its tokens.")] = None


# docs: end
