"""Ask plugins for the credentials of a network, once a call. No secret is ever part of an error."""

from __future__ import annotations

from dataclasses import replace

from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import resolve as resolve_target
from sogni_core._host.targets import unregistered
from sogni_core.errors import PluginError, SogniError, UnregisteredCodeError
from sogni_core.plugin import CredentialSource
from sogni_core.settings.credentials import Credentials


class CredentialSources:
    """The credential sources of a registry, asked in the order of their plugins' names."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._answers: dict[str, Credentials | None] = {}

    def of(self, network: str) -> list[Owned[CredentialSource]]:
        """Return the sources of a network."""
        return [owned for owned in self._registry.every(CredentialSource) if network in owned.record.networks]

    def find(self, network: str) -> Credentials | None:
        """Return the credentials of the first source that has some; None if none has.

        Raises PluginError PLUGIN_HOOK or what a source raises: another account is no answer to a place that fails.
        """
        if network not in self._answers:
            answers = (_ask(self._registry, owned, network) for owned in self.of(network))
            self._answers[network] = next((found for found in answers if found is not None), None)
        return self._answers[network]


def _ask(registry: Registry, owned: Owned[CredentialSource], network: str) -> Credentials | None:
    plugin = owned.plugin
    subject = f"The credential source {owned.record.name} of plugin {plugin.label}"
    function = resolve_target(plugin, owned.record.target)
    try:
        found = function(network)
    except SogniError as error:
        registry.require_registered(plugin, error)
        raise
    except UnregisteredCodeError as error:
        raise unregistered(plugin, error.code) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - other people's code
        # The text of an exception that is about a secret may hold it.
        text = f"{subject} raised {type(error).__name__}."
        raise PluginError("PLUGIN_HOOK", text, plugin=plugin.label) from None
    if found is not None and not isinstance(found, Credentials):
        text = f"{subject} returned {type(found).__name__}, not Credentials."
        raise PluginError("PLUGIN_HOOK", text, plugin=plugin.label)
    if found is None or not (found.api_key or (found.username and found.password)):
        return None
    return replace(found, origin=f"{owned.record.name} of plugin {plugin.label}")
