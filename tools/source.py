"""Read a module as text: what it defines, with the docstrings of attributes, which exist nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.repository import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Attribute:
    """A field of a class or a constant of a module."""

    name: str
    annotation: str
    """As it is written; empty if there is none."""
    default: str
    """As it is written; empty if there is none."""
    doc: str


def path_of(module: str) -> Path:
    """Return the file of a module of sogni_core."""
    file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return file if file.is_file() else file.with_suffix("") / "__init__.py"


def tree_of(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def attributes(body: list[ast.stmt]) -> Iterator[Attribute]:
    """Yield the public assignments of a body, each with the string that follows it."""
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, annotation = statement.target.id, ast.unparse(statement.annotation)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, annotation = statement.targets[0].id, ""
        else:
            continue
        if name.startswith("_"):
            continue
        value = ast.unparse(statement.value) if statement.value is not None else ""
        yield Attribute(name, annotation, value, _string(after))


def _string(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""


def functions(body: list[ast.stmt]) -> Iterator[Function]:
    """Yield the public functions of a body."""
    for statement in body:
        if isinstance(statement, Function) and not statement.name.startswith("_"):
            yield statement


def classes(body: list[ast.stmt]) -> Iterator[ast.ClassDef]:
    """Yield the public classes of a body."""
    for statement in body:
        if isinstance(statement, ast.ClassDef) and not statement.name.startswith("_"):
            yield statement


def decorators(node: Function | ast.ClassDef) -> set[str]:
    """Return the names of decorators, their arguments left out."""
    return {ast.unparse(one).partition("(")[0] for one in node.decorator_list}


def signature(function: Function) -> str:
    """Return ``name(parameters) -> answer`` as it is written, ``self`` and ``cls`` left out."""
    arguments = ast.unparse(function.args)
    for first in ("self", "cls"):
        if arguments == first or arguments.startswith((f"{first}, ", f"{first}: ")):
            arguments = arguments[len(first) :].removeprefix(", ")
    arguments = arguments.removeprefix("/, ") if arguments.startswith("/, ") else arguments
    answer = f" -> {ast.unparse(function.returns)}" if function.returns is not None else ""
    return f"{'async ' if isinstance(function, ast.AsyncFunctionDef) else ''}{function.name}({arguments}){answer}"


def segment(path: Path, node: Function) -> str:
    """Return the source of a function with its decorators."""
    lines = path.read_text("utf-8").splitlines()
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    assert node.end_lineno is not None
    return "\n".join(lines[first - 1 : node.end_lineno])
