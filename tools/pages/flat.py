"""``docs/reference/sogni-gen.md``: every flag of the flat command line, from the schemas of its modes."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_gen.vocabulary import DEFAULT, OWN_FLAGS, Vocabulary

from sogni_core._core_app import CoreApp
from sogni_core.frontend.modes import ModeInfo
from tools.markdown import code, codes, page, table
from tools.repository import host

_INTRO = """\
Every flag of `sogni-gen`, the command line of the [Node program](../how-to/moving.md), for all installed modes. Usage:
`sogni-gen [options] "prompt"`. Options and prompt may be in any order.

- A flag takes the next word as its value, whatever it looks like. `--flag=value` works too. If a flag is given twice,
  the last one wins; `-c`, `--lora` and `--lora-strength` collect all values.
- Put `--` before a prompt that starts with `-`. `-h` is the height; help is `--help`.
- `--help` and `--last` take effect where they appear. Everything before them is checked; everything after is ignored.
- A flag of a mode that is not selected is refused.
- Exit codes are 0 and 1; 130 or 143 after a signal. [Error codes](errors.md) are the same as in `sogni`. The
  [JSON](json.md) starts with the fields of the Node program in their order."""


def render() -> str:
    """Render the page."""
    return page("sogni-gen", _INTRO, _body(Vocabulary(CoreApp(host()).modes)))


def _body(vocabulary: Vocabulary) -> Iterator[str]:
    yield "## Modes"
    yield ""
    rows = [
        (code(mode.name), codes(vocabulary.claims_of(mode.name)) or "no flag", code(mode.distribution), mode.summary)
        for mode in vocabulary.modes.values()
    ]  # fmt: skip
    yield from table(("Mode", "Selected by", "From", ""), rows)
    yield "## Flags for all modes"
    yield ""
    yield from table(("Flag", ""), [(codes(flags), text) for flags, _, text in OWN_FLAGS])
    yield "## Flags of the modes"
    yield ""
    yield "The page of each [command](commands.md) says what its flags do, with their defaults."
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
