"""Check that what a hook returned is a record of the right type, whose names and targets have the right form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.targets import RESOURCE, TARGET
from sogni_core.errors import CODES, PluginError
from sogni_core.plugin import (
    RECORDS,
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

HOOKS: Mapping[str, type] = {
    "sogni_modes": Mode,
    "sogni_workflows": Workflow,
    "sogni_validators": Validator,
    "sogni_settings": Settings,
    "sogni_commands": Command,
    "sogni_networks": Network,
    "sogni_models": Model,
    "sogni_media": Medium,
    "sogni_errors": ErrorCode,
    "sogni_observers": Observer,
    "sogni_credentials": CredentialSource,
    "sogni_finishers": Finisher,
}
"""Hook to the record it returns."""

assert set(HOOKS.values()) == set(RECORDS)

FLAG = re.compile(r"--?[a-zA-Z0-9][a-zA-Z0-9-]*")
"""Form of a flag."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WORDS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*( [a-z0-9]+(-[a-z0-9]+)*)?")
_SECTION = re.compile(r"([a-z][a-z0-9_]*)?")
_ID = re.compile(r"[^\s\x00-\x1f\x7f]+")
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_KIND = re.compile(r"[a-z]+")
_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
_CLASS = re.compile("|".join(sorted({code.kind for code in CODES.values()})))
_SENTENCE = re.compile(r".*\S.*\.")

_FORMS: Mapping[tuple[type, str], re.Pattern[str]] = {
    (Mode, "name"): _NAME,
    (Mode, "request"): TARGET,
    (Mode, "workflow"): TARGET,
    (Mode, "flat"): FLAG,
    (Mode, "needs"): TARGET,
    (Mode, "skill"): RESOURCE,
    (Workflow, "mode"): _NAME,
    (Workflow, "name"): _NAME,
    (Workflow, "target"): TARGET,
    (Workflow, "aliases"): _NAME,
    (Validator, "target"): TARGET,
    (Validator, "projects"): TARGET,
    (Settings, "section"): _SECTION,
    (Settings, "model"): TARGET,
    (Command, "name"): _WORDS,
    (Command, "target"): TARGET,
    (Network, "name"): _NAME,
    (Network, "target"): TARGET,
    (Model, "id"): _ID,
    (Medium, "name"): _NAME,
    (Medium, "project"): TARGET,
    (Medium, "builder"): TARGET,
    (Medium, "formats"): _CONTENT_TYPE,
    (Medium, "slots"): _KIND,
    (Medium, "decoder"): TARGET,
    (Medium, "placeholder"): TARGET,
    (Medium, "estimate"): TARGET,
    (ErrorCode, "name"): _CODE,
    (ErrorCode, "kind"): _CLASS,
    (ErrorCode, "meaning"): _SENTENCE,
    (Observer, "name"): _NAME,
    (Observer, "before_submit"): TARGET,
    (Observer, "after_step"): TARGET,
    (Observer, "after_run"): TARGET,
    (CredentialSource, "name"): _NAME,
    (CredentialSource, "target"): TARGET,
    (CredentialSource, "networks"): _NAME,
    (Finisher, "name"): _NAME,
    (Finisher, "target"): TARGET,
    (Finisher, "media"): _NAME,
    (Finisher, "fails"): re.compile("loudly|warning"),
}

_ONE_OF: Mapping[type, tuple[str, ...]] = {
    Validator: ("target", "projects"),
    Observer: ("before_submit", "after_step", "after_run"),
}
"""Record to fields of which at least one has to be given."""

Type = Callable[[object], bool]
"""Whether a value is of a type."""

TYPES: Mapping[str, Type] = {
    "bool": lambda value: isinstance(value, bool),
    "str": lambda value: isinstance(value, str),
    "str | None": lambda value: value is None or isinstance(value, str),
    "int": lambda value: isinstance(value, int),
    "float": lambda value: isinstance(value, int | float),
    "float | None": lambda value: value is None or isinstance(value, int | float),
    "tuple[str, ...]": lambda value: _many(value, str),
    "Mapping[str, str]": lambda value: _maps(value, lambda item: isinstance(item, str)),
    "Mapping[str, str | tuple[str, ...]]": lambda value: _maps(
        value, lambda item: isinstance(item, str) or _many(item, str)
    ),
    "Mapping[str, float | tuple[float, float]]": lambda value: _maps(
        value, lambda item: isinstance(item, int | float) or (_many(item, int | float) and len(item) == 2)
    ),
    "Mapping[str, float | str]": lambda value: _maps(value, _plain),
    "Mapping[str, float | str | Mapping[str, float | str]]": lambda value: _maps(
        value, lambda item: _plain(item) or _maps(item, _plain)
    ),
}
"""Annotation of a record's field to whether a value is of that type."""


def targets_of(record: Any) -> Iterator[tuple[str, str]]:
    """Yield the fields of a record that are targets, and the targets; a field that is None is left out."""
    for (kind, name), form in _FORMS.items():
        if kind is type(record) and form is TARGET and getattr(record, name) is not None:
            yield name, getattr(record, name)


def resource_of(record: Any) -> str | None:
    """Return the file in a package that a record names, ``"package:file.md"``; None if it names none."""
    names = [name for (kind, name), form in _FORMS.items() if kind is type(record) and form is RESOURCE]
    return getattr(record, names[0]) if names else None


def _many(value: Any, kind: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, kind) for item in value)


def _plain(value: object) -> bool:
    return isinstance(value, int | float | str)


def _maps(value: object, of_type: Callable[[Any], bool]) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) and of_type(item) for key, item in value.items())


def check_record(plugin: PluginInfo, hook: str, record: object) -> Any:
    """Return the record, or raise PluginError PLUGIN_HOOK that says what is wrong with it."""
    wanted = HOOKS[hook]

    def refuse(reason: str) -> PluginError:
        return PluginError("PLUGIN_HOOK", f"Plugin {plugin.label}: {hook}: {reason}", plugin=plugin.label)

    if type(record) is not wanted:
        raise refuse(f"must return {wanted.__name__} records, not {type(record).__name__}.")
    for name, info in wanted.__dataclass_fields__.items():  # type: ignore[attr-defined]
        value = getattr(record, name)
        if not TYPES[info.type](value):
            raise refuse(f"{wanted.__name__}.{name} must be {info.type}, not {value!r:.80}.")
        form = _FORMS.get((wanted, name))
        for text in _texts(value):
            if form is not None and not form.fullmatch(text):
                raise refuse(f"{wanted.__name__}.{name} must look like {form.pattern!r}, not {text!r:.80}.")
    if isinstance(record, Medium) and not (record.formats and all(map(_NAME.fullmatch, record.formats))):
        raise refuse(f"Medium.formats must name at least one format, such as 'png', not {record.formats!r:.80}.")
    names = _ONE_OF.get(wanted, ())
    if names and all(getattr(record, name) is None for name in names):
        raise refuse(f"{wanted.__name__} needs at least one of {', '.join(names)}.")
    return record


def _texts(value: object) -> Iterable[Any]:
    """Return the texts in a value; of a mapping its values."""
    if isinstance(value, Mapping):
        return value.values()
    return (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
