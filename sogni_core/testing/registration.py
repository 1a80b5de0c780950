"""Hooks conform to the specs, records to their types, and names are free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace

import pluggy

from sogni_core import plugin as hookspecs
from sogni_core._host.record_check import HOOKS, check_record
from sogni_core._host.targets import describe
from sogni_core.errors import SogniError
from sogni_core.plugin import (
    PROJECT,
    Command,
    CredentialSource,
    ErrorCode,
    Finisher,
    Medium,
    Mode,
    Model,
    Network,
    Observer,
    Settings,
    Workflow,
)
from sogni_core.testing.subject import Subject
from sogni_core.text import nearest


def findings(subject: Subject) -> Iterator[str]:
    """Yield what is wrong with the hooks and records of a plugin."""
    if not subject.implementations:
        yield f"{subject.module.__name__} implements no hook: mark its functions with hookimpl"
    for hook in subject.implementations:
        wrong = [*_unfit(subject, hook)]
        yield from wrong or _ill_formed(subject, hook)
    yield from _twice(subject)
    yield from (problem.message for problem in subject.info.problems)
    yield from (f"loading it warns: {warning}" for warning in subject.info.warnings)
    if subject.info.failure is not None:
        yield subject.info.failure.message


def _unfit(subject: Subject, hook: str) -> Iterator[str]:
    """Ask pluggy about one hook alone, so that one that does not fit hides no other."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(SimpleNamespace(**{hook: subject.implementations[hook]}), subject.name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        if hook in HOOKS:
            yield f"{hook}: {describe(error)}"
        else:
            close = nearest(hook, HOOKS)
            yield f"{hook} is no hook" + (f": did you mean {close}?" if close else f"; there are: {', '.join(HOOKS)}")


def _ill_formed(subject: Subject, hook: str) -> Iterator[str]:
    try:
        records = subject.asked(hook)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - other people's code
        yield f"{hook}: {describe(error)}"
        return
    for record in records:
        try:
            check_record(subject.info, hook, record)
        except SogniError as error:
            yield error.message


def _twice(subject: Subject) -> Iterator[str]:
    """Yield the names that the plugin gives away more than once: the host minds only those of two plugins."""
    names = Counter(
        [("command", record.name) for kind in (Mode, Command) for record in subject.records(kind)]
        + [("workflow", f"{record.mode}:{record.name}") for record in subject.records(Workflow)]
        + [("network", record.name) for record in subject.records(Network)]
        + [("settings section", record.section) for record in subject.records(Settings)]
        + [("model", record.id) for record in subject.records(Model)]
        + [("medium", record.name) for record in subject.records(Medium)]
        + [("error code", record.name) for record in subject.records(ErrorCode)]
        + [("observer", record.name) for record in subject.records(Observer)]
        + [("credential source", record.name) for record in subject.records(CredentialSource)]
        + [("finisher", record.name) for record in subject.records(Finisher)]
    )
    yield from (f"{what} {name!r} is registered {count} times" for (what, name), count in names.items() if count > 1)
