"""The folders and files of this installation."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sogni_core.frozen import frozen

PROFILE = "SOGNI_PROFILE"
"""Variable with the name of the profile."""

PROFILES = "profiles"
"""Table of ``config.toml`` with the settings of profiles, and folder with their credentials."""


@frozen
class Paths:
    """The folders of this installation and the files in them. Nothing is created here."""

    home: Path
    config: Path
    """``~/.config/sogni`` on every system, or ``SOGNI_CONFIG_DIR``."""
    state: Path
    """The user state folder of the platform, or ``SOGNI_STATE_DIR``."""
    cache: Path
    """The user cache folder of the platform, or ``SOGNI_CACHE_DIR``."""
    credentials_file: Path | None = None
    """File of the setting ``credentials_path``; None if it is not set."""
    last_render_file: Path | None = None
    """File of the setting ``last_render_path``; None if it is not set."""
    profile: str = ""
    """Name of the chosen profile; empty for none."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Paths:
        """Return the folders for an environment.

        If our variables for state and cache are not set, the platform's rules apply (``XDG_STATE_HOME``,
        ``%LOCALAPPDATA%``, …), with the environment of the process.
        """
        home = Path(environ.get("HOME" if os.name != "nt" else "USERPROFILE") or Path.home())
        config = _folder(environ.get("SOGNI_CONFIG_DIR"), home) or home / ".config" / "sogni"
        state = _folder(environ.get("SOGNI_STATE_DIR"), home)
        cache = _folder(environ.get("SOGNI_CACHE_DIR"), home)
        if state is None or cache is None:
            from platformdirs import PlatformDirs

            platform = PlatformDirs("sogni", appauthor=False)
            state = state or platform.user_state_path
            cache = cache or platform.user_cache_path
        return cls(home, config, state, cache, profile=environ.get(PROFILE, ""))

    @property
    def config_file(self) -> Path:
        """The user's settings, TOML."""
        return self.config / "config.toml"

    @property
    def credentials(self) -> Path:
        """File with the user's credentials: those of the chosen profile, if there is one."""
        folder = self.config / PROFILES / self.profile if self.profile else self.config
        return self.credentials_file or folder / "credentials"

    @property
    def last_render(self) -> Path:
        """The last render, as JSON, where ``sogni-gen`` has always kept it."""
        return self.last_render_file or self.config / "last-render.json"

    @property
    def journal(self) -> Path:
        """The journal, an SQLite file."""
        return self.state / "journal.db"

    @property
    def runs(self) -> Path:
        """Folder that contains the folders of runs."""
        return self.state / "runs"

    @property
    def pictures(self) -> Path:
        """Output folder if no setting names one: ``sogni`` in the user's folder for pictures."""
        if os.name == "nt":
            return self.home / "Pictures" / "sogni"
        from platformdirs import user_pictures_path

        return user_pictures_path() / "sogni"

    def expanded(self, text: str) -> Path:
        """Return the absolute path of a text; ``~`` is this home folder."""
        return _folder(text, self.home) or self.home

    def shown(self, path: Path) -> str:
        """Return a path for people, with ``~`` for the home folder."""
        try:
            return f"~/{path.relative_to(self.home).as_posix()}"
        except ValueError:
            return str(path)


def _folder(text: str | None, home: Path) -> Path | None:
    if not text:
        return None
    if text == "~" or text.startswith(("~/", "~\\")):
        return home / text[2:]
    return Path(text).absolute()
