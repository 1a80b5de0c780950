"""JSON Schemas of the answers of front ends: results, plans and errors. They allow additional fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sogni_core.errors import CODES

JsonSchema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_TEXT: JsonSchema = {"type": "string"}
_TEXTS: JsonSchema = {"type": "array", "items": _TEXT}
_WARNINGS: JsonSchema = {**_TEXTS, "description": "Sentences for people."}
_NUMBER_OR_NULL: JsonSchema = {"type": ["number", "null"]}
_COST: JsonSchema = {
    "type": ["object", "null"],
    "properties": {
        "token": _TEXT,
        "estimated": {"type": "number", "description": "The price, or what the network said that it charged."},
        "left": {"type": "number", "description": "Balance afterwards; only if the network said it."},
    },
    "description": "What the run costs; null if the network named no price.",
}
_TEXT_OR_NULL: JsonSchema = {"type": ["string", "null"]}
_OUTPUT: JsonSchema = {
    "type": "object",
    "properties": {
        "key": {**_TEXT, "description": "Name of the step."},
        "index": {"type": "integer", "description": "Place among the outputs of the step, from 0."},
        "path": {**_TEXT_OR_NULL, "description": "Absolute path; null if it was not saved."},
        "url": _TEXT_OR_NULL,
        "seed": {"type": ["integer", "null"]},
        "width": _NUMBER_OR_NULL,
        "height": _NUMBER_OR_NULL,
        "seconds": _NUMBER_OR_NULL,
        "sha256": _TEXT_OR_NULL,
    },
}


def output_schemas(codes: Iterable[str] = CODES) -> dict[str, JsonSchema]:
    """Return the schemas by name: ``result``, ``plan`` and ``error``.

    ``codes``: names of the error codes that can occur, ``app.error_codes``; by default those of the core alone.
    """
    error = _error(codes)
    return {"result": _result(error["properties"]), "plan": _plan(), "error": error}


def _object(title: str, description: str, properties: JsonSchema, required: list[str]) -> JsonSchema:
    return {
        "$schema": DRAFT,
        "title": title,
        "description": description,
        "type": "object",
        "properties": properties,
        "required": required,
    }


def _result(error: JsonSchema) -> JsonSchema:
    partial = {
        name: error[name] for name in ("error", "errorCode", "errorDetails", "hint", "retryable", "mayChargeAgain")
    }
    return _object(
        "result",
        "What a run produced. If some outputs are missing, success is false and the fields of an error are there too.",
        {
            "success": {"type": "boolean", "description": "Whether every output is there."},
            "type": {**_TEXT, "description": "Media of the outputs, or the mode's own name for its result."},
            "prompt": _TEXT,
            "model": _TEXT,
            "width": {"type": "integer"},
            "height": {"type": "integer"},
            "seed": {"type": ["integer", "null"], "description": "Seed of the first output."},
            "seedStrategy": {"enum": ["prompt-hash", "random", None]},
            "seeds": {"type": "array", "items": {"type": ["integer", "null"]}},
            "urls": {**_TEXTS, "description": "Where the network keeps the outputs, for 24 hours."},
            "localPath": {"type": ["string", "null"], "description": "Absolute path of the first saved file."},
            "tokenType": {"enum": ["spark", "sogni"]},
            "localPaths": {**_TEXTS, "description": "Absolute paths of all saved files."},
            "runId": {**_TEXT, "description": "Id of the run; empty for a mode that works on this machine alone."},
            "projectIds": {**_TEXTS, "description": "Ids of the paid projects on the network."},
            "network": _TEXT,
            "cost": _COST,
            "warnings": _WARNINGS,
            **partial,
        },
        ["success", "type", "localPaths", "runId", "projectIds", "network", "cost", "warnings"],
    )


def _plan() -> JsonSchema:
    price = {"type": ["object", "null"], "properties": {"token": _TEXT, "amount": {"type": "number"}}}
    project = {
        "type": "object",
        "properties": {
            "key": {**_TEXT, "description": "Name of the step, unique in its run."},
            "media": _TEXT,
            "model": _TEXT,
            "prompt": _TEXT,
            "count": {"type": "integer", "minimum": 1},
            "width": _NUMBER_OR_NULL,
            "height": _NUMBER_OR_NULL,
            "seed": {"type": ["integer", "null"]},
            "steps": _NUMBER_OR_NULL,
            "guidance": _NUMBER_OR_NULL,
            "assets": {"type": "object", "additionalProperties": _TEXT, "description": "Slot to file or URL."},
            "files": {**_TEXTS, "description": "Where the outputs would be saved."},
            "price": price,
        },
        "required": ["key", "media", "model", "prompt", "count", "seed", "assets", "files", "price"],
    }
    return _object(
        "plan",
        "What a run would submit; nothing was sent.",
        {
            "success": {"const": True},
            "type": {"const": "plan"},
            "mode": _TEXT,
            "workflow": _TEXT,
            "projects": {"type": "array", "items": project},
            "price": {**price, "description": "The sum; null unless every project has a price."},
            "network": _TEXT,
            "warnings": _WARNINGS,
        },
        ["success", "type", "mode", "workflow", "projects", "price", "network", "warnings"],
    )


def _error(codes: Iterable[str]) -> JsonSchema:
    code = {"enum": sorted(codes)}
    problem = {
        "type": "object",
        "properties": {
            "rule": {**_TEXT, "description": "Stable id of the rule."},
            "field": {"type": ["string", "null"], "description": "The field to change first."},
            "fields": _TEXTS,
            "error": _TEXT,
            "errorCode": code,
            "hint": _TEXT,
        },
        "required": ["rule", "field", "fields", "error", "errorCode"],
    }
    return _object(
        "error",
        "Why there is no result.",
        {
            "success": {"const": False},
            "error": {**_TEXT, "description": "One sentence for people."},
            "errorCode": code,
            "field": {"type": ["string", "null"], "description": "The field to change first, if options are wrong."},
            "errorDetails": {"type": "object"},
            "hint": {**_TEXT, "description": "What to do."},
            "problems": {"type": "array", "items": problem, "description": "All that is wrong with the options."},
            "retryable": {"type": "boolean", "description": "Whether the same call can succeed later."},
            "mayChargeAgain": {"type": "boolean", "description": "Whether repeating the call may cost money."},
            "runId": {**_TEXT, "description": "Id of the run, if one had begun."},
            "outputs": {"type": "array", "items": _OUTPUT, "description": "What is there of the run."},
            "localPaths": {**_TEXTS, "description": "Absolute paths of what was saved."},
            "cost": _COST,
            "plugin": {**_TEXT, "description": "Plugin that caused the error, with distribution and version."},
        },
        ["success", "error", "errorCode", "retryable", "mayChargeAgain"],
    )
