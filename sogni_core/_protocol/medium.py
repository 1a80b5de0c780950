"""A medium ready for use: its record, and its targets as functions, each imported when it is first called."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import urlencode

from sogni_core.errors import InputError, PluginError
from sogni_core.media.file_check import FileFacts, check_file
from sogni_core.media.sampling import SamplerForm
from sogni_core.plugin import Medium
from sogni_core.project import Project

Load = Callable[[str, type], Callable[..., Any]]
"""Imports a target; the function that it returns raises PluginError if the plugin's raises what is no SogniError, or
returns another type than this one."""


class LoadedMedium:
    """What the core asks of a kind of project. Every method may raise PluginError with the plugin's name."""

    def __init__(self, record: Medium, plugin: str, load: Load) -> None:
        """``plugin``: label of the plugin that registered it."""
        self.record = record
        self.name = record.name
        self._plugin = plugin
        self._load = load

    @property
    def kind(self) -> str:
        """Kind of its files, ``image``, ``audio``, ``video``, by the content type of its first format."""
        return next(iter(self.record.formats.values())).partition("/")[0]

    def format(self, project: Project) -> str:
        """Return the output format of a project: its own, else the first."""
        return project.output_format or next(iter(self.record.formats))

    def content_type(self, project: Project) -> str:
        """Return the content type that a project's outputs should have; empty for a format that is not its own."""
        return self.record.formats.get(self.format(project), "")

    def slot_kind(self, slot: str) -> str:
        """Return the kind of file that an upload slot holds."""
        return self.record.slots.get(slot, "image")

    def key_frame(self, project: Project, form: SamplerForm) -> dict[str, Any]:
        """Return the values of the key frame that only this kind has. Raises InputError for a project it refuses."""
        values: dict[str, Any] = self._builder(project, form)
        try:
            json.dumps(values, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            text = f"Plugin {self._plugin}: {self.record.builder} returned what is not JSON: {error}"
            raise PluginError("PLUGIN_HOOK", text, plugin=self._plugin) from None
        return values

    def estimate_path(self, project: Project, network: str) -> str:
        """Return path and query of a project's estimate; ``network`` counts unless the project names its own.

        Raises InputError INVALID_ARGUMENT for a kind that has none, and for a project that does not say enough.
        """
        if self.record.estimate is None:
            raise InputError("INVALID_ARGUMENT", f"There is no price estimate for {self.name} projects.")
        path: str = self._load(self.record.estimate, str)(project, project.network or network)
        if project.billing_mode is None:
            return path
        return f"{path}{'&' if '?' in path else '?'}{urlencode({'billingMode': project.billing_mode})}"

    def prepare(self) -> None:
        """Import what checking a result takes. Blocks: call it in a thread."""
        _ = self._decoder

    def decode(self, path: Path) -> FileFacts:
        """Check a result. Raises InputError UNSUPPORTED_MEDIA. Blocks: call it in a thread."""
        if self._decoder is None:
            return check_file(path, self.kind)
        facts: FileFacts = self._decoder(path)
        return facts

    def placeholder(self, project: Project, path: Path) -> FileFacts | None:
        """Write a stand-in for an output; None if this kind has none, and nothing is written."""
        if self.record.placeholder is None:
            return None
        facts: FileFacts = self._load(self.record.placeholder, FileFacts)(project, path)
        return facts

    def details(self, project: Project) -> dict[str, str | float | None]:
        """Return the fields of a project that say how long its outputs are, by name."""
        fields = self._length_fields(project)
        return {name: value if isinstance(value, str | int | float | None) else str(value) for name, value in fields}

    def length(self, project: Project) -> str:
        """Say how long a project's outputs are; empty where it leaves that to the service."""
        fields = dict(self._length_fields(project))
        if any(value is None for value in fields.values()):
            return ""
        try:
            return self.record.length.format(**fields)
        except Exception as error:
            raise self._broken_length(error) from error

    def _length_fields(self, project: Project) -> list[tuple[str, Any]]:
        try:
            names = [name for _, name, _, _ in Formatter().parse(self.record.length) if name]
            return [(name, getattr(project, name)) for name in names]
        except (ValueError, AttributeError) as error:
            raise self._broken_length(error) from error

    def _broken_length(self, error: Exception) -> PluginError:
        text = f"Plugin {self._plugin}: the length of medium {self.name!r} cannot be told: {error}"
        return PluginError("PLUGIN_HOOK", text, plugin=self._plugin)

    @cached_property
    def _builder(self) -> Callable[[Project, SamplerForm], dict[str, Any]]:
        return self._load(self.record.builder, dict)

    @cached_property
    def _decoder(self) -> Callable[[Path], FileFacts] | None:
        return None if self.record.decoder is None else self._load(self.record.decoder, FileFacts)
