"""The version of this distribution, where every layer can read it without importing the public names of the package."""

from __future__ import annotations

__version__ = "0.1.0"
