"""Labels of runs, which lists, costs and limits go by."""

from __future__ import annotations

import re

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def wrong_label(text: str) -> str:
    """Return what is wrong with a label of runs; empty if nothing is."""
    if _LABEL.fullmatch(text):
        return ""
    return "must be up to 40 letters, digits, dots, hyphens and underscores, beginning with a letter or a digit"
