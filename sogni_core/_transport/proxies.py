"""Whether the environment names a proxy."""

from __future__ import annotations


def named(scheme: str, host: str = "") -> bool:
    """Tell whether there is a proxy for a scheme, and for this host unless none is given."""
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    if not (proxies.get(scheme) or proxies.get("all")):
        return False
    return not (host and proxy_bypass(host))
