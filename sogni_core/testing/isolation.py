"""An environment of its own for a test: no file, setting or credential of the person who runs it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_OURS = ("SOGNI_", "OPENCLAW_")


def isolated_environ(folder: Path, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return ``environ`` (the process's own by default) with home, settings, state and cache inside ``folder``.

    ``SOGNI_*`` and ``OPENCLAW_*`` are left out. State and cache are named outright, since on some systems
    the platform's folders do not follow the home folder.
    """
    source = os.environ if environ is None else environ
    kept = {name: value for name, value in source.items() if not name.upper().startswith(_OURS)}
    home = folder.absolute()
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "SOGNI_STATE_DIR": str(home / "state"),
        "SOGNI_CACHE_DIR": str(home / "cache"),
    }


@contextlib.contextmanager
def environment(environ: Mapping[str, str]) -> Iterator[None]:
    """Let the process have exactly this environment for a while."""
    before = dict(os.environ)
    _become(environ)
    try:
        yield
    finally:
        _become(before)


def _become(environ: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name not in environ]:
        del os.environ[name]
    os.environ.update(environ)
