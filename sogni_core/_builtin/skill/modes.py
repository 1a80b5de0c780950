"""What is told of each installed mode: its own text, and its options."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sogni_core._builtin.skill.markdown import sections, uncommented
from sogni_core._builtin.skill.options import options, usage
from sogni_core._host.registry import Owned
from sogni_core._host.targets import read_text
from sogni_core.app import App
from sogni_core.errors import SogniError
from sogni_core.frozen import frozen
from sogni_core.plugin import Mode
from sogni_core.text import clean, clean_block

FIRST = "First"
"""Heading of the section that stands above every other rule."""

FOLDER = "references"
"""Folder of the files beside ``SKILL.md``; the name that the Agent Skills format gives it."""

_LONGEST = 20_000
"""Characters of one mode's text."""

_WITH = re.compile(r"^<!-- with: ([a-z0-9-]+) -->\n(.*?)^<!-- end -->\n", re.DOTALL | re.MULTILINE)


@frozen
class ModeText:
    """One mode as an agent is told of it."""

    name: str
    summary: str
    usage: str
    title: str
    """Heading of its own text, else its name."""
    lead: str
    """What stands in the skill itself; empty if it has no text of its own."""
    first: str
    """Its rule above all others; empty for none."""
    reference: str
    """The text of its reference file."""

    @property
    def file(self) -> str:
        """Name of its reference file."""
        return f"{FOLDER}/{self.name}.md"


def told(app: App, warnings: list[str]) -> list[ModeText]:
    """Return what is told of every mode that can be used. What is left out, since a plugin is broken, is a warning."""
    for plugin in app.host.plugins:
        warnings += [error.message for error in (plugin.failure, *plugin.problems) if error is not None]
    found = []
    usable = list(app.registry.usable(Mode))
    names = {owned.record.name for owned in usable}
    for owned in usable:
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
    summary = clean(record.summary)
    page = [f"# {call.partition(' [')[0]}", "", summary, "", f"Usage: `{call}`", "", *rest, "## Options", ""]
    return ModeText(
        record.name, summary, call, title.strip(), lead.strip(), first, "\n".join([*page, *options(schema)])
    )
