"""What a user names to install or uninstall: a plugin, a distribution, a version of one, a path or a URL."""

from __future__ import annotations

import re

from sogni_core.errors import InputError
from sogni_core.text import clean

_WHOLE = "all"
"""The extra that names all others."""


def extras() -> frozenset[str]:
    """Return the extras of sogni-core, which are the names of plugins; empty if it is not installed."""
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        found = metadata("sogni-core").get_all("Provides-Extra") or []
    except PackageNotFoundError:
        return frozenset()
    return frozenset(found) - {_WHOLE}


def requirement_of(name: str) -> str:
    """Return the requirement that a name on the command line means; raises InputError if it is none.

    An extra of sogni-core means its distribution: ``video`` is ``sogni-video``. Any other name, with or without a
    version, path or URL is for the installer as it is.
    """
    text = name.strip()
    if not text or text.startswith("-") or any(ord(char) < 32 for char in text):
        shown = clean(name, 80)
        raise InputError("INVALID_ARGUMENT", f"{shown!r} is not the name of a plugin.", details={"name": shown})
    return f"sogni-{text}" if text in extras() else text


def distribution_of(requirement: str) -> str:
    """Return the name of a requirement's distribution as installers compare it: lower case, hyphens."""
    text = requirement.strip()
    if text.endswith(".whl"):
        text = re.split(r"[/\\]", text)[-1].partition("-")[0]
    bare = re.split(r"[\s\[<>=!~;@(]", text, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", bare).lower()
