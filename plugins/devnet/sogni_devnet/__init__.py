"""A Sogni Supernet on loopback, written from the protocol. It shares no code with the client.

``Devnet`` is a running server, and ``open_network`` is called for the network ``devnet``. The distribution contains the
pytest fixture ``devnet``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sogni_devnet.accounts import Account as Account
    from sogni_devnet.server import Devnet as Devnet
    from sogni_devnet.settings import DevnetSettings as DevnetSettings

__version__ = "0.1.0"
__all__ = ["Account", "Devnet", "DevnetSettings", "__version__"]

_HOMES = {
    "Account": "sogni_devnet.accounts",
    "Devnet": "sogni_devnet.server",
    "DevnetSettings": "sogni_devnet.settings",
}


def __getattr__(name: str) -> object:
    # Entry points name modules of this package, so importing it must not import starlette or PIL.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
