"""``docs/reference/sogni-gen.md``: every flag of the flat command line, from the schemas of its modes."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_gen.vocabulary import DEFAULT, OWN_FLAGS, Vocabulary

from sogni_core.frontend.modes import ModeInfo, modes_of
from tools.markdown import code, codes, page, table
from tools.repository import host

_INTRO = """\
For whoever types `sogni-gen`, or lets an agent type it: the command line of the [Node program](../how-to/moving.md),
for all modes that are installed. `sogni-gen [options] "prompt"`; options and prompt stand in any order.

- A flag takes the word behind it, whatever that looks like; `--flag=value` works too. Of a flag that stands twice the
  last one counts; `-c`, `--lora` and `--lora-strength` gather.
- Behind `--` comes the prompt, so that it can begin with `-`. `-h` is the height; help is `--help`.
- `--help` and `--last` act where they stand; what stands before them is checked.
- A flag of a mode that is not asked for is refused. Exit codes are 0, 1, and 130 or 143 for a signal; the codes of
  errors are [the same everywhere](errors.md). The [JSON](json.md) begins with the original's fields in its order."""


def render() -> str:
    """Render the page."""
    return page("sogni-gen", _INTRO, _body(Vocabulary(modes_of(host().registry))))


def _body(vocabulary: Vocabulary) -> Iterator[str]:
    yield "## Modes"
    yield ""
    rows = [
        (code(mode.name), codes(vocabulary.claims_of(mode.name)) or "no flag", code(mode.distribution), mode.summary)
        for mode in vocabulary.modes.values()
    ]  # fmt: skip
    yield from table(("Mode", "Asked for by", "From", ""), rows)
    yield "## Flags of its own"
    yield ""
    yield from table(("Flag", ""), [(codes(flags), text) for flags, _, text in OWN_FLAGS])
    yield "## Flags of the modes"
    yield ""
    yield "What each does, and its default, stands at the [mode's own command](commands.md)."
    yield ""
    yield from table(("Flag", "Value", "Modes"), _flags(vocabulary))


def _flags(vocabulary: Vocabulary) -> Iterator[tuple[str, ...]]:
    told: dict[tuple[str, ...], tuple[str, list[str]]] = {}
    for mode in sorted(vocabulary.modes.values(), key=lambda one: one.name != DEFAULT):
        for flags, value in _options(mode):
            told.setdefault(flags, (value, []))[1].append(mode.name)
    for flags, (value, modes) in told.items():
        yield codes(flags), code(value) if value else "", ", ".join(modes)


def _options(mode: ModeInfo) -> Iterator[tuple[tuple[str, ...], str]]:
    for spec in mode.fields.values():
        if spec.flags:
            yield tuple(flag for spelled in spec.flags for flag in spelled.split("/")), spec.metavar
