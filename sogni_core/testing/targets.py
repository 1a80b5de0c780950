"""Every target resolves, and to what its record says."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import tomli_w
import typer
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from sogni_core._engine.announcements import strangers
from sogni_core._host.targets import describe, read_text, resolve
from sogni_core.errors import SogniError
from sogni_core.plugin import (
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
    Validator,
    Workflow,
)
from sogni_core.request import Request
from sogni_core.settings import schema
from sogni_core.testing.subject import Subject
from sogni_core.text import nearest

SAMPLINGS = ("comfy", "legacy", "")

LONGEST_LEAD = 40
"""Lines of a mode's text that stand in the skill itself: agents read those of all modes at once."""


def findings(subject: Subject) -> Iterator[str]:
    """Yield the targets that are missing or are something else, and what records say that is not so."""
    for mode in subject.records(Mode):
        yield from _is(subject, f"mode {mode.name}: request", mode.request, _no_request)
        if mode.workflow is not None:
            yield from _is(subject, f"mode {mode.name}: workflow", mode.workflow, _no_workflow)
        elif not _workflows(subject, mode.name):
            yield f"mode {mode.name} has no workflow: give it one, or register Workflow records for it"
        if mode.needs is not None:
            yield from _is(subject, f"mode {mode.name}: needs", mode.needs, _no_look)
        if mode.skill is not None:
            yield from _skill(subject, mode.skill)
    for workflow in subject.records(Workflow):
        yield from _is(subject, f"workflow {workflow.mode}:{workflow.name}", workflow.target, _no_workflow)
        yield from _accepts(subject, workflow)
        yield from _lines(subject, workflow)
        yield from _keys(subject, workflow)
    for validator in subject.records(Validator):
        for target in filter(None, (validator.target, validator.projects)):
            yield from _is(subject, "validator", target, _no_rule)
    for observer in subject.records(Observer):
        for target in filter(None, (observer.before_submit, observer.after_step, observer.after_run)):
            yield from _is(subject, f"observer {observer.name}", target, partial(_no_function, count=2))
    for source in subject.records(CredentialSource):
        yield from _is(subject, f"credential source {source.name}", source.target, _no_source)
    for finisher in subject.records(Finisher):
        what = f"finisher {finisher.name}"
        yield from _is(subject, what, finisher.target, partial(_no_function, count=2))
    for settings in subject.records(Settings):
        yield from _is(subject, f"settings [{settings.section}]", settings.model, partial(_no_table, settings))
    for command in subject.records(Command):
        yield from _is(subject, f"command {command.name}", command.target, _no_command)
    for network in subject.records(Network):
        yield from _is(subject, f"network {network.name}", network.target, _no_network)
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


def _is(subject: Subject, what: str, target: str, wrong: Callable[[Any], Iterator[str]]) -> Iterator[str]:
    try:
        found = resolve(subject.info, target)
    except SogniError as error:
        yield f"{what}: {error.message}"
        return
    yield from (f"{what}: {target} {reason}" for reason in wrong(found))


def _skill(subject: Subject, resource: str) -> Iterator[str]:
    try:
        text = read_text(subject.info, resource)
    except SogniError as error:
        yield error.message
        return
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


def _no_request(found: Any) -> Iterator[str]:
    if not (isinstance(found, type) and issubclass(found, Request)):
        yield "is not a subclass of sogni_core.request.Request"


def _no_workflow(found: Any) -> Iterator[str]:
    if not inspect.iscoroutinefunction(found):
        yield "is not an async function"
    elif not takes(found, 2):
        yield "does not take two arguments, (ctx, request)"


def _no_rule(found: Any) -> Iterator[str]:
    if not callable(found) or inspect.iscoroutinefunction(found):
        yield "is not a plain function"
    elif not takes(found, 2):
        yield "does not take two arguments, (request, facts)"


def _no_function(found: Any, count: int) -> Iterator[str]:
    if not callable(found):
        yield "is not a function"
    elif not takes(found, count):
        yield f"does not take {count} arguments"


def _no_source(found: Any) -> Iterator[str]:
    if not callable(found) or inspect.iscoroutinefunction(found):
        yield "is not a plain function"
    elif not takes(found, 1):
        yield "does not take one argument, the name of the network"


def _no_look(found: Any) -> Iterator[str]:
    if not callable(found) or inspect.iscoroutinefunction(found):
        yield "is not a plain function"
    elif not takes(found, 0):
        yield "takes arguments"


def _no_command(found: Any) -> Iterator[str]:
    if not (isinstance(found, typer.Typer) or callable(found)):
        yield "is neither a function nor a typer app"


def _no_network(found: Any) -> Iterator[str]:
    if not callable(found):
        yield "is not callable"
        return
    try:
        # The host hands the plugin's own settings to a function that has a parameter of this name, and nothing else.
        settings = {"settings": None} if "settings" in inspect.signature(found).parameters else {}
        inspect.signature(found).bind(**settings)
    except TypeError:
        yield "takes arguments; it may take settings and nothing else"


def takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function can be called with so many arguments."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


def _no_table(settings: Settings, found: Any) -> Iterator[str]:
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        yield "is not a pydantic model"
        return
    for name, info in found.model_fields.items():
        if info.is_required():
            yield f"has no default for {name}"
        if not info.description:
            yield f"has no description of {name}"
    if any(info.is_required() for info in found.model_fields.values()):
        return
    try:
        tomli_w.dumps(to_jsonable_python(found().model_dump(exclude_none=True)))
    except Exception as error:  # noqa: BLE001 - whatever a model of others does
        yield f"does not give defaults that fit into TOML: {describe(error)}"
    for key, fed in settings.openclaw.items():
        for name in (fed,) if isinstance(fed, str) else fed:
            path = tuple(name.split("."))
            if schema.at(found, path) is schema.MISSING:
                yield f"has no field {name!r}, which OpenClaw's {key!r} should feed"
            elif schema.is_secret(found, path):
                yield f"lets OpenClaw's {key!r} feed {name!r}, a secret: it would never be taken from there"


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
            "registers it, name that plugin in beside"
        )
    if model.sampling not in SAMPLINGS:
        yield f"model {model.id}: sampling must be comfy, legacy or empty, not {model.sampling!r}"
    if model.workflow is not None and len(model.workflow.split(":")) != 2:
        yield f"model {model.id}: workflow must be written mode:name, not {model.workflow!r}"
