"""All known ways of the network to misbehave, as data, and the box from which a devnet takes them.

``FAULTS`` is every fault by name. ``devnet.faults.add("withheld")`` arms one; the setting ``faults`` does too.
"""

from __future__ import annotations

from sogni_devnet.faults.fault import COMMON, MOMENTS, Armed, Fault, Faults, Moment
from sogni_devnet.faults.http import HTTP
from sogni_devnet.faults.socket import SOCKET
from sogni_devnet.faults.spelling import parse
from sogni_devnet.faults.work import WORK

__all__ = ["COMMON", "FAULTS", "MOMENTS", "Armed", "Fault", "Faults", "Moment", "parse"]

FAULTS: dict[str, Fault] = {fault.name: fault for fault in (*HTTP, *SOCKET, *WORK)}
"""Every fault by name."""
