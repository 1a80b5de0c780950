"""What to say of plugins that could not be loaded and may have rules for what is paid for."""

from __future__ import annotations

from collections.abc import Sequence

from sogni_core._host.plugin_info import PluginInfo
from sogni_core.errors import PluginError
from sogni_core.problem import Notice


def rules_missing(plugins: Sequence[PluginInfo]) -> PluginError:
    """Make the error of a paid call that such plugins stop."""
    labels = " and ".join(plugin.label for plugin in plugins)
    failures = " ".join(plugin.failure.message for plugin in plugins if plugin.failure is not None)
    left_out = ",".join(f"-{plugin.name}" for plugin in plugins)
    error = PluginError(
        "PLUGIN_IMPORT",
        f"Paid runs are stopped: {labels} could not be loaded and may have rules for them. {failures}",
        hint="Repair or uninstall the plugin. To continue without its rules, set "
        f"SOGNI_PLUGINS={left_out}, or run: sogni config set plugins.fail_open true",
        details={"plugins": [plugin.name for plugin in plugins]},
        plugin=labels,
    )
    error.__cause__ = plugins[0].failure
    return error


def absent_rules(plugin: PluginInfo) -> Notice:
    """Make the notice of a plan, or of a run that continues without the rules of a plugin."""
    return Notice(
        "plugins.rules-missing",
        (),
        "{plugin} could not be loaded. Its rules, if it has any, were not checked.",
        {"plugin": plugin.label},
    )
