"""How a hook's argument goes away: its users are warned and keep working, and people see the warning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sogni_core import plugin as hookspecs
from sogni_core._builtin.plugins.listing import plugins
from sogni_core._core_app import CoreApp
from sogni_core._host.host import PluginHost
from sogni_core.app import CORE_PLUGIN
from sogni_core.plugin import Mode, hookspec

OLD = """
@hookimpl
def sogni_modes(region):
    return [Mode("{name}", f"Made in {region}.", request="{package}.mode:Asked")]
"""


@pytest.fixture
def next_specs() -> Iterator[ModuleType]:
    """The hookspecs of a version in which ``sogni_modes`` has an argument that is to go."""
    specs = ModuleType("specs_of_the_next_version")
    vars(specs).update({name: spec for name, spec in vars(hookspecs).items() if name.startswith("sogni_")})
    warning = DeprecationWarning("sogni_modes(region) goes away in 0.4: read the setting region instead")

    @hookspec(warn_on_impl_args={"region": warning})
    def sogni_modes(region: str) -> list[Mode]:
        return []

    vars(specs)["sogni_modes"] = sogni_modes
    yield specs


def test_an_argument_that_is_deprecated(install: Any, next_specs: ModuleType, sogni_home: Any, tmp_path: Path) -> None:
    install("old", OLD)
    install("fresh")
    host = PluginHost(CORE_PLUGIN, specs=next_specs, arguments={"region": "Lisbon"})
    assert host.registry.mode("old").record.summary == "Made in Lisbon."
    assert host.registry.mode("fresh").record.summary == "fresh it."
    report = plugins(CoreApp(host))
    rows = {row["name"]: row for row in report.fields["plugins"]}
    assert len(rows["old"]["warnings"]) == 1
    assert "region" in rows["old"]["warnings"][0]
    assert "goes away in 0.4" in rows["old"]["warnings"][0]
    assert rows["fresh"]["warnings"] == []
    assert any("goes away in 0.4" in line for line in report.text)


def test_an_argument_that_is_gone(install: Any) -> None:
    install("old", OLD)
    host = PluginHost(CORE_PLUGIN)
    failure = next(plugin.failure for plugin in host.plugins if plugin.name == "old")
    assert failure is not None
    assert failure.code == "PLUGIN_HOOK"
    assert "region" in failure.message
