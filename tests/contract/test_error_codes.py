"""Error codes are a closed set, both ways: what is raised is registered, what is registered can be raised."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sogni_core import errors
from sogni_core.errors import CODES, Code, SogniError
from sogni_core.problem import Problem
from tools.repository import ROOT

SOURCES = [
    path
    for folder in (ROOT / "sogni_core", *sorted((ROOT / "plugins").glob("*/sogni_*")))
    for path in sorted(folder.rglob("*.py"))
]
REGISTRY = ROOT / "sogni_core" / "errors.py"

TREE = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, SogniError)}


def _raised(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line, class and code of every error that a file makes with a literal code."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0] if node.args else None
        for code in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
            if called in TREE and isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield node.lineno, called, code.value
        for keyword in node.keywords:
            if called == "Problem" and keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                yield node.lineno, "InputError", str(keyword.value.value)


def _literals(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    yield from (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_what_is_raised_is_registered_for_its_class() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {kind}({code!r})"
        for path in SOURCES
        for line, kind, code in _raised(path)
        if code not in CODES or CODES[code].kind != kind
    ]
    assert wrong == []


def test_what_is_registered_can_be_raised() -> None:
    said = {text for path in SOURCES if path != REGISTRY for text in _literals(path)}
    # The default of a problem is written where problems are defined.
    said |= {Problem("", (), "").code}
    assert {code for code in CODES if code not in said} == set()


def test_the_scan_sees_errors() -> None:
    assert sum(1 for path in SOURCES for _ in _raised(path)) > 100


def test_codes_are_written_down_once() -> None:
    names = [code.name for code in errors._REGISTERED]
    assert len(names) == len(set(names))
    assert all(name.isupper() for name in names)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.name)
def test_a_code_belongs_to_a_class_and_says_what_to_do(code: Code) -> None:
    assert code.kind in TREE
    assert code.meaning.endswith(".")
    error = TREE[code.kind](code.name, "x")
    assert error.hint == (code.remedy or None)
    assert 0 < error.exit_code < 256


def test_a_code_that_is_not_registered_fails_at_once() -> None:
    with pytest.raises(KeyError):
        errors.InputError("NOT_REGISTERED", "x")
    with pytest.raises(LookupError, match="registered for MoneyError"):
        errors.InputError("INSUFFICIENT_BALANCE", "x")
