"""The core knows no kind of project: what it has to know of one is in the record of its medium.

So a plugin adds a kind without a change of the core. The records of images and audio are registered by ``_builtin``;
``project`` has their classes, and ``media`` their builders beside what it knows of files.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.repository import ROOT

CORE = ROOT / "sogni_core"

KINDS = frozenset(("image", "video", "audio"))

CLASSES = frozenset(("ImageProject", "VideoProject", "AudioProject"))

MAY = ("_builtin", "media", "project.py", "_host/extras.py")
"""Where kinds may be named; the last is a generated list of the official plugins."""


def switches(source: str) -> Iterator[str]:
    """Yield where a program decides by the kind of something, or names a class of one kind."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(names=names):
                found = {name.name for name in names} & CLASSES
            case ast.Compare(left=left, comparators=right):
                found = {text for part in (left, *right) for text in _texts(part)} & KINDS
            case ast.Dict(keys=keys):
                found = {text for key in keys if key is not None for text in _texts(key)} & KINDS
            case ast.MatchValue(value=value):
                found = set(_texts(value)) & KINDS
            case ast.Attribute(attr=attr):
                found = {attr} & CLASSES
            case _:
                continue
        yield from (f"line {getattr(node, 'lineno', 0)}: {name}" for name in sorted(found))


def _texts(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def modules() -> Iterator[str]:
    for path in sorted(CORE.rglob("*.py")):
        name = path.relative_to(CORE).as_posix()
        if not name.startswith(MAY):
            yield name


@pytest.mark.parametrize("name", list(modules()))
def test_no_module_decides_by_the_kind_of_a_project(name: str) -> None:
    assert list(switches(Path(CORE, name).read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        "x = project.media == 'image'",
        "x = project.media not in ('video', 'audio')",
        "x = {'video': 'mp4'}.get(project.media, 'png')",
        "match medium.name:\n    case 'audio':\n        pass",
        "from sogni_core.project import ImageProject",
        "import sogni_core.project as p\nisinstance(x, p.VideoProject)",
    ],
)
def test_a_switch_is_found(line: str) -> None:
    assert len(list(switches(line))) >= 1


EXAMPLE = ROOT / "examples" / "sogni-flipbook"
"""A kind of project that the core does not know; its own tests plan, price, send and save it."""


def test_the_example_of_a_new_kind_is_nowhere_in_the_core() -> None:
    naming = [
        path.relative_to(ROOT).as_posix()
        for path in CORE.rglob("*.py")
        if "flipbook" in path.read_text("utf-8").lower()
    ]
    assert naming == []


def test_the_example_of_a_new_kind_stands_on_public_packages() -> None:
    imported = {
        node.module
        for path in EXAMPLE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sogni_core")
    }
    assert {"sogni_core.media", "sogni_core.plugin", "sogni_core.project"} <= imported
    assert [name for name in imported if name and "._" in name] == []
