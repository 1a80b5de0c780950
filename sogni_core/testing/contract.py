"""The contract of a plugin, in one call."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from tempfile import TemporaryDirectory
from types import ModuleType

from sogni_core._host.targets import describe
from sogni_core.testing import help, imports, media, registration, requests, targets
from sogni_core.testing.subject import Subject, subject_of


def check_plugin(plugin: ModuleType | str, *, beside: Collection[str] = ()) -> None:
    """Check a plugin, its module or the module's dotted name; raises one AssertionError that lists all findings.

    The plugin need not be installed. ``beside``: names of the installed plugins it builds on; no other is loaded.

    What is checked: the module imports by itself, silently and without anything heavy, its own targets included;
    hooks are those of the specs; records are well formed, unique, and take no name of the core's; each target is
    what its record says; a project of each medium can be built; each field of a request is an argument or an option
    with help and with flags of its own; settings have defaults and descriptions and fit into TOML; settings that are
    named exist; the JSON Schema of each mode is one; ``--help`` of each subcommand renders.
    """
    name = plugin if isinstance(plugin, str) else plugin.__name__
    with TemporaryDirectory(prefix="sogni-check-") as folder:
        findings = list(dict.fromkeys(_findings(name, folder, tuple(beside))))
    if findings:
        listed = "".join(f"\n  - {finding}" for finding in findings)
        raise AssertionError(f"{name} breaks the contract of a plugin in {len(findings)} place(s):{listed}")


def _findings(name: str, folder: str, beside: tuple[str, ...]) -> Iterator[str]:
    fresh = imports.import_alone(name)
    yield from fresh.findings()
    if fresh.error:
        return
    with subject_of(name, folder, beside) as subject:
        for check in (registration.findings, lambda known: imports.early(known, fresh), targets.findings,
                      media.findings, requests.findings, help.findings):  # fmt: skip
            yield from _named(check(subject), subject)


def _named(found: Iterator[str], subject: Subject) -> Iterator[str]:
    """Pass findings on; a check that the plugin breaks in a way nobody thought of is a finding too."""
    try:
        yield from found
    except Exception as error:  # noqa: BLE001 - other people's code
        yield f"a check of {subject.name} could not be done: {describe(error)}"
