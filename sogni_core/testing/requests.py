"""Requests: every field is an argument or an option that people can find, type and understand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    PlainValidator,
    PydanticSchemaGenerationError,
    TypeAdapter,
    ValidationError,
    WrapValidator,
)
from pydantic.fields import FieldInfo

from sogni_core._engine.markers import fixed_fields, wrong_marks
from sogni_core._host.targets import describe, resolve
from sogni_core.errors import SogniError
from sogni_core.field import leaves
from sogni_core.plugin import Mode
from sogni_core.request import Argument, Option, Request
from sogni_core.testing.subject import Subject
from sogni_core.testing.targets import setting_exists

FIELDS = frozenset({"key", "on_progress", "name", "json_output", "quiet", "dry_run"})
"""Names that ``ctx.run``, ``app.run`` and the command line have for themselves."""

FLAGS = frozenset({"--json", "-q", "--quiet", "--dry-run", "--help", "--plugin", "--profile"})
"""Flags that every command has."""

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})


def findings(subject: Subject) -> Iterator[str]:
    """Yield what is wrong with the request models of a plugin's modes."""
    for mode in subject.records(Mode):
        try:
            model = resolve(subject.info, mode.request)
        except SogniError:
            continue  # said where targets are checked
        if isinstance(model, type) and issubclass(model, Request):
            yield from (f"mode {mode.name}: {finding}" for finding in _findings(subject, mode, model))


def _findings(subject: Subject, mode: Mode, model: type[Request]) -> Iterator[str]:
    unreadable = list(wrong_marks(model))
    if unreadable:
        yield from unreadable
        return
    yield from (
        *_fields(model),
        *_flags(model),
        *_settings(subject, model),
        *_typed(model),
        *_defaults(model),
        *_schema(subject, mode),
    )


def _fields(model: type[Request]) -> Iterator[str]:
    marks = list(model.markers())
    fixed = set(fixed_fields(model))
    for name in model.model_fields:
        own = [mark for marked, mark in marks if marked == name]
        count = len(own) + (name in fixed)
        if count != 1:
            yield f"field {name} must be marked once, as Argument, Option or Fixed; it is marked {count} times"
        if name in FIELDS:
            yield f"field {name} has a name that is taken: {', '.join(sorted(FIELDS))}"
        yield from (f"field {name} has no help" for mark in own if not mark.help.strip())


def _flags(model: type[Request]) -> Iterator[str]:
    taken: dict[str, str] = {}
    for name, mark in model.markers():
        if isinstance(mark, Argument):
            continue
        for flag in [spelling for both in mark.flags for spelling in both.split("/")]:
            if flag in FLAGS:
                yield f"flag {flag} of {name} is taken by every command"
            if flag in taken:
                yield f"flag {flag} belongs to {taken[flag]} and {name}"
            taken[flag] = name


def _settings(subject: Subject, model: type[Request]) -> Iterator[str]:
    for name, mark in model.markers():
        if not isinstance(mark, Option):
            continue
        if mark.setting is not None:
            yield from setting_exists(subject, mark.setting, f"option {name}")
            if not model.model_fields[name].is_required():
                yield f"option {name} has a default and the setting {mark.setting}: only the setting's would count"
        if mark.fills and mark.fills not in model.specs():
            yield f"option {name} fills {mark.fills!r}, which is no field"


def _typed(model: type[Request]) -> Iterator[str]:
    """Yield the fields whose values nobody can type: tables, models, lists of lists."""
    try:
        schema = model.model_json_schema()
    except Exception:  # noqa: BLE001 - said where the schema is made
        return
    for name, _ in model.markers():
        info = model.model_fields[name]
        if _reads_text(info) or _can_be_typed(schema["properties"][name], schema.get("$defs", {})):
            continue
        yield (
            f"field {name} cannot be typed on a command line: it must be text, a number, a switch, a choice, a path or"
            " a file, or a list of them; a pydantic BeforeValidator may make anything of text"
        )


def _defaults(model: type[Request]) -> Iterator[str]:
    """Yield the fields whose defaults are no values of theirs: pydantic uses defaults as they are."""
    for name, info in model.model_fields.items():
        if info.is_required() or info.default is None or info.default_factory is not None or _reads_text(info):
            continue
        kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        with suppress(PydanticSchemaGenerationError):  # said where the schema is made
            try:
                TypeAdapter(kind).validate_python(info.default)
            except ValidationError as error:
                yield f"field {name} has a default that it does not accept: {error.errors()[0]['msg']}"


def _reads_text(info: FieldInfo) -> bool:
    """Whether a validator of the field, or of the model that it holds, sees the text before pydantic does."""
    if any(isinstance(mark, BeforeValidator | PlainValidator | WrapValidator) for mark in info.metadata):
        return True
    for kind in leaves(info.annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            validators = kind.__pydantic_decorators__.model_validators.values()
            return any(validator.info.mode in ("before", "wrap") for validator in validators)
    return False


def _can_be_typed(schema: Mapping[str, Any], definitions: Mapping[str, Any], *, many: bool = True) -> bool:
    if "$ref" in schema:
        return _can_be_typed(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions, many=many)
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if choices:
        return any(_can_be_typed(one, definitions, many=many) for one in choices)
    if schema.get("type") == "array":
        items = [schema["items"]] if isinstance(schema.get("items"), Mapping) else schema.get("prefixItems", ())
        return many and all(_can_be_typed(one, definitions, many=False) for one in items)
    return schema.get("type") not in ("object", "null")


def _schema(subject: Subject, mode: Mode) -> Iterator[str]:
    name = mode.name if subject.is_core else f"{subject.name}:{mode.name}"
    try:
        schema = subject.app.schema(name)
        json.dumps(schema, allow_nan=False)
    except Exception as error:  # noqa: BLE001 - whatever a model of others does
        yield f"its JSON Schema cannot be made: {describe(error)}"
        return
    definitions = schema.get("$defs", {})
    yield from (f"its JSON Schema: {reason}" for reason in _invalid(schema, definitions, "#"))


def _invalid(schema: Any, definitions: Mapping[str, Any], place: str) -> Iterator[str]:
    """Yield what JSON Schema, draft 2020-12, does not allow among the keywords that pydantic writes."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, Mapping):
        yield f"{place} is neither an object nor true or false"
        return
    kinds = schema.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind not in TYPES:
            yield f"{place} has the unknown type {kind!r}"
    reference = schema.get("$ref")
    if reference is not None and reference.removeprefix("#/$defs/") not in definitions:
        yield f"{place} refers to {reference}, which is not there"
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in properties:
            yield f"{place} requires {name!r}, which is no property"
    for keyword in ("properties", "$defs", "patternProperties"):
        for name, inner in schema.get(keyword, {}).items():
            yield from _invalid(inner, definitions, f"{place}/{keyword}/{name}")
    for keyword in ("anyOf", "allOf", "oneOf", "prefixItems"):
        for number, inner in enumerate(schema.get(keyword, ())):
            yield from _invalid(inner, definitions, f"{place}/{keyword}/{number}")
    for keyword in ("items", "additionalProperties", "not"):
        if keyword in schema:
            yield from _invalid(schema[keyword], definitions, f"{place}/{keyword}")
