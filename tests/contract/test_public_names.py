"""The names of the public packages are frozen: what changes there has to change here too."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

PACKAGES = ["sogni_core", "sogni_core.app", "sogni_core.context", "sogni_core.costs", "sogni_core.errors",
         "sogni_core.field",
         "sogni_core.files", "sogni_core.frontend.dialect", "sogni_core.frontend.execution",
         "sogni_core.frontend.extras", "sogni_core.frontend.help_page", "sogni_core.frontend.help_text",
         "sogni_core.frontend.modes", "sogni_core.frontend.objects", "sogni_core.frontend.output_schema",
         "sogni_core.frontend.process", "sogni_core.frontend.run_options", "sogni_core.frontend.schema",
         "sogni_core.frontend.streams", "sogni_core.frontend.text_input",
         "sogni_core.frontend.traceback_text", "sogni_core.frontend.values",
         "sogni_core.history", "sogni_core.json_value",
         "sogni_core.media", "sogni_core.origin", "sogni_core.plugin", "sogni_core.prepared", "sogni_core.problem",
         "sogni_core.project", "sogni_core.request", "sogni_core.result",
         "sogni_core.settings", "sogni_core.testing", "sogni_core.text"]  # fmt: skip

FROZEN = Path(__file__).with_name("public_names.txt")


def _defined(package: str) -> list[str]:
    """List what a package offers: its ``__all__``, else the public names that its file defines."""
    module = importlib.import_module(package)
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


def _frozen(package: str) -> list[str]:
    lines = FROZEN.read_text("utf-8").splitlines()
    return [line.partition(" ")[2] for line in lines if line.partition(" ")[0] == package]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_offers_what_is_written_down(package: str) -> None:
    assert _defined(package) == _frozen(package)


def test_no_other_package_is_written_down() -> None:
    assert {line.partition(" ")[0] for line in FROZEN.read_text("utf-8").splitlines()} == set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_is_there(package: str) -> None:
    module = importlib.import_module(package)
    for name in _frozen(package):
        assert hasattr(module, name)
