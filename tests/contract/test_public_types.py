"""Signatures of the public API name public types only: whoever calls it can write them down and read about them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tools import source
from tools.pages.python import PRIVATELY_MADE, public_modules


def is_private(name: str) -> bool:
    return any(part.startswith("_") for part in name.split("."))


def imported(tree: ast.Module) -> dict[str, str]:
    """Map the names that a module imports from sogni_core to where they come from."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sogni_core")
        for alias in node.names
    }


def annotations(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, ast.expr]]:
    """Yield the public names of a module or class, and each expression that says the type of one."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if _is_shown(name, within):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                every = [*arguments, *filter(None, [node.args.vararg, node.args.kwarg])]
                found = [*(one.annotation for one in every), node.returns]
                yield from ((f"{within}{name}", one) for one in found if one is not None)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if not name.startswith("_"):
                yield f"{within}{name}", annotation
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield from ((name, base) for base in node.bases)
                yield from annotations(node.body, f"{name}.")
            case _:
                pass


def _is_shown(name: str, within: str) -> bool:
    if name == "__init__":
        return within.removesuffix(".") not in PRIVATELY_MADE
    return not name.startswith("_")


def private_types(tree: ast.Module) -> set[tuple[str, str]]:
    """Return the public names whose types are private, and those types."""
    homes = {name: home for name, home in imported(tree).items() if is_private(home)}
    return {
        (name, homes[node.id])
        for name, expression in annotations(tree.body)
        for node in ast.walk(expression)
        if isinstance(node, ast.Name) and node.id in homes
    }


@pytest.mark.parametrize("module", public_modules())
def test_public_signatures_name_public_types(module: str) -> None:
    assert private_types(source.tree_of(source.path_of(module))) == set()


def test_a_private_type_is_found() -> None:
    text = (
        "from sogni_core._host.registry import Registry\n"
        "from sogni_core.plugin import Mode\n"
        "class Desk(Registry):\n"
        "    size: Mode\n"
        "    def of(self, *found: Registry) -> Mode: ...\n"
        "    def _hidden(self, one: Registry) -> None: ...\n"
    )
    home = "sogni_core._host.registry.Registry"
    assert private_types(ast.parse(text)) == {("Desk", home), ("Desk.of", home)}
