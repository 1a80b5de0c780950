"""``docs/reference/python.md``: the public modules, from signatures and docstrings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, TypeGuard

from tools import source
from tools.markdown import code, line, page, prose

_INTRO = """\
The public modules of `sogni_core`, for programs and plugins. Everything that is not on this page may change at any
time, in particular modules and names that start with `_`. You can import `open`, `App`, `Result`, `Artifact`,
`Outcome`, `Plan`, `Progress` and `SogniError` from `sogni_core` itself."""

MODULES = (
    "app",
    "prepared",
    "result",
    "history",
    "errors",
    "problem",
    "origin",
    "context",
    "request",
    "field",
    "project",
    "plugin",
    "frontend.modes",
    "frontend.run_options",
    "frontend.dialect",
    "frontend.objects",
    "frontend.schema",
    "frontend.output_schema",
    "frontend.values",
    "frontend.extras",
    "frontend.help_text",
    "frontend.help_page",
    "frontend.streams",
    "frontend.execution",
    "frontend.process",
    "frontend.traceback_text",
)
"""Public modules in the order of the page. The hooks have a page of their own."""

PACKAGES = ("settings", "media")
"""Public packages after them: the names that each offers. Its modules are not public."""

TESTING = ("contract", "pytest_plugin", "memory.network", "memory.project", "resolution", "command_line", "process",
           "distribution", "isolation")  # fmt: skip
"""Modules behind ``sogni_core.testing``, in the order of the page; of each, what the package or pytest offers."""

PRIVATELY_MADE = frozenset({"App", "ModeInfo", "Prepared"})
"""Classes whose objects are got from a function or another object, which their docstrings name."""


def public_modules() -> list[str]:
    """Return the modules in which the names of the page are defined."""
    homes = (f"{name}.{home}" for name in PACKAGES for home in dict.fromkeys(_homes(name).values()))
    testing = (f"testing.{name}" for name in TESTING)
    return [f"sogni_core.{name}" for name in (*MODULES, *homes, *testing)]


def render() -> str:
    """Render the page."""
    modules = (row for name in MODULES for row in _module(name))
    packages = (row for name in PACKAGES for row in _package(name))
    return page("Python API", _INTRO, [*modules, *packages, *_testing()])


def _module(name: str) -> Iterator[str]:
    tree = source.tree_of(source.path_of(f"sogni_core.{name}"))
    yield f"## `sogni_core.{name}`"
    yield ""
    yield prose(ast.get_docstring(tree))
    yield ""
    for function in source.functions(tree.body):
        if "hookspec" not in source.decorators(function) and ast.get_docstring(function):
            yield from _function(function)
    constants = [one for one in source.attributes(tree.body) if one.doc]
    for one in constants:
        yield f"- `{one.name}`: {line(one.doc)}"
    if constants:
        yield ""
    if name == "plugin":
        yield "The records that hooks return: [Hooks](../plugins/reference/hooks.md)."
        yield ""
        return
    for node in source.classes(tree.body):
        yield from _class(node)


def _package(name: str) -> Iterator[str]:
    package, homes = source.tree_of(source.path_of(f"sogni_core.{name}")), _homes(name)
    yield f"## `sogni_core.{name}`"
    yield ""
    yield prose(ast.get_docstring(package))
    yield ""
    for home in dict.fromkeys(homes.values()):
        body = source.tree_of(source.path_of(f"sogni_core.{name}.{home}")).body
        constants = [one for one in source.attributes(body) if homes.get(one.name) == home]
        for one in constants:
            yield f"- `{one.name}`: {line(one.doc)}"
        if constants:
            yield ""
        for function in source.functions(body):
            if homes.get(function.name) == home:
                yield from _function(function)
        for node in source.classes(body):
            if homes.get(node.name) == home:
                yield from _class(node)


def _homes(name: str) -> dict[str, str]:
    """Map the names that a package offers to its modules."""
    homes: dict[str, str] = _literal(source.tree_of(source.path_of(f"sogni_core.{name}")), "_HOMES")
    return homes


def _testing() -> Iterator[str]:
    package = source.tree_of(source.path_of("sogni_core.testing"))
    offered = _literal(package, "__all__")
    yield "## `sogni_core.testing`"
    yield ""
    yield prose(ast.get_docstring(package))
    yield ""
    for name in TESTING:
        body = source.tree_of(source.path_of(f"sogni_core.testing.{name}")).body
        for function in source.functions(body):
            if function.name in offered:
                yield from _function(function)
            elif "pytest.fixture" in source.decorators(function):
                yield f"### Fixture `{function.name}`"
                yield ""
                yield prose(ast.get_docstring(function))
                yield ""
        for node in source.classes(body):
            if node.name in offered:
                yield from _class(node)


def _literal(package: ast.Module, name: str) -> Any:
    return next(ast.literal_eval(one.value) for one in package.body if _assigns(one, name))


def _assigns(statement: ast.stmt, name: str) -> TypeGuard[ast.Assign]:
    return isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name


def _function(function: source.Function) -> Iterator[str]:
    yield f"### `{source.signature(function)}`"
    yield ""
    yield prose(ast.get_docstring(function))
    yield ""


def _class(node: ast.ClassDef) -> Iterator[str]:
    bases = [ast.unparse(base) for base in node.bases if not ast.unparse(base).startswith("Protocol")]
    yield f"### {node.name}"
    yield ""
    heritage = f"({', '.join(code(base) for base in bases)})" if bases else ""
    text = prose(ast.get_docstring(node))
    # What follows the end of a code block would keep it open.
    yield (text + ("\n\n" if text.endswith("```") else " ") + heritage).rstrip()
    yield ""
    members = [*_made(node), *_attributes(node), *_methods(node)]
    yield from members
    if members:
        yield ""


def _made(node: ast.ClassDef) -> Iterator[str]:
    """Yield how it is made, where that is not by its fields."""
    if node.name in PRIVATELY_MADE:
        return
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            yield f"- `{source.signature(statement).removesuffix(' -> None').replace('__init__', node.name, 1)}`"


def _attributes(node: ast.ClassDef) -> Iterator[str]:
    for field in source.attributes(node.body):
        if field.name == "model_config" or (field.name == "exit_code" and not field.annotation):
            continue
        option = _option_help(field)
        text = option or line(field.doc)
        shown = field.annotation if not option else ""
        value = f" = {field.default}" if field.default and "field(" not in field.default and not option else ""
        yield f"- `{field.name}{f': {shown}' if shown else ''}{value}`{f': {text}' if text else ''}"


def _option_help(field: source.Attribute) -> str:
    """Return the help of a request's or setting's field, which is its documentation."""
    if not field.annotation.startswith("Annotated["):
        return ""
    for call, argument in (("Option", "help"), ("Field", "description")):
        for node in ast.walk(ast.parse(field.annotation, mode="eval")):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == call:
                for keyword in node.keywords:
                    if keyword.arg == argument and isinstance(keyword.value, ast.Constant):
                        return str(keyword.value.value)
    return ""


def _methods(node: ast.ClassDef) -> Iterator[str]:
    for function in source.functions(node.body):
        named = source.decorators(function)
        if "property" in named:
            answer = ast.unparse(function.returns) if function.returns is not None else ""
            yield f"- `{function.name}: {answer}`: {line(ast.get_docstring(function))}"
        elif "overload" not in named:
            kind = "class method, " if "classmethod" in named else ""
            yield f"- `{source.signature(function)}`: {kind}{line(ast.get_docstring(function))}"
