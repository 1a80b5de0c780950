"""Options of a run, which every mode has. Front ends offer them as flags or parameters."""

from __future__ import annotations

from collections.abc import Mapping

from sogni_core.errors import InputError
from sogni_core.field import FieldSpec
from sogni_core.frozen import frozen
from sogni_core.problem import Problem
from sogni_core.settings import ExistingFiles


@frozen
class RunOptions:
    """How to run a request."""

    dry_run: bool = False
    """Show what would be submitted and its price; submit nothing."""
    overwrite: bool = False
    """Replace files that exist at the output paths."""
    unique: bool = False
    """Save under a numbered name if a file exists at the output path."""
    save: bool | None = None
    """Save outputs to the output folder if the request names no path; None for what the setting ``save`` says."""
    one_file: bool = False
    """Refuse a run that would not save exactly one file."""

    def existing_files(self, usual: ExistingFiles) -> ExistingFiles:
        """Return what to do with existing files; ``usual`` if no option says it. Raises InputError for both options."""
        if self.overwrite and self.unique:
            names = ("overwrite", "unique")
            raise InputError.of([Problem("output.both", names, "{overwrite} and {unique} cannot be combined.")])
        return "overwrite" if self.overwrite else "unique" if self.unique else usual


def _switch(name: str, json: str, help: str, flag: str = "") -> FieldSpec:
    flag = flag or f"--{name.replace('_', '-')}"
    return FieldSpec(name, "switch", many=False, help=help, required=False, positional=False, flags=(flag,), json=json)


RUN_OPTIONS: Mapping[str, FieldSpec] = {
    "dry_run": _switch("dry_run", "dryRun", "Show what would be submitted and its price; submit nothing."),
    "overwrite": _switch("overwrite", "overwrite", "Replace existing files."),
    "save": _switch("save", "save", "Save to the output folder if no path is given.", "--save/--no-save"),
    "unique": _switch("unique", "unique", "If the file exists, save under a numbered name."),
}
"""Options that front ends offer besides the fields of a mode, by their names in :class:`RunOptions`."""
