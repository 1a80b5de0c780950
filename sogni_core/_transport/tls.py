"""The one TLS context of a process; it loads trusted certificates only when TLS is about to be used.

Loading them takes about 20 ms, which a plain ``http://`` endpoint must not pay. The context exists from the start
(httpx needs one when a client is made) and trusts nobody until :func:`trusting` is called.
"""

from __future__ import annotations

import os
import ssl
from functools import cache
from pathlib import Path

from sogni_core.errors import ConfigError


@cache
def bare() -> ssl.SSLContext:
    """Return the process's context. It checks host names, and trusts nobody before :func:`trusting` is called."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Set here once, because connections that are opened early do their handshake outside the HTTP library.
    context.set_alpn_protocols(["http/1.1"])
    return context


def is_trusting() -> bool:
    """Tell whether the trusted certificates are loaded."""
    return trusting.cache_info().currsize > 0


@cache
def trusting() -> ssl.SSLContext:
    """Return the same context with trusted certificates loaded. Raises ConfigError INVALID_CONFIG.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` take precedence over the system's roots; if the system has none (some Pythons
    on macOS), those of certifi are used.
    """
    context = bare()
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or folder:
        for name, value in (("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder)):
            if value and not Path(value).exists():
                raise ConfigError("INVALID_CONFIG", f"{name} names a path that does not exist.", details={"key": name})
        try:
            context.load_verify_locations(cafile=file or None, capath=folder or None)
        except (ssl.SSLError, OSError) as failure:
            reason = failure.strerror or type(failure).__name__
            raise ConfigError(
                "INVALID_CONFIG", f"The trusted certificates of SSL_CERT_FILE cannot be read: {reason}."
            ) from None
        return context
    context.load_default_certs()
    paths = ssl.get_default_verify_paths()
    # A folder of roots is read during handshakes, so an empty store does not yet mean that there are none.
    if not context.cert_store_stats()["x509_ca"] and not (paths.capath and any(Path(paths.capath).iterdir())):
        import certifi

        context.load_verify_locations(cafile=certifi.where())
    return context
