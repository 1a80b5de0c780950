"""Text files that commands generate: what somebody else wrote or changed is not replaced unless that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from sogni_core.errors import InputError
from sogni_core.files import prepare_output, write_atomic
from sogni_core.text import quote_path

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace files that have other content.", show_default=False)
]
"""The option of a command that writes such files."""


def write_files(files: Mapping[Path, str], *, overwrite: bool) -> None:
    """Write files; those that have this content already stay. Raises InputError OUTPUT_EXISTS before any is written."""
    changed = {path: text for path, text in files.items() if not _has(path, text)}
    there = [path for path in changed if path.exists() and not path.is_dir()]
    if there and not overwrite:
        others = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise InputError(
            "OUTPUT_EXISTS",
            f"{quote_path(there[0])}{others} already exists with other content.",
            hint="Use --overwrite to replace it, or choose another place with -o.",
            details={"path": str(there[0]), "paths": [str(path) for path in there]},
        )
    for path in changed:
        prepare_output(path)
    for path, text in changed.items():
        write_atomic(path, text, None)


def _has(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode("utf-8", "surrogateescape")
    except OSError:
        return False
