"""A plugin whose parts a test replaces one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from sogni_core.testing.distribution import on_path

GOOD = {
    "plugin": """
        from sogni_core.plugin import Command, Mode, Network, Settings, Validator, Workflow, hookimpl

        @hookimpl
        def sogni_modes():
            return [Mode("stamp", "Make a stamp.", request="stamps.mode:Stamp", workflow="stamps.mode:render")]

        @hookimpl
        def sogni_settings():
            return [Settings("stamp", "stamps.settings:StampSettings", openclaw={"stampPaper": "paper"})]

        @hookimpl
        def sogni_validators():
            return [Validator(("stamp",), "stamps.rules:rule")]

        @hookimpl
        def sogni_commands():
            return [Command("stamps", "List stamps.", "stamps.commands:stamps")]

        @hookimpl
        def sogni_networks():
            return [Network("album", "stamps.network:open_network", "An album.")]
    """,
    "mode": """
        from typing import Annotated
        from sogni_core.request import Argument, Option, Request
        from sogni_core.result import Result

        class Stamp(Request):
            motif: Annotated[str, Argument("What the stamp shows.")]
            paper: Annotated[str, Option("--paper", help="Paper.", setting="stamp.paper")]

        async def render(ctx, request):
            return Result()
    """,
    "settings": """
        from typing import Annotated
        from pydantic import BaseModel, Field

        class StampSettings(BaseModel):
            paper: Annotated[str, Field(description="Paper.")] = "wove"
    """,
    "rules": "def rule(request, facts):\n    return []\n",
    "commands": "def stamps(app):\n    return None\n",
    "network": "def open_network(settings):\n    return None\n",
}


@pytest.fixture
def stamps(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Write the package ``stamps``, some of its modules replaced; returns the plugin module's name."""

    def write(**modules: str) -> str:
        package = tmp_path / "stamps"
        package.mkdir()
        for name, text in {"__init__": "", **GOOD, **modules}.items():
            (package / f"{name}.py").write_text(dedent(text), encoding="utf-8")
        return "stamps.plugin"

    with on_path(tmp_path):
        yield write
