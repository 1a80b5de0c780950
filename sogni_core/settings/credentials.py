"""Credentials: from a file, then from the environment.

The file is ``~/.config/sogni/credentials``, or the one that the setting ``credentials_path`` names. It has lines
``KEY=value`` with ``SOGNI_API_KEY``, or ``SOGNI_USERNAME`` and ``SOGNI_PASSWORD``; a shell can read it too. A line is
split at its first ``=``. ``export`` before the key, quotes around the value, and lines that begin with ``#`` are
allowed. Without quotes the value is the rest of the line, ``#`` included, as the Node program reads it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from sogni_core.errors import ConfigError, InputError
from sogni_core.files import locked, private_folder, write_atomic
from sogni_core.frozen import frozen
from sogni_core.settings.paths import Paths
from sogni_core.settings.text_file import read_text

USERNAME, PASSWORD, API_KEY = "SOGNI_USERNAME", "SOGNI_PASSWORD", "SOGNI_API_KEY"
_KEYS = (USERNAME, PASSWORD, API_KEY)

_LARGEST = 1 << 16
"""Bytes; a larger file is not a credentials file."""

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?(SOGNI_USERNAME|SOGNI_PASSWORD|SOGNI_API_KEY)\s*=(.*)", re.DOTALL)
_QUOTED = re.compile(r"""((?:'[^']*'|"(?:[^"\\]|\\.)*")+)(?:\s+#.*|\s*)""", re.DOTALL)
_PIECE = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\$`])')
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@frozen
class Credentials:
    """The account that pays: an API key, or a user name and password. ``repr`` never shows secrets."""

    username: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    origin: str = ""
    """Where they come from, for people: ``environment``, ``~/.config/sogni/credentials``."""


class Found(NamedTuple):
    """The credentials that were found."""

    credentials: Credentials | None
    warnings: tuple[str, ...]
    """Problems, one sentence each, without any secret."""


def read(paths: Paths, environ: Mapping[str, str]) -> Found:
    """Return the credentials to use, or None.

    An API key takes precedence over user name and password; for each, the file takes precedence over the environment. A
    user name and a password never come from two sources. If the file cannot be read, there is a warning and the
    environment is used.
    """
    origin = paths.shown(paths.credentials)
    warnings: list[str] = []
    try:
        text = _load(paths)
    except ConfigError as error:
        warnings.append(error.message)
        text = ""
    else:
        warnings.extend(_open_to_others(paths, origin))
    sources = {origin: _parse(text), "environment": {key: environ[key] for key in _KEYS if environ.get(key)}}
    keys = {name: found[API_KEY] for name, found in sources.items() if API_KEY in found}
    pairs = {
        name: (found[USERNAME], found[PASSWORD])
        for name, found in sources.items()
        if USERNAME in found and PASSWORD in found
    }
    for name, found in sources.items():
        alone = {USERNAME, PASSWORD} & found.keys()
        if len(alone) == 1 and API_KEY not in found:
            missing = ({USERNAME, PASSWORD} - alone).pop()
            warnings.append(f"{alone.pop()} ({name}) is ignored, because {missing} is missing there.")
    warnings.extend(_conflicts(keys, pairs))
    if keys:
        name, key = next(iter(keys.items()))
        return Found(Credentials(api_key=key, origin=name), tuple(warnings))
    if pairs:
        name, (username, password) = next(iter(pairs.items()))
        return Found(Credentials(username, password, origin=name), tuple(warnings))
    return Found(None, tuple(warnings))


def store(paths: Paths, credentials: Credentials) -> None:
    """Write credentials into the file, instead of those in it; other lines and comments stay.

    Raises INVALID_ARGUMENT for an empty value or one with control characters, INVALID_CONFIG if the file cannot be
    read, INVALID_STATE if it cannot be written.
    """
    values = {API_KEY: credentials.api_key}
    if not credentials.api_key:
        values = {USERNAME: credentials.username, PASSWORD: credentials.password}
    for key, value in values.items():
        if not value:
            raise InputError("INVALID_ARGUMENT", f"{key} is empty.")
        if _CONTROL.search(value):
            raise InputError("INVALID_ARGUMENT", f"{key} contains a control character or is not text.")
    _change(paths, [f"{key}={_quoted(value)}" for key, value in values.items()])


def forget(paths: Paths) -> bool:
    """Remove the credentials from the file, and the file if it is empty then. Returns False if there were none.

    Raises INVALID_CONFIG and INVALID_STATE as :func:`store`.
    """
    if not paths.credentials.exists():
        return False
    return _change(paths, [])


def _change(paths: Paths, lines: list[str]) -> bool:
    """Replace the assignments in the file; True if there was one."""
    private_folder(paths.credentials.parent)
    with locked(paths.credentials.with_name(f"{paths.credentials.name}.lock")):
        before = _load(paths)
        rows = [row.removesuffix("\r") for row in before.split("\n")] if before else []
        places = [place for place, row in enumerate(rows) if _ASSIGNMENT.fullmatch(row)]
        while rows and not rows[-1].strip():
            rows.pop()
        place = places[0] if places else len(rows)
        kept = [row for at, row in enumerate(rows) if at not in places]
        after = [*kept[:place], *lines, *kept[place:]]
        if any(row.strip() for row in after):
            write_atomic(paths.credentials, "\n".join(after) + "\n")
        else:
            paths.credentials.unlink(missing_ok=True)
    return bool(places)


def _load(paths: Paths) -> str:
    """Return the text of the file; empty if it is missing. Raises INVALID_CONFIG."""
    path = paths.credentials
    found = read_text(path, _LARGEST)
    if found.reason:
        message = f"Cannot read {paths.shown(path)}: {found.reason}."
        raise ConfigError("INVALID_CONFIG", message, details={"path": str(path)})
    return found.text


def _parse(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in text.split("\n"):
        match = _ASSIGNMENT.fullmatch(row)
        if match and (value := _unquoted(match[2].strip())):
            found[match[1]] = value
    return found


def _unquoted(text: str) -> str:
    match = _QUOTED.fullmatch(text)
    if match is None:
        return text
    pieces = _PIECE.findall(match[1])
    return "".join(single or _ESCAPED.sub(r"\1", double) for single, double in pieces)


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w@%+:,./-]+", value, re.ASCII):
        return value
    # Single quotes protect everything except themselves, for this reader and for a shell.
    return "'" + value.replace("'", "'\"'\"'") + "'"


def _open_to_others(paths: Paths, origin: str) -> list[str]:
    if os.name != "posix":
        return []
    try:
        mode = paths.credentials.stat().st_mode
    except OSError:
        return []  # missing, or removed since it was read
    return [f"Other users can read {origin}. Run: chmod 600 {origin}"] if mode & 0o077 else []


def _conflicts(keys: Mapping[str, str], pairs: Mapping[str, tuple[str, str]]) -> list[str]:
    for name, given in ((API_KEY, keys), (USERNAME, pairs)):
        if len(set(given.values())) > 1:
            first, second = given
            what = name if given is keys else f"{name} or {PASSWORD}"
            return [f"{what} in {first} differs from the one in {second}; using {first}."]
    if keys and pairs and not keys.keys() & pairs.keys():
        key, pair = next(iter(keys)), next(iter(pairs))
        return [f"There is {API_KEY} in {key} and {USERNAME} in {pair}; using {API_KEY}."]
    return []
