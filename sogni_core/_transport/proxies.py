"""Whether the environment names a proxy."""

from __future__ import annotations

import os
import sys


def named(scheme: str, host: str = "") -> bool:
    """Tell whether there is a proxy for a scheme, and for this host unless none is given."""
    # Elsewhere than on these two, a proxy is named by the environment; looking there spares an import.
    if sys.platform not in {"darwin", "win32"} and not any(name.lower().endswith("_proxy") for name in os.environ):
        return False
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    if not (proxies.get(scheme) or proxies.get("all")):
        return False
    return not (host and proxy_bypass(host))
