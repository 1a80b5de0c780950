"""Every hook has a heading with its signature in the reference, every field of its record an entry."""

from __future__ import annotations

import dataclasses
import inspect
import re

import pytest

from sogni_core import plugin
from sogni_core._host.record_check import HOOKS
from sogni_core.plugin import RECORDS, Endpoint
from tools.repository import ROOT

PAGE = ROOT / "docs" / "plugins" / "reference" / "hooks.md"


def test_every_hookspec_is_a_hook() -> None:
    specs = [name for name, value in vars(plugin).items() if name.startswith("sogni_") and hasattr(value, "sogni_spec")]
    assert specs == list(HOOKS)
    assert tuple(HOOKS.values()) == RECORDS


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_says_when_it_is_called_and_since_when(hook: str) -> None:
    text = inspect.getdoc(getattr(plugin, hook)) or ""
    assert text.startswith("Return ")
    assert re.search(r"Called once", text)
    assert re.search(r"Since \d+\.\d+\.", text)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_a_heading_with_its_signature(hook: str) -> None:
    signature = f"{hook}{inspect.signature(getattr(plugin, hook))}".replace("'", "")
    assert f"## `{signature}`" in PAGE.read_text("utf-8").splitlines()


@pytest.mark.parametrize("record", [*RECORDS, Endpoint], ids=lambda record: record.__name__)
def test_every_field_of_a_record_has_an_entry(record: type) -> None:
    text = PAGE.read_text("utf-8")
    begin = text.index(f"**`{record.__name__}`**")
    part = re.split(r"\n## |\n\*\*`", text[begin + 4 :], maxsplit=1)[0]
    missing = [
        field.name
        for field in dataclasses.fields(record)
        if not re.search(rf"^- `{field.name}: [^`]+`: \S", part, re.MULTILINE)
    ]
    assert missing == []
