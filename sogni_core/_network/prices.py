"""What the service says a project would cost."""

from __future__ import annotations

from sogni_core._network.records import Price
from sogni_core._network.rest import Rest
from sogni_core._protocol.estimates import estimate_path
from sogni_core._protocol.greeting import amount
from sogni_core._protocol.values import positive, record
from sogni_core.project import Project


async def estimate(rest: Rest, project: Project, network: str) -> Price:
    """Ask for the price of a project; needs no login.

    Raises InputError INVALID_ARGUMENT for a kind of project that has no estimate, or that does not say enough for
    one (a video without its size, frames and fps), ServiceError, TransportError.
    """
    answer = record(await rest.get(estimate_path(project, network), host="socket", public=True))
    quote = record(record(answer.get("quote")).get("project"))
    return Price(
        token=project.token_type,
        amount=amount(quote.get("costInToken")),
        usd=amount(quote.get("costInUSD")),
        spark=amount(quote.get("costInSpark")),
        sogni=amount(quote.get("costInSogni")),
        seconds=positive(record(answer.get("benchmark")).get("estimatedRenderTimeSec")),
    )
