"""Where this installation keeps its files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sogni_core.frozen import frozen


@frozen
class Paths:
    """The three folders and the files in them. Nothing is made here; the writers do that."""

    home: Path
    config: Path
    """``~/.config/sogni`` on every system, as documented to users, or ``SOGNI_CONFIG_DIR``."""
    state: Path
    """The user state folder of the platform, or ``SOGNI_STATE_DIR``."""
    cache: Path
    """The user cache folder of the platform, or ``SOGNI_CACHE_DIR``."""
    credentials_file: Path | None = None
    """Where the setting ``credentials_path`` puts the credentials."""
    last_render_file: Path | None = None
    """Where the setting ``last_render_path`` puts the last render."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Paths:
        """Find the folders for an environment.

        Where a variable of ours is not set, the platform's own rules apply to state and cache
        (``XDG_STATE_HOME``, ``%LOCALAPPDATA%``, …), which follow the environment of the process.
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
        return cls(home, config, state, cache)

    @property
    def config_file(self) -> Path:
        """Settings that the user keeps."""
        return self.config / "config.toml"

    @property
    def credentials(self) -> Path:
        """User name and password, or API key."""
        return self.credentials_file or self.config / "credentials"

    @property
    def last_render(self) -> Path:
        """What was rendered last, as JSON, in the original's place."""
        return self.last_render_file or self.config / "last-render.json"

    @property
    def journal(self) -> Path:
        """The journal's database."""
        return self.state / "journal.db"

    @property
    def runs(self) -> Path:
        """Folder of the folders of runs."""
        return self.state / "runs"

    def expanded(self, text: str) -> Path:
        """Return a path that a person wrote, ``~`` expanded to this home folder."""
        return _folder(text, self.home) or self.home

    def shown(self, path: Path) -> str:
        """Return a path for people, the home folder as ``~``."""
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
