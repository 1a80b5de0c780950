"""What to say of plugins that are not loaded and may have rules for what is paid for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sogni_core._host.suspect import Suspect
from sogni_core.errors import PluginError
from sogni_core.problem import Notice


def rules_missing(suspects: Sequence[Suspect]) -> PluginError:
    """Make the error of a paid call that such plugins stop."""
    broken = [one for one in suspects if one.failure is not None]
    gone = [one for one in suspects if one.failure is None]
    texts, hints = [], []
    if broken:
        failures = " ".join(one.failure.message for one in broken if one.failure is not None)
        texts.append(f"{_labels(broken)} could not be loaded and may have rules for them. {failures}")
        hints.append("Repair or uninstall the plugin.")
    if gone:
        names = " ".join(dict.fromkeys(one.distribution for one in gone))
        texts.append(f"{_labels(gone)} had rules for them and is no longer installed.")
        hints.append(f"Install it again with: sogni plugins add {names}")
        hints.append(f"(if it was removed on purpose: sogni plugins remove {names}).")
    left_out = ",".join(f"-{one.name}" for one in suspects)
    hints.append(f"To continue without its rules, set SOGNI_PLUGINS={left_out}, or run:")
    hints.append("sogni config set plugins.fail_open true")
    error = PluginError(
        "PLUGIN_IMPORT" if broken else "PLUGIN_NOT_INSTALLED",
        f"Paid runs are stopped: {' '.join(texts)}",
        hint=" ".join(hints),
        details={"plugins": [one.name for one in suspects]},
        plugin=_labels(suspects),
    )
    error.__cause__ = broken[0].failure if broken else None
    return error


def absent_rules(suspect: Suspect) -> Notice:
    """Make the notice of a plan, or of a run that continues without the rules of a plugin."""
    what = "could not be loaded. Its rules, if it has any," if suspect.failure else "is no longer installed. Its rules"
    return Notice("plugins.rules-missing", (), f"{{plugin}} {what} were not checked.", {"plugin": suspect.label})


def _labels(suspects: Iterable[Suspect]) -> str:
    return " and ".join(one.label for one in suspects)
