"""``SKILL.md``, its reference files and ``openclaw.plugin.json``: what agents are told of the full set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sogni_core._builtin.openclaw.commands import written
from sogni_core._builtin.openclaw.manifest import manifest
from sogni_core._builtin.skill.assembly import Skill, assemble
from sogni_core._core_app import CoreApp
from tools.repository import ROOT, host


def files() -> Mapping[str, str]:
    """Return the skill's files by name below the root, as OpenClaw reads it."""
    return _skill().files


def left_over() -> list[Path]:
    """List reference files that are not part of the skill."""
    return [path for path in (ROOT / "references").glob("*") if path.relative_to(ROOT).as_posix() not in files()]


def render_manifest() -> str:
    """Render the manifest."""
    warnings: list[str] = []
    made = written(manifest(_app(), _skill().modes, warnings))
    assert not warnings, warnings
    return made


@cache
def _skill() -> Skill:
    made = assemble(_app(), "openclaw")
    assert not made.warnings, made.warnings
    return made


def _app() -> CoreApp:
    """Return an App for the official plugins with the built-in settings."""
    return CoreApp(host(), environ={"SOGNI_CONFIG_DIR": str(ROOT / "none")})
