"""What each optimization of the start is worth: commands run on copies of the package that lack one of them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench import places
from bench.report import Report
from bench.stage import devnet
from bench.timing import Contestant, take_turns

ROUND_TRIP = 40.0
"""Milliseconds."""

COMPLETE = "complete"

Removal = tuple[str, str, str]
"""A file, the code in it that is replaced, and its replacement."""

HELP: Mapping[str, Removal] = {
    "full exit": ("frontend/process.py", "    collector.skip_last_collections(files_before)\n", ""),
    "usual garbage collections": ("frontend/process.py", "    collector.collect_rarely()\n", ""),
    "dataclasses, not frozen": (
        "frozen.py",
        "        inherits = ",
        "        return dataclass(frozen=True, kw_only=kw_only)(cls)\n        inherits = ",
    ),
    "importlib.metadata": (
        "_startup/distributions.py",
        "    if not all(map(_is_plain, sys.path)) or",
        "    if True or",
    ),
}
"""What is left out to what has to change for it; those that matter for help."""

COMMAND = {**HELP, "pydantic's plugins": ("frontend/process.py", "    pydantic_plugins.disable()\n", "")}
"""Those that matter for the help of a subcommand."""

IMAGE = {
    **COMMAND,
    "imports on the event loop": (
        "_startup/imports.py",
        "await asyncio.to_thread(_load, modules, without)",
        "_load(modules, without)",
    ),
    "httpx's command line": ("_transport/http.py", ', without=["httpx._main"]', ""),
    "no connection before the check": ("app.py", "await self._engine.dial(name, given)", "pass"),
    "no head start for the socket": ("_engine/paid_runs.py", "        await handle.session.wait_until_dialled()\n", ""),
    "no warm lines": ("_transport/http.py", "if parts.hostname is None or", "if True or"),
    "unknown file store": (
        "_network/store_host.py",
        "        if self._known is None:\n",
        "        if True:\n            return None\n",
    ),
}
"""Those that matter for an image."""


def run(rounds: int | None, check: bool) -> Report:
    """Measure; with ``check`` once."""
    rounds = rounds or (1 if check else 15)
    report = Report("ablation")
    with tempfile.TemporaryDirectory() as folder:
        copies = {name: _without(Path(folder) / "copies" / name, IMAGE.get(name)) for name in (COMPLETE, *IMAGE)}
        for title, removals, argv in (
            ("sogni --help", HELP, ["--help"]),
            ("sogni image --help", COMMAND, ["image", "--help"]),
        ):
            contestants = [Contestant(name, [places.sogni(), *argv], copies[name]) for name in (COMPLETE, *removals)]
            take_turns(contestants, rounds, places.environ(Path(folder) / "home"))
            report.tables[title] = contestants
        with devnet(Path(folder) / "home", ROUND_TRIP) as stage:
            output = stage.home / "image.png"
            command = [places.sogni(), "image", "a cat", "-q", "-o", str(output)]
            contestants = [Contestant(name, command, copies[name], produces=output) for name in (COMPLETE, *IMAGE)]
            take_turns(contestants, rounds, stage.environ)
        report.tables[f"One image, {ROUND_TRIP:.0f} ms round trip"] = contestants
    return report


def _without(site: Path, removal: Removal | None) -> Mapping[str, str]:
    """Copy the package into a folder and change the copy; returns the environment that uses it."""
    shutil.copytree(places.ROOT / "sogni_core", site / "sogni_core", ignore=shutil.ignore_patterns("__pycache__"))
    if removal is not None:
        name, code, replacement = removal
        file = site / "sogni_core" / name
        text = file.read_text(encoding="utf-8")
        if text.count(code) != 1:
            raise ValueError(f"{name} has to contain this once: {code!r}")
        file.write_text(text.replace(code, replacement), encoding="utf-8")
    return {"PYTHONPATH": str(site)}
