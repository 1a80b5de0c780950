"""What the service says a project would cost."""

from __future__ import annotations

from sogni_core._network.records import Price
from sogni_core._network.rest import Rest
from sogni_core._protocol.estimates import image_estimate_path
from sogni_core._protocol.greeting import amount
from sogni_core._protocol.values import positive, record
from sogni_core.errors import InputError
from sogni_core.project import ImageProject, Project


async def estimate(rest: Rest, project: Project, network: str) -> Price:
    """Ask for the price of a project; needs no login.

    Raises InputError INVALID_ARGUMENT for a kind of project that has no estimate, ServiceError, TransportError.
    """
    if not isinstance(project, ImageProject):
        raise InputError("INVALID_ARGUMENT", f"There is no estimate for {project.media or 'such'} projects.")
    answer = record(await rest.get(image_estimate_path(project, network), host="socket", public=True))
    quote = record(record(answer.get("quote")).get("project"))
    return Price(
        token=project.token_type,
        amount=amount(quote.get("costInToken")),
        usd=amount(quote.get("costInUSD")),
        spark=amount(quote.get("costInSpark")),
        sogni=amount(quote.get("costInSogni")),
        seconds=positive(record(answer.get("benchmark")).get("estimatedRenderTimeSec")),
    )
