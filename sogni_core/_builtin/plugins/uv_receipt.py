"""``uv-receipt.toml``: what uv notes of a tool that it installed.

``uv tool install sogni-core --with x`` writes a new list, so that a plugin is added by naming all others too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sogni_core._builtin.plugins.requirement import distribution_of
from sogni_core.errors import InputError, PluginError
from sogni_core.frozen import frozen
from sogni_core.text import clean, quote_path

FILE = "uv-receipt.toml"

_KNOWN = frozenset({"name", "extras", "specifier", "marker", "url", "path", "directory", "editable"})

CORE = "sogni-core"


@frozen
class Requirement:
    """One requirement of a tool."""

    name: str
    text: str
    """As it is written on a command line; of an editable one its folder."""
    extras: tuple[str, ...] = ()
    editable: bool = False


@frozen
class Receipt:
    """The requirements of a tool, sogni-core among them."""

    requirements: tuple[Requirement, ...]
    python: str | None = None
    """The interpreter that was asked for."""

    @classmethod
    def read(cls, file: Path) -> Receipt:
        """Read a receipt; raises PluginError INSTALL_FAILED if it has something that could not be repeated."""
        try:
            tool = tomllib.loads(file.read_text("utf-8"))["tool"]
            requirements = tuple(_requirement(entry, file) for entry in tool["requirements"])
            python = tool.get("python")
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise _unreadable(file, clean(error)) from error
        if not any(one.name == CORE for one in requirements):
            raise _unreadable(file, f"{CORE} is not in it")
        return cls(requirements, python if isinstance(python, str) and _is_request(python) else None)

    def install(self, more: Sequence[str]) -> list[str]:
        """Return the arguments of uv that install the tool with its requirements and more.

        A requirement in ``more`` takes the place of one for the same distribution.
        """
        names = {distribution_of(text) for text in more}
        main = next(one for one in self.requirements if one.name == CORE)
        argv = ["tool", "install", *(["--python", self.python] if self.python else [])]
        argv += ["--editable", main.text] if main.editable else [main.text]
        for one in self.requirements:
            if one is not main and one.name not in names:
                argv += ["--with-editable" if one.editable else "--with", one.text]
        for text in more:
            argv += ["--with", text]
        return argv

    def without(self, distributions: Sequence[str]) -> Receipt:
        """Return the receipt without some distributions; raises InputError for one that something else brings."""
        left = list(self.requirements)
        for distribution in map(distribution_of, distributions):
            found = [one for one in left if one.name == distribution and one.name != CORE]
            if found:
                left = [one for one in left if one not in found]
                continue
            main = next(one for one in left if one.name == CORE)
            extra = distribution.removeprefix("sogni-")
            if extra not in main.extras or main.editable:
                raise InputError(
                    "INVALID_ARGUMENT",
                    f"{distribution} was not installed by itself: something else of this tool requires it.",
                    hint=f"Reinstall without it: uv tool install {CORE} --with OTHER …",
                    details={"distribution": distribution},
                )
            left[left.index(main)] = _without_extra(main, extra)
        return Receipt(tuple(left), self.python)


def _without_extra(main: Requirement, extra: str) -> Requirement:
    kept = tuple(one for one in main.extras if one != extra)
    before, after = f"[{','.join(main.extras)}]", f"[{','.join(kept)}]" if kept else ""
    return Requirement(main.name, main.text.replace(before, after, 1), kept)


def _requirement(entry: Mapping[str, Any], file: Path) -> Requirement:
    unknown = [key for key in entry if key not in _KNOWN]
    if unknown:
        raise _unreadable(file, f"{entry.get('name')} has {', '.join(unknown)}, which sogni cannot repeat")
    name, extras = str(entry["name"]), tuple(entry.get("extras", ()))
    if "editable" in entry:
        return Requirement(distribution_of(name), str(entry["editable"]), extras, editable=True)
    text = name + (f"[{','.join(extras)}]" if extras else "")
    place = entry.get("path") or entry.get("directory")
    if place is not None:
        text += f" @ {Path(place).as_uri()}"
    elif "url" in entry:
        text += f" @ {entry['url']}"
    else:
        text += entry.get("specifier", "")
    if "marker" in entry:
        text += f" ; {entry['marker']}"
    return Requirement(distribution_of(name), text, extras)


def _is_request(python: str) -> bool:
    """Whether it names the same interpreter from every folder."""
    return Path(python).is_absolute() or not re.search(r"[/\\]", python)


def _unreadable(file: Path, reason: str) -> PluginError:
    return PluginError(
        "INSTALL_FAILED",
        f"Cannot read what uv noted in {quote_path(file)}: {reason}.",
        hint=f"Add the plugin by hand: uv tool install {CORE} --with PLUGIN, with all other plugins repeated.",
    )
