"""Tracebacks for ``SOGNI_DEBUG=1``, without the values of variables, which may be secrets."""

from __future__ import annotations

import traceback

from sogni_core.text import clean_block


def shown_traceback(error: BaseException) -> str:
    """Format an exception with its causes and notes, cleaned. Frames show code, never values."""
    lines = traceback.format_exception(error)
    return clean_block("".join(lines), limit=20_000, lines=400)
