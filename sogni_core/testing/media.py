"""Media: the class is a project's, functions take what they are handed, and a project of it can be built."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from string import Formatter
from tempfile import TemporaryDirectory

from sogni_core._host.media import Media
from sogni_core._host.target_check import takes
from sogni_core._host.targets import describe, resolve
from sogni_core._protocol import ids
from sogni_core._protocol.requests import job_request
from sogni_core.errors import PluginError, SogniError
from sogni_core.plugin import Medium
from sogni_core.project import Project
from sogni_core.testing.subject import Subject

KINDS = ("image", "audio", "video")
"""Kinds of reference files that can be read and uploaded."""

_TARGETS = {
    "builder": ("project", "form"),
    "estimate": ("project", "network"),
    "placeholder": ("project", "path"),
    "decoder": ("path",),
}
"""Function of a medium to its arguments."""


def findings(subject: Subject) -> Iterator[str]:
    """Yield what is wrong with the media of a plugin."""
    for medium in subject.records(Medium):
        wrong = [*_class(subject, medium), *_functions(subject, medium), *_slots(medium)]
        yield from (f"medium {medium.name}: {finding}" for finding in wrong or _tried(subject, medium))


def _class(subject: Subject, medium: Medium) -> Iterator[str]:
    try:
        found = resolve(subject.info, medium.project)
    except SogniError as error:
        yield f"project: {error.message}"
        return
    if not (isinstance(found, type) and issubclass(found, Project)):
        yield f"project: {medium.project} is not a subclass of sogni_core.project.Project"
        return
    home = f"{found.__module__}:{found.__qualname__}"
    if home != medium.project:
        yield f"project: {medium.project} is defined elsewhere: name it {home}"
    known = {info.name for info in fields(found)}
    for name, annotation in vars(found).get("__annotations__", {}).items():
        if name not in known and "ClassVar" not in str(annotation):
            yield f"project: {name} is not a field: decorate the class with @dataclass(frozen=True, kw_only=True)"
    try:
        named = [name for _, name, _, _ in Formatter().parse(medium.length) if name is not None]
    except ValueError as error:
        yield f"length: {describe(error)}"
        return
    yield from (f"length: the project has no field {name!r}" for name in named if name not in known)


def _functions(subject: Subject, medium: Medium) -> Iterator[str]:
    for field, arguments in _TARGETS.items():
        target = getattr(medium, field)
        if target is None:
            continue
        try:
            found = resolve(subject.info, target)
        except SogniError as error:
            yield f"{field}: {error.message}"
            continue
        if not callable(found) or inspect.iscoroutinefunction(found):
            yield f"{field}: {target} is not a plain function"
        elif not takes(found, len(arguments)):
            yield f"{field}: {target} does not take ({', '.join(arguments)})"


def _slots(medium: Medium) -> Iterator[str]:
    for slot, kind in medium.slots.items():
        if kind not in KINDS:
            yield f"slots: {slot} must hold one of {', '.join(KINDS)}, not {kind!r}"


def _tried(subject: Subject, medium: Medium) -> Iterator[str]:
    """Build, price and stand in for the plainest project, unless the class asks for more than model and prompt."""
    try:
        project = resolve(subject.info, medium.project)(model="model", prompt="prompt")
    except TypeError:
        return
    loaded = Media(subject.host.registry).of(project)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"output.{loaded.format(project)}"
        for attempt in (
            lambda: job_request(project, ids.make(), medium=loaded, comfy=True),
            lambda: job_request(project, ids.make(), medium=loaded, comfy=False),
            lambda: loaded.estimate_path(project, "fast"),
            lambda: loaded.placeholder(project, path),
            lambda: loaded.length(project),
        ):
            try:
                attempt()
            except PluginError as error:
                yield error.message
            except SogniError:
                pass  # the plainest project may be refused: it lacks what the medium needs
