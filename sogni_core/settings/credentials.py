"""Credentials: from the environment, then from a file.

The file is ``~/.config/sogni/credentials``, or the one that the setting ``credentials_path`` names. It has lines
``KEY=value`` with ``SOGNI_API_KEY``, or ``SOGNI_USERNAME`` and ``SOGNI_PASSWORD``; a shell can read it too. A line is
split at its first ``=``. ``export`` before the key, quotes around the value, and lines that begin with ``#`` are
allowed. Without quotes the value is the rest of the line, ``#`` included.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Literal, NamedTuple

from sogni_core.errors import ConfigError, InputError
from sogni_core.files import locked, private_folder, write_atomic
from sogni_core.frozen import frozen
from sogni_core.settings.paths import Paths
from sogni_core.settings.text_file import read_text

USERNAME, PASSWORD, API_KEY = "SOGNI_USERNAME", "SOGNI_PASSWORD", "SOGNI_API_KEY"
_KEYS = (USERNAME, PASSWORD, API_KEY)

CredentialsOrder = Sequence[Literal["environment", "file"]]
"""Where credentials are looked for; the first place that has some wins."""

ORDER: CredentialsOrder = ("environment", "file")
"""The usual order: as for every other setting, the environment takes precedence over a file."""

ONLY_FILE: CredentialsOrder = ("file",)
"""Of a profile, which names one account: no other one pays because a variable happens to be set."""

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
    error: ConfigError | None = None
    """The file that cannot be read, if its credentials would have been used: whose account pays is never guessed."""


def read(paths: Paths, environ: Mapping[str, str], order: CredentialsOrder = ORDER) -> Found:
    """Return the credentials of the first place in ``order`` that has some, or None.

    In one place, an API key takes precedence over user name and password. A user name and a password never come from
    two places.
    """
    file = paths.shown(paths.credentials)
    warnings: list[str] = []
    unreadable: ConfigError | None = None
    text = ""
    try:
        text = _load(paths)
    except ConfigError as error:
        unreadable = error
        warnings.append(error.message)
    else:
        warnings.extend(_open_to_others(paths, file))
    given = {
        "environment": ("environment", {key: environ[key] for key in _KEYS if environ.get(key)}),
        "file": (file, _parse(text)),
    }
    found: list[Credentials] = []
    for place in order:
        origin, values = given[place]
        if place == "file" and unreadable is not None and not found:
            return Found(None, tuple(warnings), unreadable)
        alone = {USERNAME, PASSWORD} & values.keys()
        if API_KEY in values:
            found.append(Credentials(api_key=values[API_KEY], origin=origin))
        elif len(alone) == 2:
            found.append(Credentials(values[USERNAME], values[PASSWORD], origin=origin))
        elif alone:
            missing = ({USERNAME, PASSWORD} - alone).pop()
            warnings.append(f"{alone.pop()} ({origin}) is ignored, because {missing} is missing there.")
    warnings += [
        f"The credentials in {origin} are not used, since the profile has its own."
        for place, (origin, values) in given.items()
        if place not in order and values
    ]
    if not found:
        return Found(None, tuple(warnings))
    used = found[0]
    if any(replace(other, origin=used.origin) != used for other in found):
        others = " and ".join(other.origin for other in found[1:])
        warnings.append(f"The credentials in {used.origin} differ from those in {others}; using {used.origin}.")
    return Found(used, tuple(warnings))


def source_of(credentials: Credentials, profile: str | None = None) -> str:
    """Return where credentials come from, for people: the variables, the file, or the file of a profile."""
    if credentials.origin == "login":
        return ""
    if credentials.origin == "environment":
        if credentials.api_key:
            return f"the environment variable {API_KEY}"
        return f"the environment variables {USERNAME} and {PASSWORD}"
    return f"{credentials.origin} (profile {profile})" if profile else credentials.origin


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
