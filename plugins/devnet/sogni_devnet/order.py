"""What a valid ``jobRequest`` for images asks for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sogni_devnet.balance import TokenType
from sogni_devnet.catalogue import Model
from sogni_devnet.prices import Quote, quote

MIME = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
"""Output format of a request to content type of a result."""


@dataclass(frozen=True)
class Order:
    """An image project as a worker needs it; sizes in px."""

    project_id: str
    model: Model
    images: int
    width: int
    height: int
    steps: int
    prompt: str
    seed: int | None
    """Seed of the first job; the other jobs' are random. None: all are."""
    format: str
    """``png``, ``jpg`` or ``webp``."""
    token: TokenType
    network: str | None
    """None: the network of the connection."""
    previews: int
    context_slots: tuple[str, ...]
    """Upload slots of the context images, in order."""
    control_slots: tuple[str, ...]
    """Upload slot of the ControlNet's picture, if there is one."""
    starting_weight: float | None
    """Share of the starting image in the picture, 0 to 1; None without one."""
    controlnet: bool
    raw: dict[str, Any]
    """The ``jobRequest`` as it came."""

    @property
    def price(self) -> Quote:
        """Price of the project, the same that an estimate gives."""
        return quote(
            self.model, images=self.images, steps=self.steps, width=self.width, height=self.height,
            previews=self.previews, controlnet=self.controlnet,
            context_images=len(self.context_slots),
        )  # fmt: skip

    @property
    def cost(self) -> Decimal:
        """What is debited, in ``token``."""
        return self.price.total(self.token)
