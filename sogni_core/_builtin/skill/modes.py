"""The texts for agents about each installed mode: its skill file, and its options."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sogni_core._builtin.skill.markdown import sections, uncommented
from sogni_core._builtin.skill.options import options, usage
from sogni_core._core_app import CoreApp
from sogni_core._host.registry import Owned, summary_of
from sogni_core._host.targets import read_text
from sogni_core.errors import SogniError
from sogni_core.frozen import frozen
from sogni_core.plugin import Mode
from sogni_core.text import clean, clean_block

FIRST = "First"
"""Heading of the section whose rule comes before all others."""

FOLDER = "references"
"""Folder of the reference files; the name is from the Agent Skills format."""

_LONGEST = 20_000
"""Characters of one mode's text."""

_WITH = re.compile(r"^<!-- with: ([a-z0-9-]+) -->\n(.*?)^<!-- end -->\n", re.DOTALL | re.MULTILINE)


@frozen
class ModeText:
    """The texts for agents about one mode."""

    name: str
    summary: str
    usage: str
    title: str
    """Heading of its text, else its name."""
    lead: str
    """Its part of ``SKILL.md``; empty if the mode has no text."""
    first: str
    """Its rule that comes before all others; empty for none."""
    reference: str
    """The text of its reference file."""

    @property
    def file(self) -> str:
        """Name of its reference file."""
        return f"{FOLDER}/{self.name}.md"


def told(app: CoreApp, warnings: list[str]) -> list[ModeText]:
    """Return the texts of every usable mode. What a broken plugin leaves out is added to ``warnings``."""
    for plugin in app.host.plugins:
        warnings += [error.message for error in (plugin.failure, *plugin.problems) if error is not None]
    found = []
    usable = list(app.registry.usable(Mode))
    names = {owned.record.name for owned in usable}
    for owned in usable:
        if owned.record.hidden:
            continue
        try:
            schema = app.schema(owned.record.name)
        except SogniError as error:
            warnings.append(f"Mode {owned.record.name} is left out: {error.message}")
            continue
        found.append(_told(owned.record, schema, _text(owned, names, warnings)))
    return found


def _text(owned: Owned[Mode], names: Collection[str], warnings: list[str]) -> str:
    if owned.record.skill is None:
        return ""
    try:
        text = read_text(owned.plugin, owned.record.skill)
    except SogniError as error:
        warnings.append(error.message)
        return ""
    text = _WITH.sub(lambda part: part[2] if part[1] in names else "", text)
    return clean_block(uncommented(text), limit=_LONGEST, lines=_LONGEST)


def _told(record: Mode, schema: dict[str, Any], text: str) -> ModeText:
    title, lead, first, rest = record.name, "", "", []
    for heading, content in sections(text):
        if heading == FIRST:
            first = content
        elif heading:
            rest += [f"## {heading}", "", content, ""]
        elif content.startswith("# "):
            title, _, lead = content[2:].partition("\n")
        else:
            lead = content
    call = usage(schema)
    summary = clean(summary_of(record))
    page = [f"# {call.partition(' [')[0]}", "", summary, "", f"Usage: `{call}`", "", *rest, "## Options", ""]
    return ModeText(
        record.name, summary, call, title.strip(), lead.strip(), first, "\n".join([*page, *options(schema)])
    )
