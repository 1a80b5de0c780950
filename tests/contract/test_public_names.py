"""The names of the public rooms are frozen: what is added, renamed or removed is added, renamed or removed here too."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

ROOMS = ["sogni_core", "sogni_core.app", "sogni_core.context", "sogni_core.errors", "sogni_core.files",
         "sogni_core.media", "sogni_core.plugin", "sogni_core.project", "sogni_core.request", "sogni_core.result",
         "sogni_core.settings", "sogni_core.testing", "sogni_core.text"]  # fmt: skip

FROZEN = Path(__file__).with_name("public_names.txt")


def _defined(room: str) -> list[str]:
    """List what a room offers: its ``__all__``, else the public names that its file defines."""
    module = importlib.import_module(room)
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    assert module.__file__ is not None
    names: set[str] = set()
    for node in ast.parse(Path(module.__file__).read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return sorted(name for name in names if not name.startswith("_"))


def _frozen(room: str) -> list[str]:
    lines = FROZEN.read_text("utf-8").splitlines()
    return [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == room]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_offers_what_is_written_down(room: str) -> None:
    assert _defined(room) == _frozen(room)


def test_no_other_room_is_written_down() -> None:
    assert {line.partition(" ")[0] for line in FROZEN.read_text("utf-8").splitlines()} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_is_there(room: str) -> None:
    module = importlib.import_module(room)
    for name in _frozen(room):
        assert hasattr(module, name)
