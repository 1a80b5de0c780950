"""Files that appear whole or not at all, where results go, and private folders and locks.

A file is written beside its place and moved into it, so that a reader, a crash or a full disk never meets half of one.
Operating-system errors are translated: OUTPUT_NOT_WRITABLE for files of the user, INVALID_STATE for files that the
program keeps for itself.
"""

from __future__ import annotations

from sogni_core.files.names import FIELDS, filled, relative_name, unknown_fields, wrong_pattern
from sogni_core.files.output import PurePathT, absolute, free_names, is_taken, numbered, prepare_output, refusal
from sogni_core.files.part_file import PartFile, Place, remove_parts, write_atomic
from sogni_core.files.private import locked, private_folder

__all__ = [
    "FIELDS",
    "PartFile",
    "Place",
    "PurePathT",
    "absolute",
    "filled",
    "free_names",
    "is_taken",
    "locked",
    "numbered",
    "prepare_output",
    "private_folder",
    "refusal",
    "relative_name",
    "remove_parts",
    "unknown_fields",
    "write_atomic",
    "wrong_pattern",
]
