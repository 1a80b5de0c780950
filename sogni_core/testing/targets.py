"""Every target resolves, and to what its record says."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import tomli_w
from pydantic_core import to_jsonable_python

from sogni_core._engine.announcements import strangers
from sogni_core._host.registry import Owned
from sogni_core._host.settings_model import unfit
from sogni_core._host.target_check import broken_targets, unfit_among_others
from sogni_core._host.targets import describe, read_text, resolve
from sogni_core.errors import SogniError
from sogni_core.plugin import RECORDS, ErrorCode, Medium, Mode, Model, Settings, Workflow
from sogni_core.request import Request
from sogni_core.settings import schema
from sogni_core.testing.subject import Subject
from sogni_core.text import nearest

SAMPLINGS = ("comfy", "legacy", "")

LONGEST_LEAD = 40
"""Lines of a mode's text that stand in the skill itself: agents read those of all modes at once."""


def findings(subject: Subject) -> Iterator[str]:
    """Yield the targets that are missing or are something else, and what records say that is not so."""
    for kind in RECORDS:
        for record in subject.records(kind) if kind is not Medium else ():  # media have a check of their own
            owned: Owned[Any] = Owned(subject.info, record)
            for finding in (*broken_targets(owned), *unfit_among_others(owned, subject.host.registry)):
                yield f"{finding.record}: {finding.reason}"
    for mode in subject.records(Mode):
        if mode.workflow is None and not _workflows(subject, mode.name):
            yield f"mode {mode.name} has no workflow: give it one, or register Workflow records for it"
        if mode.skill is not None:
            yield from _skill(subject, mode.skill)
    for workflow in subject.records(Workflow):
        yield from _accepts(subject, workflow)
        yield from _lines(subject, workflow)
        yield from _defaults(subject, workflow)
        yield from _keys(subject, workflow)
    for settings in subject.records(Settings):
        yield from (f"settings [{settings.section}]: {reason}" for reason in _table(subject, settings))
    for model in subject.records(Model):
        yield from _model(subject, model)
    yield from _unregistered(subject)


def _unregistered(subject: Subject) -> Iterator[str]:
    """Yield the error codes that the plugin's modules define, so far as they were imported, and nobody registered."""
    package = subject.module.__name__.partition(".")[0]
    codes = subject.host.registry.error_codes
    modules = [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] == package]
    found = {value.name for module in modules for value in vars(module).values() if isinstance(value, ErrorCode)}
    yield from (f"error code {name} is not registered; add it with sogni_errors" for name in sorted(found - set(codes)))


def _skill(subject: Subject, resource: str) -> Iterator[str]:
    try:
        text = read_text(subject.info, resource)
    except SogniError:
        return  # said where targets are resolved
    title, _, rest = text.partition("\n")
    if not title.startswith("# "):
        yield f"{resource} does not begin with a heading, # …"
    lead = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0].strip()
    if not lead:
        yield f"{resource} says nothing before its first ##"
    elif lead.count("\n") >= LONGEST_LEAD:
        yield f"{resource} has more than {LONGEST_LEAD} lines before its first ##: put details below one"
    if len(re.findall(r"^```", text, re.MULTILINE)) % 2:
        yield f"{resource} has a code block that is not closed"


def _table(subject: Subject, settings: Settings) -> Iterator[str]:
    try:
        found = resolve(subject.info, settings.model)
    except SogniError:
        return
    if next(unfit(found), None) is not None:
        return  # both are said where targets are resolved
    for name, info in found.model_fields.items():
        if not info.description:
            yield f"{settings.model} has no description of {name}"
    try:
        tomli_w.dumps(to_jsonable_python(found().model_dump(exclude_none=True)))
    except Exception as error:  # noqa: BLE001 - whatever a model of others does
        yield f"{settings.model} does not give defaults that fit into TOML: {describe(error)}"
    for key, fed in settings.openclaw.items():
        for name in (fed,) if isinstance(fed, str) else fed:
            path = tuple(name.split("."))
            if schema.at(found, path) is schema.MISSING:
                yield f"{settings.model} has no field {name!r}, which OpenClaw's {key!r} should feed"
            elif schema.is_secret(found, path):
                yield f"{settings.model} lets OpenClaw's {key!r} feed {name!r}, a secret: it is never taken from there"


def _workflows(subject: Subject, mode: str) -> bool:
    return any(owned.record.mode == mode for owned in subject.host.registry.every(Workflow))


def _accepts(subject: Subject, workflow: Workflow) -> Iterator[str]:
    """Yield the asset fields that a workflow accepts and its mode's request does not have."""
    for model in _requests(subject, workflow.mode):
        known = getattr(model, "model_fields", {})
        for name in workflow.accepts:
            if name not in known:
                close = nearest(name, known)
                yield (
                    f"workflow {workflow.mode}:{workflow.name} accepts {name!r}, which its mode's request has not"
                    + (f": did you mean {close!r}?" if close else "")
                )


def _lines(subject: Subject, workflow: Workflow) -> Iterator[str]:
    """Yield the names in a workflow's lines about its progress that mean nothing."""
    for model in _requests(subject, workflow.mode):
        try:
            unknown = list(strangers(workflow, model))
        except ValueError as error:
            unknown = [describe(error)]
        for name in unknown:
            yield f"workflow {workflow.mode}:{workflow.name} announces or completes with {name!r}, which is not there"


def _defaults(subject: Subject, workflow: Workflow) -> Iterator[str]:
    """Yield the options that a workflow gives a default and its mode's request does not have: they do nothing."""
    for model in _requests(subject, workflow.mode):
        known = getattr(model, "model_fields", {})
        for name in workflow.defaults:
            if name not in known:
                close = nearest(name, known)
                hint = f": did you mean {close!r}?" if close else ""
                what = f"workflow {workflow.mode}:{workflow.name} has a default for {name!r}"
                yield f"{what}, which its mode's request has not{hint}"


def _requests(subject: Subject, mode: str) -> Iterator[type[Request]]:
    for owned in subject.host.registry.every(Mode):
        if owned.record.name == mode:
            with suppress(SogniError):  # said where the mode is checked
                yield resolve(owned.plugin, owned.record.request)


def _keys(subject: Subject, workflow: Workflow) -> Iterator[str]:
    for key in (workflow.model_setting, workflow.timeout_setting):
        if key is not None:
            yield from setting_exists(subject, key, f"workflow {workflow.mode}:{workflow.name}")


def setting_exists(subject: Subject, key: str, what: str) -> Iterator[str]:
    """Yield a finding if no table has this key."""
    try:
        subject.app.settings.locate(key)
    except SogniError as error:
        yield f"{what} names a setting that does not exist: {error.message}"


def _model(subject: Subject, model: Model) -> Iterator[str]:
    media = sorted(owned.record.name for owned in subject.host.registry.every(Medium))
    if model.media not in media:
        yield (
            f"model {model.id}: media must be one of {', '.join(media)}, not {model.media!r}; if another plugin "
            "registers it, name that plugin in builds_on"
        )
    if model.sampling not in SAMPLINGS:
        yield f"model {model.id}: sampling must be comfy, legacy or empty, not {model.sampling!r}"
    if model.workflow is not None and len(model.workflow.split(":")) != 2:
        yield f"model {model.id}: workflow must be written mode:name, not {model.workflow!r}"
    elif model.workflow is not None:
        mode, _, name = model.workflow.partition(":")
        there = {owned.record.name for owned in subject.host.registry.every(Workflow) if owned.record.mode == mode}
        modes = [owned.record for owned in subject.host.registry.every(Mode) if owned.record.name == mode]
        there |= {mode for record in modes if record.workflow is not None}
        # The mode of another plugin need not be there; see beside.
        if modes and name not in there:
            yield f"model {model.id}: the mode {mode!r} has no workflow {name!r}; it has {', '.join(sorted(there))}"
