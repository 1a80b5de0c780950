"""Plugins that are broken, each in one way, installed as real distributions for the length of a test."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEAD = "from sogni_core.plugin import *\nfrom sogni_core.plugin import hookimpl\n"

MODE = """
@hookimpl
def sogni_modes():
    return [Mode("{name}", "{name} it.", request="{package}.mode:Asked", workflow="{package}.mode:render")]
"""

RENDER = """
from typing import Annotated
from sogni_core.request import Argument, Option, ImageOptions, Request
from sogni_core.result import Result

class Asked(ImageOptions):
    prompt: Annotated[str, Argument("What to show.")]

async def render(ctx, request):
    return await ctx.run("image", prompt="{package}: " + request.prompt, **request.image_fields())
"""

Install = Callable[..., None]


@pytest.fixture
def install(sogni_site: Callable[..., Path]) -> Install:
    """Install ``sogni-<name>`` 3.1 with the plugin ``<name>``: its module's text, and its other modules'.

    Without ``module`` it has a mode of its name that works. ``{package}`` and ``{name}`` are filled in.
    """

    def write(name: str, module: str | None = None, *, head: str = HEAD, value: str = "", **options: Any) -> None:
        package = f"sogni_{name}"
        files = {"mode": RENDER, **options.pop("files", {})}
        text = {"plugin": head + (MODE if module is None else textwrap.dedent(module)), **files}
        sogni_site(
            f"sogni-{name}",
            version="3.1",
            plugins={name: value or f"{package}.plugin"},
            files={
                f"{package}/__init__.py": "",
                **{
                    f"{package}/{stem}.py": textwrap
                    .dedent(source)
                    .replace("{package}", package)
                    .replace("{name}", name)
                    for stem, source in text.items()
                },
            },
            requires=options.pop("requires", ["sogni-core>=0.1,<0.2"]),
            **options,
        )

    return write
