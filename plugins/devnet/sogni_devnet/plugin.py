"""The network, command and settings that this distribution registers."""

from __future__ import annotations

from sogni_core.plugin import Command, Network, Settings, hookimpl


@hookimpl
def sogni_networks() -> list[Network]:
    """Return the network on this machine."""
    return [
        Network(
            "devnet", "sogni_devnet.network:open_network", "A simulated Supernet on this machine, free and offline."
        )
    ]


@hookimpl
def sogni_commands() -> list[Command]:
    """Return the command that serves the devnet to other programs."""
    return [
        Command(
            "devnet serve",
            "Run a devnet for other programs.",
            "sogni_devnet.commands:serve",
            group="Testing",
            parent="Simulate the network on this machine.",
        )
    ]


@hookimpl
def sogni_settings() -> list[Settings]:
    """Return the table ``[devnet]``."""
    return [Settings("devnet", "sogni_devnet.settings:DevnetSettings")]
