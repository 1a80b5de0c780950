"""The prices of projects. Estimates and debits use the same functions, so they always agree."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sogni_devnet.balance import TokenType, plain
from sogni_devnet.catalogue import Model
from sogni_devnet.tiers import AudioTier, ImageTier, Tier, VideoTier

SPARK_PER_SECOND = Decimal("0.1")
SOGNI_PER_SPARK = Decimal("1.25")
USD_PER_SPARK = Decimal("0.005")
CONTROLNET_SECONDS = Decimal(2)
PREVIEW_SECONDS = Decimal("0.1")


@dataclass(frozen=True)
class Quote:
    """The price of a project, in exact decimals."""

    count: int
    """Number of jobs."""
    seconds: Decimal
    """Render seconds of one job."""

    @property
    def spark(self) -> Decimal:
        """Price of one job in SPARK, with three decimals."""
        return (self.seconds * SPARK_PER_SECOND).quantize(Decimal("0.001"), ROUND_HALF_UP)

    def job(self, token: TokenType) -> Decimal:
        """Price of one job in a token."""
        return self.spark if token == "spark" else self.spark * SOGNI_PER_SPARK  # noqa: S105 - a currency

    def total(self, token: TokenType) -> Decimal:
        """Price of all jobs in a token."""
        return self.job(token) * self.count

    def payload(self, token: TokenType) -> dict[str, Any]:
        """Return the ``quote`` of an estimate, with all amounts as decimal strings."""
        return {
            "model": {"weight": "1", "secPerStep": "1", "secPerPreview": plain(PREVIEW_SECONDS), "secForCN": "2"},
            "job": self._costs(token, 1),
            "project": self._costs(token, self.count),
        }

    def _costs(self, token: TokenType, count: int) -> dict[str, str]:
        return {
            "costInRenderSec": plain(self.seconds * count),
            "costInUSD": plain(self.spark * USD_PER_SPARK * count),
            "costInToken": plain(self.job(token) * count),
            "costInSpark": plain(self.spark * count),
            "costInSogni": plain(self.spark * SOGNI_PER_SPARK * count),
        }


def image_quote(
    model: Model,
    *,
    count: int,
    steps: int | None = None,
    width: int | None = None,
    height: int | None = None,
    previews: int = 0,
    controlnet: bool = False,
    context_images: int = 0,
) -> Quote:
    """Return the price of an image project. None and 0 mean the default of the model, as in the path of an estimate.

    Width and height are in px. Each context image adds a tenth of the render time.
    """
    tier = model.tier
    assert isinstance(tier, ImageTier)
    pixels = Decimal((width or tier.size) * (height or tier.size)) / (tier.size * tier.size)
    seconds = _base(tier, steps) * pixels * (1 + Decimal(context_images) / 10)
    seconds += PREVIEW_SECONDS * previews + (CONTROLNET_SECONDS if controlnet else 0)
    return _rounded(count, seconds)


def video_quote(
    model: Model, *, count: int, steps: int | None = None, width: int, height: int, frames: int | None = None
) -> Quote:
    """Return the price of a video project, by steps, pixels and frames. The frame rate costs nothing."""
    tier = model.tier
    assert isinstance(tier, VideoTier)
    pixels = Decimal((width or tier.size[0]) * (height or tier.size[1])) / (tier.size[0] * tier.size[1])
    return _rounded(count, _base(tier, steps) * pixels * (frames or tier.frames[2]) / tier.frames[2])


def audio_quote(model: Model, *, count: int, steps: int | None = None, duration: float) -> Quote:
    """Return the price of a music project, by steps and duration in seconds."""
    tier = model.tier
    assert isinstance(tier, AudioTier)
    return _rounded(count, _base(tier, steps) * Decimal(str(duration)) / Decimal(str(tier.ranges["duration"][2])))


def _base(tier: Tier, steps: int | None) -> Decimal:
    return Decimal(str(tier.seconds)) * Decimal(steps or tier.steps[2]) / tier.steps[2]


def _rounded(count: int, seconds: Decimal) -> Quote:
    return Quote(count, seconds.quantize(Decimal("0.001"), ROUND_HALF_UP))


def estimate(model: Model, token: TokenType, network: str, price: Quote, request: dict[str, Any]) -> dict[str, Any]:
    """Return the response of an estimate; ``request`` has the values of the path."""
    return {
        "request": {"model": model.id, "name": model.name, **request},
        "rate": {
            "costPerBaseHQRenderInUSD": "0.01", "tokenMarkePriceUSD": plain(USD_PER_SPARK),
            "costPerRenderSecUSD": plain(SPARK_PER_SECOND * USD_PER_SPARK),
            "costPerRenderSecToken": plain(SPARK_PER_SECOND), "network": network, "networkCostMultiplier": "1",
        },
        "quote": price.payload(token),
        "benchmark": {
            "estimatedRenderTimeSec": float(price.seconds), "medianRenderTimeSec": float(price.seconds),
            "sampleCount": 12, "confidence": 0.9,
        },
    }  # fmt: skip
