"""Finds and reads the configuration of OpenClaw's ``sogni-gen`` entry.

``OPENCLAW_PLUGIN_CONFIG`` contains the object itself and replaces any file, even if it does not parse. Otherwise it is
in the file that ``OPENCLAW_CONFIG_PATH`` names, else in ``~/.openclaw/openclaw.json``, as
``plugins.entries["sogni-gen"].config``. Both are JSON5. The file belongs to its host and contains secrets of others:
nothing of it except our entry is ever shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sogni_core.frozen import frozen
from sogni_core.settings.keys import join_key
from sogni_core.settings.layers import SettingProblem
from sogni_core.settings.paths import Paths
from sogni_core.settings.text_file import TextFile, read_text
from sogni_core.text import quote_path

OBJECT, FILE = "OPENCLAW_PLUGIN_CONFIG", "OPENCLAW_CONFIG_PATH"
"""The environment variables."""

VARIABLES: Mapping[str, str] = {
    OBJECT: "Configuration of OpenClaw's sogni-gen entry, as JSON5, instead of the file.",
    FILE: "OpenClaw's configuration file, instead of ~/.openclaw/openclaw.json.",
}
"""What each variable is."""

PLACE = ("plugins", "entries", "sogni-gen", "config")
"""Where the object is in the file."""

_LARGEST = 1 << 20
"""Bytes of the file, characters of the variable; a larger one is not a configuration."""

_DEEPEST = 100
"""Objects in objects; deeper JSON5 is not a configuration."""


@frozen
class HostConfig:
    """The configuration that was found."""

    origin: str
    """The variable or the file, for people."""
    above: tuple[str, ...]
    """Keys of the objects around it; empty for the variable."""
    there: bool = True
    """Whether the variable or the file exists."""
    config: Mapping[str, Any] | None = None
    """The object; None if it is missing or cannot be read."""
    enabled: object = None
    """The value of ``enabled`` next to the object; None if it is missing. Nothing depends on it."""
    problem: SettingProblem | None = None
    """Why it cannot be read."""


def read_host_config(paths: Paths, environ: Mapping[str, str]) -> HostConfig:
    """Read the variable, else the file. A missing file or object is not a problem; everything else is."""
    above: tuple[str, ...]
    if text := environ.get(OBJECT):
        origin, above, found = f"environment {OBJECT}", (), _checked(text)
    else:
        path = Path(environ.get(FILE) or paths.home / ".openclaw" / "openclaw.json")
        origin, above, found = quote_path(paths.shown(path)), PLACE, read_text(path, _LARGEST)
    if not found.there:
        return HostConfig(origin, above, there=False)
    value, reason = (None, found.reason) if found.reason else _parsed(found.text)
    if isinstance(value, dict):
        return _object_of(value, origin, above)
    problem = SettingProblem(f"Cannot read {origin}: {reason or 'it is not an object'}.", origin, unread="host")
    return HostConfig(origin, above, problem=problem)


def no_object(parts: tuple[str, ...], origin: str) -> SettingProblem:
    """Make the problem of a key whose value should be an object."""
    key = join_key(parts)
    return SettingProblem(f"{key} ({origin}) is not valid: should be an object.", origin, key)


def _object_of(tree: dict[str, Any], origin: str, above: tuple[str, ...]) -> HostConfig:
    enabled = None
    for place, name in enumerate(above, 1):
        if place == len(above):
            enabled = tree.get("enabled")
        value = tree.get(name)
        if value is None:
            return HostConfig(origin, above, enabled=enabled)
        if not isinstance(value, dict):
            return HostConfig(origin, above, enabled=enabled, problem=no_object(above[:place], origin))
        tree = value
    return HostConfig(origin, above, config=tree, enabled=enabled)


def _checked(text: str) -> TextFile:
    if len(text) > _LARGEST:
        return TextFile("", "it is longer than a million characters")
    return TextFile(text.removeprefix("\ufeff"))


def _parsed(text: str) -> tuple[Any, str]:
    """Return the value of a text, or why there is none. No message of a parser is passed on: it may quote the text."""
    try:
        return json.loads(text), ""
    except RecursionError:
        return None, "it is nested too deeply"
    except json.JSONDecodeError:
        pass  # JSON5, perhaps
    except ValueError:
        return None, "a number in it has too many digits"  # Python's limit is 4300
    import pyjson5

    try:
        return pyjson5.decode(text, _DEEPEST), ""
    except pyjson5.Json5NestingTooDeep:
        return None, "it is nested too deeply"
    except pyjson5.Json5DecoderException as error:
        near = re.search(r"near (\d+)", str(error.args[0]))
        place = f", line {text.count(chr(10), 0, int(near[1])) + 1}" if near else ""
        return None, f"it is not JSON5{place}"
