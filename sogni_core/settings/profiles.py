"""Profiles: named accounts with settings of their own, chosen with ``--profile`` or ``SOGNI_PROFILE``.

A profile is a table ``[profiles.NAME]`` in ``config.toml``, whose keys are those of the file itself, and a credentials
file of its own, ``profiles/NAME/credentials`` in the folder of ``config.toml``. Either is enough.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from sogni_core.errors import ConfigError, InputError
from sogni_core.settings.config_file import ConfigFile
from sogni_core.settings.layers import Entry, SettingProblem
from sogni_core.settings.paths import PROFILE, PROFILES, Paths
from sogni_core.text import clean, nearest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def check_name(environ: Mapping[str, str]) -> None:
    """Raise INVALID_ARGUMENT for the name of a profile that cannot be one."""
    name = environ.get(PROFILE, "")
    if name and _NAME.fullmatch(name) is None:
        text = f"{clean(name, 60)!r} is not a name for a profile."
        hint = "Use up to 40 letters, digits, hyphens and underscores, beginning with a letter or a digit."
        raise InputError("INVALID_ARGUMENT", text, hint=hint, details={"profile": clean(name, 60)})


def profile_names(paths: Paths) -> list[str]:
    """Return the names of the profiles that exist, sorted. Raises INVALID_CONFIG if ``config.toml`` cannot be read."""
    tables = ConfigFile(paths).read().get(PROFILES)
    named = {name for name, table in tables.items() if isinstance(table, dict)} if isinstance(tables, dict) else set()
    folder = paths.config / PROFILES
    kept = {one.name for one in folder.iterdir() if (one / "credentials").is_file()} if folder.is_dir() else set()
    return sorted(name for name in named | kept if _NAME.fullmatch(name))


def require_profile(paths: Paths) -> None:
    """Raise INVALID_CONFIG if a profile was chosen that does not exist."""
    if not paths.profile:
        return
    names = profile_names(paths)
    if paths.profile not in names:
        close = nearest(paths.profile, names)
        hint = f"Did you mean {close}?" if close else f"Create it with: sogni login --profile {paths.profile}"
        text = f"There is no profile {paths.profile!r}."
        raise ConfigError("INVALID_CONFIG", text, hint=hint, details={"profile": paths.profile, "profiles": names})


class ProfileTable:
    """The chosen profile's table of ``config.toml`` as a layer."""

    def __init__(self, file: ConfigFile, name: str) -> None:
        self._file = file
        self._name = name
        self.origin = f"{file.origin} [{PROFILES}.{name}]"

    def entries(self, section: str, sections: Collection[str]) -> Iterator[Entry]:
        """Return the entries of a section."""
        yield from self._file.entries_of(self._table, section, sections, self.origin)

    def problems(self, sections: Collection[str]) -> Iterator[SettingProblem]:
        """Return which tables have a single value instead; whether the file can be read, its own layer says."""
        yield from self._file.misplaced(self._table, sections, self.origin)

    @property
    def _table(self) -> Mapping[str, object]:
        tables = self._file.tree.get(PROFILES)
        table = tables.get(self._name) if isinstance(tables, dict) else None
        return table if isinstance(table, dict) else {}
