"""Options of a run, which every mode has. Front ends offer them as flags or parameters."""

from __future__ import annotations

from collections.abc import Mapping

from sogni_core.field import FieldSpec
from sogni_core.frozen import frozen


@frozen
class RunOptions:
    """How to run a request."""

    dry_run: bool = False
    """Show what would be submitted and its price; submit nothing."""


RUN_OPTIONS: Mapping[str, FieldSpec] = {
    "dry_run": FieldSpec(
        "dry_run",
        "switch",
        many=False,
        help="Show what would be submitted and its price; submit nothing.",
        required=False,
        positional=False,
        flags=("--dry-run",),
        json="dryRun",
    ),
}
"""Options that front ends offer besides the fields of a mode, by their names in :class:`RunOptions`."""
