"""The answer to a name that nothing has: the plugin that provides it, or the name that was probably meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sogni_core._host import extras
from sogni_core._host.memory import KnownPlugin
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.selection import VARIABLE
from sogni_core.errors import InputError, PluginError, SogniError
from sogni_core.frozen import frozen
from sogni_core.text import clean, nearest


def not_installed(what: str, distribution: str, name: str, details: Mapping[str, Any] | None = None) -> PluginError:
    """Return the error for something that needs a plugin which is not installed.

    ``what`` starts the message: ``"The network 'devnet' comes with"``. ``name``: what ``sogni plugins add`` calls it.
    """
    return PluginError(
        "PLUGIN_NOT_INSTALLED",
        f"{what} the plugin {distribution}, which is not installed.",
        hint=f"Install it with: sogni plugins add {name}",
        details={**(details or {}), "distribution": distribution},
        plugin=distribution,
    )


@frozen
class Absences:
    """Answers for names that nothing has."""

    plugins: Sequence[PluginInfo]
    """The plugins of the host, broken ones included."""
    left_out: Sequence[PluginInfo]
    """Installed plugins that were not loaded."""
    remembered: Callable[[], Sequence[KnownPlugin]]
    """Plugins that were installed when they were last loaded."""

    def command(self, name: str, known: Collection[str], users: Sequence[PluginInfo]) -> SogniError:
        """Make the error for a mode or command.

        ``known``: names that exist. ``users``: plugins that have a rule or a workflow for a mode of this name.
        """
        word = (name.split() or [""])[0]
        found = self._explained("command", word)
        if found is not None:
            return found
        if users:
            labels = " and ".join(dict.fromkeys(plugin.label for plugin in users))
            return PluginError(
                "PLUGIN_NOT_INSTALLED",
                f"No installed plugin provides the mode {word!r}, although {labels} has a rule or a workflow for it.",
                hint="Install the plugin that provides it with: sogni plugins add NAME",
                details={"command": word},
            )
        return InputError(
            "UNKNOWN_COMMAND",
            f"Unknown command {clean(name, 80)!r}.",
            hint=self._hint(word, known),
            details={"command": name},
        )

    def network(self, name: str, known: Collection[str]) -> SogniError:
        """Make the error for a network; ``known``: names that exist."""
        found = self._explained("network", name)
        if found is not None:
            return found
        allowed = ", ".join(dict.fromkeys(known))
        return InputError(
            "INVALID_ARGUMENT",
            f"Unknown network {clean(name, 80)!r}. Available: {allowed}.",
            hint=self._hint(name, known),
        )

    def _explained(self, kind: str, word: str) -> SogniError | None:
        """Make the error for a name that is known to belong to a plugin; None if it is not."""
        for plugin in self.plugins:
            if plugin.failure is not None and word in (plugin.name, plugin.distribution.removeprefix("sogni-")):
                return plugin.failure
        for distribution, name in self.owners(kind, word):
            if any(plugin.distribution == distribution and plugin.failure is None for plugin in self.plugins):
                continue  # it is installed, and does not bring this any more
            what = f"The {kind} {word!r} comes with"
            if any(plugin.distribution == distribution for plugin in self.left_out):
                return PluginError(
                    "PLUGIN_NOT_INSTALLED",
                    f"{what} the plugin {distribution}, which {VARIABLE} leaves out.",
                    hint=f"Change or unset {VARIABLE}.",
                    details={kind: word, "distribution": distribution},
                    plugin=distribution,
                )
            return not_installed(what, distribution, name, {kind: word})
        return None

    def owners(self, kind: str, word: str) -> list[tuple[str, str]]:
        """List the distributions that may bring a name, and what each is called for ``sogni plugins add``.

        ``kind``: ``command`` or ``network``. What this installation had comes first; the table of the
        extras only helps where nothing else is known.
        """
        found = [(plugin.distribution, plugin.distribution) for plugin in self.left_out if plugin.name == word]
        for one in self.remembered():
            if word in (one.networks if kind == "network" else one.words):
                found.append((one.distribution, one.distribution))
        extra = (extras.NETWORKS if kind == "network" else extras.COMMANDS).get(word)
        known = {distribution for distribution, _ in found}
        if extra is not None:
            distribution = f"sogni-{extra}"
            found = [(name, extra if name == distribution else called) for name, called in found]
            found += [(distribution, extra)] if distribution not in known else []
        return found

    def _hint(self, word: str, known: Collection[str]) -> str | None:
        close = nearest(word, known)
        if close:
            return f"Did you mean {close!r}?"
        broken = [plugin.label for plugin in self.plugins if plugin.failure is not None]
        return f"Not loaded: {', '.join(broken)}. See: sogni plugins" if broken else None
