"""Error codes are a closed set, both ways: what is raised is registered, what is registered can be raised."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sogni_core import errors
from sogni_core.errors import CODES, InputError, SogniError, UnregisteredCodeError
from sogni_core.plugin import ErrorCode
from sogni_core.problem import Problem
from tools.repository import ROOT, host

SOURCES = [
    path
    for folder in (ROOT / "sogni_core", *sorted((ROOT / "plugins").glob("*/sogni_*")))
    for path in sorted(folder.rglob("*.py"))
]
REGISTRIES = [ROOT / "sogni_core" / "errors.py", *(path for path in SOURCES if path.name == "error_codes.py")]

INSTALLED = host().registry.error_codes
"""The codes of the core and of every plugin of this repository."""

TREE = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, SogniError)}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _raised(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line, class and code of every error that a file makes with a code by name, a text or a constant."""
    for node in ast.walk(_tree(path)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0] if node.args else None
        for code in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
            if called in TREE and (named := _code(code)) is not None:
                yield node.lineno, called, named
        for keyword in node.keywords:
            if called == "Problem" and keyword.arg == "code" and (named := _code(keyword.value)) is not None:
                yield node.lineno, "InputError", named


def _code(node: ast.AST | None) -> str | None:
    if isinstance(node, ast.Name):
        return node.id if node.id.isupper() else None
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _named(path: Path) -> Iterator[str]:
    yield from filter(None, map(_code, ast.walk(_tree(path))))


def test_what_is_raised_is_registered_for_its_class() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {kind}({code!r})"
        for path in SOURCES
        for line, kind, code in _raised(path)
        if code not in INSTALLED or INSTALLED[code].kind != kind
    ]
    assert wrong == []


def test_what_is_registered_can_be_raised() -> None:
    said = {text for path in SOURCES if path not in REGISTRIES for text in _named(path)}
    # The default of a problem is written where problems are defined.
    said |= {Problem("", (), "").code_name}
    assert {code for code in INSTALLED if code not in said} == set()


def test_the_scan_sees_errors() -> None:
    assert sum(1 for path in SOURCES for _ in _raised(path)) > 100


def test_codes_are_written_down_once() -> None:
    names = [code.name for code in errors._REGISTERED]
    assert len(names) == len(set(names))
    assert all(name.isupper() for name in names)


@pytest.mark.parametrize("code", INSTALLED.values(), ids=lambda code: code.name)
def test_a_code_belongs_to_a_class_and_says_what_to_do(code: ErrorCode) -> None:
    assert code.kind in TREE
    assert code.meaning.endswith(".")
    error = TREE[code.kind](code, "x")
    assert (error.code, error.retryable, error.may_charge_again) == (code.name, code.retryable, code.may_charge_again)
    assert error.hint == (code.remedy or None)
    assert 0 < error.exit_code < 256


def test_a_code_that_is_not_registered_fails_at_once() -> None:
    with pytest.raises(UnregisteredCodeError, match="uses the code NOT_REGISTERED, which is not registered"):
        errors.InputError("NOT_REGISTERED", "x")
    with pytest.raises(LookupError, match="registered for MoneyError"):
        errors.InputError("INSUFFICIENT_BALANCE", "x")


def test_codes_of_programs_that_the_core_does_not_use_are_not_the_core_s() -> None:
    assert not any("FFMPEG" in name or "VIDEO" in name for name in CODES)
    assert {"MISSING_FFMPEG", "FFMPEG_FAILED", "FFMPEG_EXTRACT_FAILED", "INVALID_VIDEO_SIZE"} <= INSTALLED.keys()


def test_an_error_with_a_code_of_its_own_needs_no_host() -> None:
    broke = ErrorCode("PIGGY_BANK_EMPTY", "MoneyError", "The piggy bank is empty.", "Fill it.", retryable=True)
    error = errors.MoneyError(broke, "It rattles no more.")
    assert (error.code, error.hint, error.exit_code, error.retryable) == ("PIGGY_BANK_EMPTY", "Fill it.", 4, True)
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.hint, again.retryable) == (error.code, error.hint, True)
    with pytest.raises(LookupError, match="PIGGY_BANK_EMPTY is registered for MoneyError"):
        InputError(broke, "x")


def test_a_problem_takes_a_code_of_its_own() -> None:
    rude = ErrorCode("RUDE", "InputError", "It is rude.", "Say please.")
    error = InputError.of([Problem("manners.rude", ("prompt",), "{prompt} is rude.", code=rude)])
    assert (error.code, error.hint, error.problems[0].code_name) == ("RUDE", "Say please.", "RUDE")
