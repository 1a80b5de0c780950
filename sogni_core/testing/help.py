"""``--help`` of every subcommand renders, through the command line itself."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_core._host.targets import resolve
from sogni_core.errors import SogniError
from sogni_core.plugin import Command, Mode
from sogni_core.request import Option, Request
from sogni_core.testing.command_line import call
from sogni_core.testing.subject import Subject


def findings(subject: Subject) -> Iterator[str]:
    """Yield the subcommands whose help does not render, or leaves an option out."""
    for mode in subject.records(Mode):
        words = [mode.name] if subject.is_core else ["call", f"{subject.name}:{mode.name}"]
        yield from _rendered(words, _flags(subject, mode), mode.summary)
    for command in subject.records(Command):
        yield from _rendered(command.name.split(), [], "")
    for record in [*subject.records(Mode), *subject.records(Command)]:
        if not record.summary.strip():
            yield f"{record.name} has no summary"


def _rendered(words: list[str], flags: list[str], summary: str) -> Iterator[str]:
    called = call([*words, "--help"])
    shown = " ".join(called.stdout.split())
    asked = f"sogni {' '.join(words)} --help"
    if called.exit_code != 0 or not shown:
        yield f"{asked} fails with exit code {called.exit_code}: {called.stderr.strip()[:500]}"
        return
    missing = [flag for flag in flags if flag not in shown]
    if missing:
        yield f"{asked} does not show {', '.join(missing)}"
    if " ".join(summary.split()) not in shown:
        yield f"{asked} does not show the summary"


def _flags(subject: Subject, mode: Mode) -> list[str]:
    try:
        model = resolve(subject.info, mode.request)
    except SogniError:
        return []
    if not (isinstance(model, type) and issubclass(model, Request)):
        return []
    shown = [mark for _, mark in model.markers() if isinstance(mark, Option) and mark.flags and not mark.hidden]
    return [mark.flags[0].partition("/")[0] for mark in shown]
