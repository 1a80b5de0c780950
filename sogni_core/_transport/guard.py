"""Checks URLs of users and servers: http(s) to public addresses only.

Not the name is checked but the addresses that it resolves to, and the connection goes to exactly the address that was
checked, so that neither odd spellings (``0x7f.1``) nor a name that changes between check and connection gets through.
``ipaddress.is_global`` is not enough: on Python 3.11 it calls the NAT64, 6to4 and multicast forms of private addresses
global.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from sogni_core.errors import InputError

_CLOSED_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "100.64.0.0/10",  # shared by carrier networks (RFC 6598)
            "192.0.0.0/24",  # IETF protocol assignments
            "192.88.99.0/24",  # 6to4 relays (RFC 3068, retired)
            "198.18.0.0/15",  # benchmarks
        ),
    )
)
_LOOPBACK_V6: Final = IPv6Address("::1")
_PUBLIC_V6: Final = IPv6Network("2000::/3")
_CLOSED_V6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # IETF protocol assignments; Teredo (2001::/32) carries an IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4 carries an IPv4 address
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)


def refusal(address: str, *, loopback: bool) -> str | None:
    """Return why sogni does not connect to an IP address; None if it may.

    With ``loopback``, this machine's own loopback addresses are allowed too, and no other private address.
    """
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return "is not an IP address"
    if loopback and _is_loopback(ip):
        return None
    return None if _is_public(ip) else "is not a public address"


def _is_loopback(ip: IPv4Address | IPv6Address) -> bool:
    # Not the property of that name alone: newer Pythons look through mapped forms (::ffff:127.0.0.1) with it.
    return ip == _LOOPBACK_V6 if isinstance(ip, IPv6Address) else ip.is_loopback


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _CLOSED_V4)
    # Global unicast only: that leaves out mapped, compatible and NAT64 forms, which carry an IPv4 address.
    return ip in _PUBLIC_V6 and not any(ip in network for network in _CLOSED_V6)


def is_loopback(url: str) -> bool:
    """Tell whether the host of a URL is literally this machine: ``localhost`` or a loopback address."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return _is_loopback(ip_address(host))
    except ValueError:
        return False


def check(url: str, *, loopback: bool) -> None:
    """Check a URL without a network. Raises InputError URL_REFUSED.

    The addresses that a name resolves to are checked later, when a connection is made.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise refused(url, "is not a valid URL") from None
    if parts.scheme not in {"http", "https"}:
        raise refused(url, "is not an http(s) URL")
    if not host or any(character.isspace() or not character.isprintable() for character in url):
        raise refused(url, "is not a valid URL")
    if "[" in parts.netloc and not parts.netloc.isascii():
        # A zone behind an address (``[…%ª]``) may be any text to a parser, and is no header to the HTTP library.
        raise refused(url, "is not a valid URL")
    if parts.username is not None or parts.password is not None:
        raise refused(url, "contains a user name or a password")
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return
    reason = refusal(host, loopback=loopback)
    if reason is not None:
        raise refused(url, reason)


def host_of(url: str) -> str:
    """Return the host of a URL for a message; ``the host`` if it cannot be read."""
    try:
        return urlsplit(url).hostname or "the host"
    except ValueError:
        return "the host"


def refused(url: str, reason: str) -> InputError:
    """Make the error of a refused URL, without its query."""
    return InputError("URL_REFUSED", f"{bare_url(url)} {reason}.", details={"url": bare_url(url), "reason": reason})


def bare_url(url: str) -> str:
    """Return a URL for people and logs: scheme, host and path, without user, query and fragment."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "The URL"
    shown = "".join(character for character in f"{host}{port}{parts.path}" if character.isprintable())
    return f"{parts.scheme}://{shown}"[:300] if parts.scheme and host else "The URL"
