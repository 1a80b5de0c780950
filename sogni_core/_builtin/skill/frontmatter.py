"""The front matter of a skill, for each host that reads one.

OpenClaw is described in docs/tools/skills.md of its repository. Its settings are one JSON object under ``metadata``,
key ``openclaw``, on one line, so that both of its parsers can read it. ``install`` has the kinds brew, node, go, uv
and download. Claude Code and Codex read only ``name`` and ``description``, according to the Agent Skills format
(agentskills.io/specification, code.claude.com/docs/en/skills, developers.openai.com/codex/skills). Codex reads
``~/.agents/skills``, Claude Code ``~/.claude/skills``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from sogni_core._builtin.skill.modes import ModeText
from sogni_core.text import clean

Form = Literal["openclaw", "claude", "codex", "plain"]
"""Target of a skill."""

NAME = "sogni-gen"
"""Name of the skill and of the OpenClaw plugin. It is that of the original, so configurations stay valid."""

HOMEPAGE = "https://sogni.ai"

_LONGEST = 1024
"""Characters of a description in the Agent Skills format."""

_TRIGGERS = (
    'Renders on the Sogni Supernet. Use it when the user asks to "draw", "generate", "create" or "make" something.'
)

_KEYS = ("openclaw", "clawdbot")
"""Keys that the host reads. The second is its former name, which the original skill uses too."""

_OPENCLAW: dict[str, Any] = {
    "emoji": "🎨",
    "os": ["darwin", "linux", "win32"],
    "requires": {"bins": ["sogni"]},
    "install": [
        {
            "id": "uv",
            "kind": "uv",
            "package": "sogni-core[all]",
            "bins": ["sogni", "sogni-gen"],
            "label": "Install sogni-core (uv)",
        }
    ],
}


def description(modes: Iterable[ModeText]) -> str:
    """Return a description of the installed modes, by which a host decides when to use the skill."""
    made = "; ".join(f"{mode.name}: {mode.summary[:1].lower()}{mode.summary[1:].rstrip('.')}" for mode in modes)
    return clean(f"{_TRIGGERS} {made}.", _LONGEST)


def front_matter(form: Form, modes: Iterable[ModeText]) -> str:
    """Return the front matter for a host; empty for ``plain``. Every value is JSON, which is valid YAML."""
    if form == "plain":
        return ""
    fields: dict[str, Any] = {"name": NAME, "description": description(modes)}
    if form == "openclaw":
        fields |= {"homepage": HOMEPAGE, "metadata": dict.fromkeys(_KEYS, _OPENCLAW)}
    lines = [f"{name}: {_plain(value)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---", "", ""])


def _plain(value: Any) -> str:
    return value if value in (NAME, HOMEPAGE) else json.dumps(value, ensure_ascii=False)
