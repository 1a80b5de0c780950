"""The contract of a plugin, in one call."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from sogni_core._host.targets import describe
from sogni_core.files import absolute
from sogni_core.testing import help, imports, media, registration, requests, steps, targets
from sogni_core.testing.subject import Subject, file_subject, subject_of


def check_plugin(plugin: ModuleType | str | os.PathLike[str], *, builds_on: Collection[str] = ()) -> None:
    """Check a plugin; raises one AssertionError that lists all findings.

    ``plugin``: its module, the module's dotted name, or the path of a one-file plugin, as a ``Path``. It need not be
    installed. ``builds_on``: names of the installed plugins it builds on; no other is loaded.

    What is checked: the module imports by itself, silently and, unless it is a one-file plugin, without anything heavy,
    its own targets included;
    hooks are those of the specs; records are well formed, unique, and take no name of the core's; each target is
    what its record says; a project of each medium can be built; rules and workflows are for modes that exist; each
    field of a request is an argument or an option with help, with separate flags, with a value that can be typed, and
    with a default that it accepts; defaults of a workflow are for options that exist; settings have defaults and
    descriptions and fit into TOML; settings that are named exist; the JSON Schema of each mode is one; workflows give
    each step a separate key and output, wait for it, and block nothing, as far as their source says; ``--help`` of
    each subcommand renders.
    """
    with TemporaryDirectory(prefix="sogni-check-") as folder:
        if isinstance(plugin, os.PathLike):
            name = os.fspath(plugin)
            found = _of_file(absolute(plugin), folder, tuple(builds_on))
        else:
            name = plugin if isinstance(plugin, str) else plugin.__name__
            found = _of_module(name, folder, tuple(builds_on))
        findings = list(dict.fromkeys(found))
    if findings:
        listed = "".join(f"\n  - {finding}" for finding in findings)
        raise AssertionError(f"{name} breaks the contract of a plugin in {len(findings)} place(s):{listed}")


def _of_file(file: Path, folder: str, builds_on: tuple[str, ...]) -> Iterator[str]:
    with file_subject(file, folder, builds_on) as subject:
        if subject.info.failure is not None:
            yield subject.info.failure.message
            return
        yield from _all(subject, registration.findings, *_CHECKS)


def _of_module(name: str, folder: str, builds_on: tuple[str, ...]) -> Iterator[str]:
    fresh = imports.import_alone(name)
    yield from fresh.findings()
    if fresh.error:
        return
    with subject_of(name, folder, builds_on) as subject:
        yield from _all(subject, registration.findings, lambda known: imports.early(known, fresh), *_CHECKS)


Check = Callable[[Subject], Iterator[str]]

_CHECKS: tuple[Check, ...] = (targets.findings, media.findings, requests.findings, steps.findings, help.findings)


def _all(subject: Subject, *checks: Check) -> Iterator[str]:
    for check in checks:
        yield from _named(check(subject), subject)


def _named(found: Iterator[str], subject: Subject) -> Iterator[str]:
    """Pass findings on; a check that the plugin breaks in a way nobody thought of is a finding too."""
    try:
        yield from found
    except Exception as error:  # noqa: BLE001 - other people's code
        yield f"a check of {subject.name} could not be done: {describe(error)}"
