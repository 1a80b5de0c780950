"""A front end in a few lines: a shell in which every installed mode can be called by name, with its fields."""

# docs: shell
from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator

from sogni_core.app import App
from sogni_core.errors import InputError, SogniError
from sogni_core.field import FieldSpec
from sogni_core.frontend.dialect import Dialect, Wording
from sogni_core.frontend.execution import execute
from sogni_core.frontend.run_options import RunOptions
from sogni_core.frontend.streams import write_lines
from sogni_core.result import Plan

HINT = 'Type, for example: image prompt="a cat" count=2'


class ShellDialect(Dialect):
    """Call a field what people type here: ``width=``."""

    def name(self, spec: FieldSpec) -> str:
        """Return the field's name with its equals sign."""
        return f"{spec.name}="


def read(line: str) -> tuple[str, RunOptions, dict[str, list[str]]]:
    """Split ``[plan] MODE FIELD=VALUE …`` into mode, run options and fields; a field may be repeated."""
    try:
        words = shlex.split(line)
        run_options = RunOptions(dry_run=words[0] == "plan")
        mode, *rest = words[1:] if run_options.dry_run else words
    except ValueError as error:
        raise InputError("INVALID_ARGUMENT", f"Cannot read this line: {error}.", hint=HINT) from None
    fields: dict[str, list[str]] = {}
    for word in rest:
        name, equals, value = word.partition("=")
        if not equals:
            raise InputError("INVALID_ARGUMENT", f"{word!r} is not FIELD=VALUE.", hint=HINT)
        fields.setdefault(name, []).append(value)
    return mode, run_options, fields


async def answer(app: App, line: str, wording: Wording) -> Iterator[str]:
    """Do what a line asks for, and yield what there is to say."""
    if line == "modes":
        return (f"{mode.name}: {mode.summary}" for mode in app.modes.values())
    mode, run_options, given = read(line)
    specs = app.modes[mode].fields if mode in app.modes else {}
    wording.fields = dict(specs)
    fields = {name: texts if name in specs and specs[name].many else texts[-1] for name, texts in given.items()}
    found = await (await app.prepare(mode, fields, run_options=run_options)).answer()
    said = [f"note: {wording.text(notice)}" for notice in found.notices]
    if isinstance(found, Plan):
        return iter([*said, *(f"{step.key}: {step.project.count} x {step.project.model}" for step in found.steps)])
    return iter([*said, *(str(artifact.path or artifact.url) for artifact in found.artifacts)])


async def session(app: App, lines: Iterable[str]) -> None:
    """Answer line after line; an error ends a line, not the session."""
    wording = Wording(ShellDialect())
    for line in filter(None, map(str.strip, lines)):
        try:
            write_lines(await answer(app, line, wording))
        except SogniError as error:
            write_lines([f"error: {wording.error_text(error)}", wording.error_hint(error) or ""])


def main() -> None:
    """Read lines from standard input until it ends."""
    app = App()
    execute(app, lambda: session(app, sys.stdin))


# docs: end
