"""Options of a run: what may be asked of every mode, whatever it is. Front ends make flags and parameters of them."""

from __future__ import annotations

from collections.abc import Mapping

from sogni_core.field import FieldSpec
from sogni_core.frozen import frozen


@frozen
class RunOptions:
    """How to run a request."""

    dry_run: bool = False
    """Show what would be submitted, and its price; submit nothing."""


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
"""What front ends offer beside the fields of a mode, by the names of :class:`RunOptions`."""
