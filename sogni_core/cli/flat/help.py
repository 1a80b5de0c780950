"""The help of the flat command line: every flag that there is, by mode, made from the schemas."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from sogni_core._host import extras
from sogni_core._host.registry import Registry
from sogni_core.cli.flat.vocabulary import DEFAULT, OWN_FLAGS, Reached, Vocabulary
from sogni_core.cli.parameters import help_of, metavar_of
from sogni_core.errors import SogniError
from sogni_core.request import Option
from sogni_core.settings import Settings
from sogni_core.text import clean

WIDTH = 100
COLUMN = 30

_FOOT = (
    "Flags may stand anywhere; the last one of a kind counts. A prompt that begins with - goes after --. "
    "Repeat -c, --lora and --lora-strength for several. Error codes: sogni errors. The same modes with a "
    "command and a help page each: sogni --help."
)


def help_text(vocabulary: Vocabulary, registry: Registry, settings: Settings) -> str:
    """Write the text, ending with a line break."""
    rows = ['Usage: sogni-gen [options] "prompt"', "", "Turn prompts and reference media into images and videos.", ""]
    rows.append("Modes:")
    for mode in vocabulary.modes.values():
        rows += _row(_flags_of(mode, vocabulary), mode.owned.record.summary)
    for extra in sorted(set(extras.CLAIMS.values())):
        flags = [flag for flag, owner in extras.CLAIMS.items() if owner == extra and flag not in vocabulary.words]
        if flags:
            rows += _row(", ".join(flags), f'Not installed; it comes with pip install "sogni-core[{extra}]".')
    shared = _everywhere(vocabulary)
    rows += ["", "Options:", *(row for flags, _, text in OWN_FLAGS for row in _row(", ".join(flags), text))]
    rows += _options(vocabulary.modes[DEFAULT], settings, only=shared)
    for mode in vocabulary.modes.values():
        rows += ["", f"Options of {'images' if mode.name == DEFAULT else mode.name}:"]
        rows += _about(mode, registry, settings, shared)
    return "\n".join([*rows, "", *textwrap.wrap(_FOOT, WIDTH)]) + "\n"


def _about(mode: Reached, registry: Registry, settings: Settings, shared: frozenset[str]) -> list[str]:
    """Show the models and the options of a mode; of one that names a setting that is not there, that."""
    try:
        return [*_models(mode, registry, settings), *_options(mode, settings, without=shared)]
    except SogniError as error:
        return [*_row("", f"Cannot be shown; plugin {mode.owned.plugin.label}: {clean(error.message)}")]


def _flags_of(mode: Reached, vocabulary: Vocabulary) -> str:
    return ", ".join(vocabulary.claims_of(mode.name)) or "(no flag)"


def _models(mode: Reached, registry: Registry, settings: Settings) -> Iterator[str]:
    """Say the model of each workflow."""
    for owned in registry.workflows(mode.owned):
        key = owned.record.model_setting
        model = settings.builtin(key) if key is not None else owned.record.default_model
        if model:
            yield from _row(f"({owned.record.name})", f"Model: {model}" + (f" [setting: {key}]" if key else ""))


def _everywhere(vocabulary: Vocabulary) -> frozenset[str]:
    """Return the flags that mean the same to every mode, told by their help."""
    said = [{(mark.flags, mark.help, mark.setting) for _, mark in mode.model.markers() if isinstance(mark, Option)}
            for mode in vocabulary.modes.values()]  # fmt: skip
    return frozenset(flags[0] for flags, *_ in set.intersection(*said))


def _options(
    mode: Reached, settings: Settings, *, only: frozenset[str] | None = None, without: frozenset[str] = frozenset()
) -> Iterator[str]:
    for name, mark in mode.model.markers():
        if not isinstance(mark, Option) or mark.flags[0] in without or (only is not None and mark.flags[0] not in only):
            continue
        info = mode.model.model_fields[name]
        value = metavar_of(info, mark)
        yield from _row(", ".join(mark.flags) + (f" {value}" if value else ""), help_of(info, mark, settings))


def _row(flags: str, text: str) -> Iterator[str]:
    lines = textwrap.wrap(text, WIDTH - COLUMN) or [""]
    if len(flags) > COLUMN - 4:
        yield f"  {flags}"
    else:
        yield f"  {flags:<{COLUMN - 2}}{lines.pop(0)}"
    yield from (" " * COLUMN + line for line in lines)
