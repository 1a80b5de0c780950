"""The proxies that the environment names."""

from __future__ import annotations

import os
import sys

from sogni_core.errors import ConfigError

LOCAL = ("127.0.0.1", "localhost", "::1")
"""Hosts that are reached without a proxy: it would look for them on its own machine."""


def named(scheme: str, host: str = "") -> bool:
    """Tell whether there is a proxy for a scheme and, if one is given, for a host."""
    return url_of(scheme, host) is not None


def url_of(scheme: str, host: str = "") -> str | None:
    """Return the URL of the proxy for a scheme and, if one is given, for a host; None if there is none.

    httpx uses the same proxy for that scheme: the socket has to go the way that results will come, so that a proxy
    that does not work is noticed before anything is paid for.
    """
    if host in LOCAL:
        return None
    # On all other systems only the environment names proxies; looking there first saves an import.
    if sys.platform not in {"darwin", "win32"} and not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    return None if not found or (host and proxy_bypass(host)) else found


def unusable(failure: Exception) -> ConfigError:
    """Make the error of a proxy that cannot be used; its URL, which may contain a password, is not repeated."""
    missing = isinstance(failure, ImportError)
    reason = "SOCKS needs a package that is not installed" if missing else "its URL is not valid"
    return ConfigError(
        "INVALID_CONFIG",
        f"The proxy of the environment cannot be used: {reason}.",
        hint="Correct or unset HTTP_PROXY, HTTPS_PROXY and ALL_PROXY.",
        details={"key": "HTTP_PROXY"},
    )
