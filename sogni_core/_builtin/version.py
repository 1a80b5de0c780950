"""The command ``version``."""

from __future__ import annotations

import platform

from sogni_core import __version__
from sogni_core.app import App
from sogni_core.result import Report


def version(app: App) -> Report:
    """Print the version."""
    fields = {"type": "version", "name": "sogni-core", "version": __version__, "python": platform.python_version()}
    return Report(fields, __version__)
