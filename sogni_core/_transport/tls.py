"""The one TLS context of a process, which loads its trust only when TLS is about to be spoken.

Loading the trusted roots takes about 20 ms, so a plain ``http://`` endpoint must not pay for it. The
context exists from the start (httpx wants one when it is made) and trusts nobody until ``context(load=True)``.
"""

from __future__ import annotations

import os
import ssl
from functools import cache
from pathlib import Path

from sogni_core.errors import ConfigError


@cache
def bare() -> ssl.SSLContext:
    """Return the process's context, as it is: it checks host names, and trusts nobody before :func:`trusting`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Set here once: lines that are opened beforehand do their handshake outside the HTTP library.
    context.set_alpn_protocols(["http/1.1"])
    return context


def is_trusting() -> bool:
    """Whether the trust is loaded."""
    return trusting.cache_info().currsize > 0


@cache
def trusting() -> ssl.SSLContext:
    """Return the same context with its trust loaded. Raises ConfigError INVALID_CONFIG.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` stand above the system's roots; where the system has none
    (some Pythons on macOS), those of certifi are taken.
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
