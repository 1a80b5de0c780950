"""Tracebacks for ``SOGNI_DEBUG=1``: where, never with what. Values of variables and secrets stay out."""

from __future__ import annotations

import traceback

from sogni_core.text import clean_block


def shown_traceback(error: BaseException) -> str:
    """Format an exception with its causes and notes, cleaned; frames show code, never values."""
    lines = traceback.format_exception(error)
    return clean_block("".join(lines), limit=20_000, lines=400)
