"""The commands ``openclaw manifest`` and ``openclaw install``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sogni_core._builtin.generated_files import Overwrite, write_files
from sogni_core._builtin.openclaw.installation import Placing, place
from sogni_core._builtin.openclaw.manifest import FILE
from sogni_core._builtin.openclaw.manifest import manifest as make_manifest
from sogni_core._builtin.skill.assembly import assemble
from sogni_core._builtin.skill.command import folder_named
from sogni_core._builtin.skill.frontmatter import NAME
from sogni_core._builtin.skill.modes import told
from sogni_core._core_app import CoreApp
from sogni_core.files import absolute, locked, private_folder
from sogni_core.result import Report
from sogni_core.text import quote_path

_HOMES = (".openclaw", ".clawdbot")
"""Folders of the host in the home folder, the newer name first. Skills are in ``skills``. The last one is created."""

_SAID = {"write": "written", "update": "updated", "remove": "removed", "keep": "unchanged"}
_PLANNED = {"write": "to be written", "update": "to be updated", "remove": "to be removed", "keep": "unchanged"}


def manifest(
    app: CoreApp,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="PATH", help=f"Write it to this file, usually {FILE}; else print it.",
                     show_default=False),
    ] = None,
    overwrite: Overwrite = False,
) -> Report:  # fmt: skip
    """Write the manifest of the OpenClaw plugin, with a schema of its configuration for the installed plugins."""
    warnings: list[str] = []
    made = make_manifest(app, told(app, warnings), warnings)
    text = written(made)
    path = None
    if output is not None:
        path = absolute(output)
        write_files({path: text}, overwrite=overwrite)
    fields = {"type": "openclaw-manifest", "manifest": made, "localPath": str(path) if path is not None else None}
    return Report(fields, quote_path(path) if path is not None else text, tuple(warnings))


def written(made: dict[str, Any]) -> str:
    """Return the text of a manifest file."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def install(
    app: CoreApp,
    skills_dir: Annotated[
        str | None,
        typer.Option("--skills-dir", metavar="FOLDER", help="Folder with the skills of the host.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written; write nothing.", show_default=False)
    ] = False,
) -> Report:
    """Install the skill, its reference files and the manifest for OpenClaw. Files of others are not touched."""
    made = assemble(app, "openclaw")
    warnings = list(made.warnings)
    files = {name: text.encode() for name, text in made.files.items()}
    files[FILE] = written(make_manifest(app, made.modes, warnings)).encode()
    folder = (folder_named("--skills-dir", skills_dir) if skills_dir is not None else _skills(app.paths.home)) / NAME
    if dry_run:
        placing = place(folder, files)
    else:
        with locked(private_folder(app.paths.state) / "openclaw-install.lock"):
            placing = place(folder, files)
            placing.carry_out()
    return _report(placing, dry_run, tuple(warnings))


def _skills(home: Path) -> Path:
    """Return the skills folder of the host: the first that exists."""
    found = [home / name / "skills" for name in _HOMES]
    return next((folder for folder in found if folder.is_dir()), found[-1])


def _report(placing: Placing, dry_run: bool, warnings: tuple[str, ...]) -> Report:
    rows = [{"path": str(placing.folder / one.name), "action": one.action} for one in placing.changes]
    fields = {"type": "openclaw-install", "folder": str(placing.folder), "dryRun": dry_run, "files": rows}
    said = _PLANNED if dry_run else _SAID
    return Report(fields, [f"{quote_path(row['path'])}: {said[row['action']]}" for row in rows], warnings)
