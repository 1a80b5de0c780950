"""Assemble the skill: ``SKILL.md``, and a reference file for each mode, for errors and for models."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from sogni_core import errors
from sogni_core._builtin.skill.frontmatter import Form, front_matter
from sogni_core._builtin.skill.markdown import cell, code, table, uncommented
from sogni_core._builtin.skill.modes import FOLDER, ModeText, told
from sogni_core._core_app import CoreApp
from sogni_core._host.targets import read_text
from sogni_core.errors import CODES
from sogni_core.frozen import frozen

CORE = "sogni_core._builtin.skill:core.md"


@frozen
class Skill:
    """The texts of a skill."""

    form: Form
    modes: tuple[ModeText, ...]
    files: Mapping[str, str] = field(repr=False)
    """Path in the folder of the skill, with ``/`` between its parts, to text."""
    warnings: tuple[str, ...] = ()
    """What is left out, and why."""


def assemble(app: CoreApp, form: Form) -> Skill:
    """Return the skill for the installed plugins."""
    warnings: list[str] = []
    modes = told(app, warnings)
    others = {
        f"{FOLDER}/errors.md": ("every error code", _lines("Error codes", _codes(app))),
        f"{FOLDER}/models.md": ("every known model", _lines("Models", _models(app))),
    }
    listed = ["- more of each mode, and all its options: " + ", ".join(f"[{mode.name}]({mode.file})" for mode in modes)]
    listed += [f"- {about}: [{name}]({name})" for name, (about, _) in others.items()]
    parts = {
        "first": "\n\n".join(["## Before every other rule", *(mode.first for mode in modes if mode.first)]),
        "modes": "\n\n".join([*map(_part, (mode for mode in modes if mode.lead)), *_bare(modes)]),
        "funds": f'"Insufficient funds. {CODES["INSUFFICIENT_BALANCE"].remedy}"',
        "exits": "\n".join(table(("Exit", "Meaning"), _exits())),
        "files": "\n".join(listed),
    }
    if not any(mode.first for mode in modes):
        parts["first"] = ""
    text = read_text(app.host.plugins[0], CORE)
    for name, part in parts.items():
        text = text.replace(f"<!-- {name} -->", part)
    files = {"SKILL.md": front_matter(form, modes) + _tidy(uncommented(text))}
    files |= {mode.file: _tidy(mode.reference) for mode in modes}
    files |= {name: page for name, (_, page) in others.items()}
    return Skill(form, tuple(modes), files, tuple(warnings))


def _part(mode: ModeText) -> str:
    return f"### {mode.title}\n\n{mode.lead}"


def _bare(modes: Sequence[ModeText]) -> Iterator[str]:
    """Yield a list of the modes that have no text for agents."""
    rows = [f"- `{mode.usage}`: {mode.summary}" for mode in modes if not mode.lead]
    if rows:
        yield "\n".join(["### Also installed", "", *rows])


def _exits() -> Iterator[tuple[str, str]]:
    meanings: dict[int, list[str]] = {0: ["Done."]}
    for name in dict.fromkeys(one.kind for one in CODES.values()):
        meanings.setdefault(_exit(name), []).append(_first_clause(inspect.getdoc(getattr(errors, name)) or name))
    for status, said in sorted(meanings.items()):
        yield "130 or 143" if status == errors.InterruptedRunError.exit_code else str(status), " ".join(said)


def _first_clause(docstring: str) -> str:
    """Return the first clause of a docstring, which is not about Python."""
    return f"{docstring.splitlines()[0].partition(';')[0].rstrip('.')}."


def _exit(kind: str) -> int:
    return int(getattr(errors, kind).exit_code)


def _codes(app: CoreApp) -> Iterator[str]:
    yield "*Retry*: the same call can succeed later. *May charge*: repeating it may cost money; see `sogni runs` first."
    yield ""
    rows = [
        (
            code(one.name),
            str(_exit(one.kind)),
            f"{one.meaning} {one.remedy}".rstrip(),
            "yes" if one.retryable else "",
            "yes" if one.may_charge_again else "",
        )
        for one in app.error_codes.values()
    ]
    yield from table(("Code", "Exit", "Meaning", "Retry", "May charge"), rows)


def _models(app: CoreApp) -> Iterator[str]:
    yield "Values for `-m`; `sogni models` lists more. Use one if the user asks for it, or for better quality."
    yield ""
    rows = [(code(cell(m.id)), m.media, cell(m.speed), cell(m.use)) for m in app.registry.models()]
    yield from table(("Model", "Makes", "Speed", "For"), rows)


def _lines(title: str, body: Iterator[str]) -> str:
    return _tidy("\n".join([f"# {title}", "", *body]))


def _tidy(text: str) -> str:
    """Return a text without repeated empty lines, ending with one line break."""
    rows: list[str] = []
    for row in text.splitlines():
        if row.strip() or (rows and rows[-1]):
            rows.append(row.rstrip())
    return "\n".join(rows).rstrip() + "\n"
