"""The command ``skill``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sogni_core._builtin.generated_files import Overwrite, write_files
from sogni_core._builtin.skill.assembly import assemble
from sogni_core._builtin.skill.frontmatter import Form
from sogni_core._core_app import CoreApp
from sogni_core.errors import InputError
from sogni_core.files import absolute
from sogni_core.result import Report
from sogni_core.text import quote_path


def skill(
    app: CoreApp,
    format: Annotated[Form, typer.Option("--format", help="Target agent, which sets the front matter.")] = "openclaw",
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FOLDER",
            help="Write all files to this folder. Without it, print SKILL.md.",
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> Report:
    """Write a skill file for AI agents, which describes the installed plugins."""
    made = assemble(app, format)
    paths: list[Path] = []
    if output is not None:
        folder = folder_named("-o", output)
        paths = [folder / name for name in made.files]
        write_files(dict(zip(paths, made.files.values(), strict=True)), overwrite=overwrite)
    fields = {
        "type": "skill",
        "format": format,
        "modes": [mode.name for mode in made.modes],
        "files": [{"name": name, "text": text} for name, text in made.files.items()],
        "localPaths": [str(path) for path in paths],
    }
    return Report(fields, [quote_path(path) for path in paths] or made.files["SKILL.md"], made.warnings)


def folder_named(flag: str, given: str) -> Path:
    """Return the folder that an option names; raises InputError for an empty name."""
    if not given.strip():
        raise InputError(
            "INVALID_ARGUMENT", f"{flag} must name a folder.", hint=f"{flag} FOLDER", details={"flag": flag}
        )
    return absolute(given)
