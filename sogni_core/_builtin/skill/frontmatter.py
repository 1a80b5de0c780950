"""What stands above a skill's text, for each host that reads one.

OpenClaw: docs/tools/skills.md of its repository. What concerns OpenClaw alone is one JSON object under ``metadata``,
key ``openclaw``, on one line, which both of its parsers read; ``install`` knows the kinds brew, node, go, uv, download.
Claude Code and Codex read ``name`` and ``description`` and look for nothing else: the Agent Skills format,
agentskills.io/specification, which both name as theirs (code.claude.com/docs/en/skills,
developers.openai.com/codex/skills). Codex looks in ``~/.agents/skills``, Claude Code in ``~/.claude/skills``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from sogni_core._builtin.skill.modes import ModeText
from sogni_core.text import clean

Form = Literal["openclaw", "claude", "codex", "plain"]
"""For whom a skill is made."""

NAME = "sogni-gen"
"""Name of the skill and of OpenClaw's plugin: the original's, so that a host's configuration stays valid."""

HOMEPAGE = "https://sogni.ai"

_LONGEST = 1024
"""Characters of a description in the Agent Skills format."""

_TRIGGERS = (
    'Renders on the Sogni Supernet. Use it when the user asks to "draw", "generate", "create" or "make" something.'
)

_KEYS = ("openclaw", "clawdbot")
"""Under which a host looks: the second before it was renamed, as the original's skill has it."""

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
    """Say what the installed modes make, for a host that decides by it when the skill is read."""
    made = "; ".join(f"{mode.name}: {mode.summary[:1].lower()}{mode.summary[1:].rstrip('.')}" for mode in modes)
    return clean(f"{_TRIGGERS} {made}.", _LONGEST)


def front_matter(form: Form, modes: Iterable[ModeText]) -> str:
    """Return the front matter for a host; every value is JSON, which YAML reads too. Empty for ``plain``."""
    if form == "plain":
        return ""
    fields: dict[str, Any] = {"name": NAME, "description": description(modes)}
    if form == "openclaw":
        fields |= {"homepage": HOMEPAGE, "metadata": dict.fromkeys(_KEYS, _OPENCLAW)}
    lines = [f"{name}: {_plain(value)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---", "", ""])


def _plain(value: Any) -> str:
    return value if value in (NAME, HOMEPAGE) else json.dumps(value, ensure_ascii=False)
