"""All faults that a devnet can simulate, as data.

``FAULTS`` has every fault by name. ``devnet.faults.add("withheld")`` and the setting ``faults`` arm a fault.
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
