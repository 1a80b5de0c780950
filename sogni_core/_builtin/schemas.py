"""The command ``schema``."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from sogni_core.app import App


def schema(app: App, mode: Annotated[str | None, typer.Argument(help="Mode; all if left out.")] = None) -> None:
    """Print the JSON Schema of a mode, or of all. The output is the schema itself, with --json or without."""
    found = app.schema(mode) if mode is not None else app.schemas()
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.flush()
