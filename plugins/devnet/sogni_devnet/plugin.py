"""What this distribution gives to sogni-core: a network, a command, and a table of settings."""

from __future__ import annotations

from sogni_core.plugin import Command, Network, Settings, hookimpl


@hookimpl
def sogni_networks() -> list[Network]:
    """Return the network that lives on this machine."""
    return [Network("devnet", "sogni_devnet.network:open_network", "A Supernet on this machine: free, offline.")]


@hookimpl
def sogni_commands() -> list[Command]:
    """Return the command that serves the devnet to other programs."""
    return [Command("devnet serve", "Run a devnet for other programs.", "sogni_devnet.commands:serve")]


@hookimpl
def sogni_settings() -> list[Settings]:
    """Return the table ``[devnet]``."""
    return [Settings("devnet", "sogni_devnet.settings:DevnetSettings")]
