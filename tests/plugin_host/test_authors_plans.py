"""A plan without a network comes soon, and says once that it has no price."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sogni_core.frontend.run_options import RunOptions

from .conftest import Install

MODE = """
from typing import Annotated
from sogni_core.project import ImageProject
from sogni_core.request import Argument, ImageOptions
from sogni_core.result import Result

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]

async def render(ctx, request):
    project = ImageProject.of(request, model="z_image_turbo_bf16")
    return Result.of(*[await ctx.submit(project, key=f"step-{place}") for place in range(5)])
"""


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the address of a host that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.anyio
@pytest.mark.parametrize("where", ["silent", "closed"])
async def test_a_plan_waits_only_so_long_for_the_price(
    install: Install, sogni_app: Any, request: pytest.FixtureRequest, where: str
) -> None:
    install("five", files={"mode": MODE})
    host = request.getfixturevalue(where)
    environ = {"SOGNI_REST_URL": f"http://{host}", "SOGNI_SOCKET_URL": f"ws://{host}", "SOGNI_API_KEY": "key-1"}
    async with sogni_app(plugins=["five"], environ=environ) as app:
        prepared = await app.prepare("five", prompt="x", run_options=RunOptions(dry_run=True))
        began = time.monotonic()
        plan = await prepared.plan(price_seconds=0.2)
        assert time.monotonic() - began < 5, "retries alone would take nine seconds"
    assert [step.key for step in plan.steps] == [f"step-{place}" for place in range(5)]
    assert plan.price is None
    assert plan.price_error is not None
    assert plan.price_error.code == "CONNECTION_ERROR"
    (warning,) = plan.warnings
    assert warning.startswith("No price could be obtained: ")


def test_the_command_waits_three_seconds(install: Install, sogni_cli: Any, silent: str) -> None:
    install("five", files={"mode": MODE})
    environ = {"SOGNI_REST_URL": f"http://{silent}", "SOGNI_SOCKET_URL": f"ws://{silent}", "SOGNI_API_KEY": "key-1"}
    called = sogni_cli("five", "x", "--dry-run", "--json", plugins=["five"], environ=environ)
    assert called.exit_code == 0
    assert called.json["warnings"] == ["No price could be obtained: The network did not answer within 3 s."]
