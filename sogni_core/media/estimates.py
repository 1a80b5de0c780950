"""Cost estimates: the path to ask. The socket host answers it over plain HTTP, without a login."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode


def estimate_path(base: str, segments: Sequence[object], query: Mapping[str, str]) -> str:
    """Return path and query of an estimate, each segment and value quoted.

    ``base``: ``/api/v2/job/estimate`` and its kin. A path begins after the address of the host.
    """
    path = "/".join([base, *(quote(str(segment), safe="") for segment in segments)])
    return f"{path}?{urlencode(query)}" if query else path
