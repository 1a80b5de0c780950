"""Options of a run, which every mode has. Front ends offer them as flags or parameters."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sogni_core.errors import InputError
from sogni_core.field import FieldSpec, Group, camel
from sogni_core.frozen import frozen
from sogni_core.problem import Problem
from sogni_core.settings import ExistingFiles
from sogni_core.settings.labels import wrong_label
from sogni_core.text import read_number


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
    force: bool = False
    """Whether to send an unknown model, and values outside the range of the model."""
    max_cost: Decimal | None = None
    """Most that the run may cost, in the token that pays; refused if its price is unknown."""
    yes: bool = False
    """Whether a run that costs more than the setting ``limits.confirm`` is confirmed."""
    idempotency_key: str = ""
    """With the same key and request, there is one run: it is continued or answered, and nothing is paid twice."""
    labels: tuple[str, ...] = ()
    """Labels of the run, besides those of the setting ``labels``."""
    again: bool = False
    """Whether the same request may run again without a notice."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> RunOptions:
        """Return the options of a call, typed or as text, by their names. Raises InputError with all problems."""
        problems: list[Problem] = []
        values = {name: value for name, value in given.items() if value is not None}
        if "max_cost" in values:
            cost = values["max_cost"]
            cost = read_number(cost) if isinstance(cost, str) else cost
            if isinstance(cost, bool) or not isinstance(cost, int | float | Decimal) or not 0 <= cost < float("inf"):
                text = "{max_cost} must be a number of at least 0, such as 2.5, not {given}."
                problems.append(Problem("cost.most", ("max_cost",), text, {"given": str(values["max_cost"])}))
            else:
                values["max_cost"] = Decimal(str(cost))
        if "labels" in values:
            values["labels"] = tuple(dict.fromkeys(map(str, values["labels"])))
            for label in values["labels"]:
                if wrong := wrong_label(label):
                    problems.append(
                        Problem("labels", ("labels",), f"{{labels}} {wrong}, not {{label}}.", {"label": label})
                    )
        if "idempotency_key" in values:
            key = values["idempotency_key"] = str(values["idempotency_key"])
            if not key or len(key) > _LONGEST_KEY or not key.isprintable():
                text = "{idempotency_key} must be 1 to {most} printable characters."
                problems.append(Problem("idempotency.key", ("idempotency_key",), text, {"most": _LONGEST_KEY}))
        if problems:
            raise InputError.of(problems)
        return cls(**values)

    def existing_files(self, usual: ExistingFiles) -> ExistingFiles:
        """Return what to do with existing files; ``usual`` if no option says it. Raises InputError for both options."""
        if self.overwrite and self.unique:
            names = ("overwrite", "unique")
            raise InputError.of([Problem("output.both", names, "{overwrite} and {unique} cannot be combined.")])
        return "overwrite" if self.overwrite else "unique" if self.unique else usual


_LONGEST_KEY = 200


def _switch(name: str, help: str, flag: str = "", group: str = "") -> FieldSpec:
    flag = flag or f"--{name.replace('_', '-')}"
    return FieldSpec(
        name, "switch", many=False, help=help, required=False, positional=False, flags=(flag,), json=camel(name),
        group=group,
    )  # fmt: skip


RUN_OPTIONS: Mapping[str, FieldSpec] = {
    spec.name: spec
    for spec in (
        _switch("dry_run", "Show what would be submitted and its price; submit nothing."),
        _switch("force", "Send an unknown model, and values that the model does not support."),
        _switch("overwrite", "Replace existing files."),
        _switch("save", "Save to the output folder if no path is given.", "--save/--no-save"),
        _switch("unique", "If the file exists, save under a numbered name."),
        FieldSpec(
            "max_cost", "number", many=False, help="Most that the run may cost, in the token that pays.",
            required=False, positional=False, flags=("--max-cost",), metavar="AMOUNT", least=0, json="maxCost",
            group=Group.PAYMENT,
        ),
        _switch("yes", "Confirm a run that costs more than the setting limits.confirm.", group=Group.PAYMENT),
        FieldSpec(
            "labels", "text", many=True, help="Label of the run, for lists, costs and limits.", required=False,
            positional=False, flags=("--label",), metavar="LABEL", json="labels", setting="labels",
        ),
        FieldSpec(
            "idempotency_key", "text", many=False,
            help="The same call with the same key is one run: it is continued or answered, and paid once.",
            required=False, positional=False, flags=("--idempotency-key",), metavar="KEY", json="idempotencyKey",
        ),
        _switch("again", "Do not mention that the same request ran a short time ago."),
    )
}  # fmt: skip
"""Options that front ends offer besides the fields of a mode, by their names in :class:`RunOptions`."""

_PAID = frozenset({"force", "max_cost", "yes", "labels", "idempotency_key", "again"})
"""Options that mean nothing for a mode that submits nothing."""


def run_options_of(*, paid: bool) -> Mapping[str, FieldSpec]:
    """Return the options of a run for a mode that is paid for, or for one that works on this machine alone."""
    return {name: spec for name, spec in RUN_OPTIONS.items() if paid or name not in _PAID}
