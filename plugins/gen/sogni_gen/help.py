"""The help of sogni-gen: every flag that there is, by mode, made from the schemas."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from sogni_core.errors import SogniError
from sogni_core.frontend.extras import FLAT_FLAGS
from sogni_core.frontend.help_text import help_of
from sogni_core.frontend.modes import ModeInfo
from sogni_core.settings import Settings
from sogni_core.text import clean
from sogni_gen.vocabulary import DEFAULT, OWN_FLAGS, Vocabulary

WIDTH = 100
COLUMN = 30

_FOOT = (
    "Flags may stand anywhere; the last one of a kind counts. A prompt that begins with - goes after --. "
    "Repeat -c, --lora and --lora-strength for several. Error codes: sogni errors. The same modes with a "
    "command and a help page each: sogni --help."
)


def help_text(vocabulary: Vocabulary, settings: Settings) -> str:
    """Write the text, ending with a line break."""
    rows = ['Usage: sogni-gen [options] "prompt"', "", "Turn prompts and reference media into images and videos.", ""]
    rows.append("Modes:")
    for mode in vocabulary.modes.values():
        rows += _row(_flags_of(mode, vocabulary), mode.summary)
    for extra in sorted(set(FLAT_FLAGS.values())):
        flags = [flag for flag, owner in FLAT_FLAGS.items() if owner == extra and flag not in vocabulary.words]
        if flags:
            rows += _row(", ".join(flags), f'Not installed; it comes with pip install "sogni-core[{extra}]".')
    shared = _everywhere(vocabulary)
    rows += ["", "Options:", *(row for flags, _, text in OWN_FLAGS for row in _row(", ".join(flags), text))]
    rows += _options(vocabulary.modes[DEFAULT], settings, only=shared)
    for mode in vocabulary.modes.values():
        rows += ["", f"Options of {'images' if mode.name == DEFAULT else mode.name}:"]
        rows += _about(mode, settings, shared)
    return "\n".join([*rows, "", *textwrap.wrap(_FOOT, WIDTH)]) + "\n"


def _about(mode: ModeInfo, settings: Settings, shared: frozenset[str]) -> list[str]:
    """Show the models and the options of a mode; of one that names a setting that is not there, that."""
    try:
        return [*_models(mode, settings), *_options(mode, settings, without=shared)]
    except SogniError as error:
        return [*_row("", f"Cannot be shown; plugin {mode.plugin}: {clean(error.message)}")]


def _flags_of(mode: ModeInfo, vocabulary: Vocabulary) -> str:
    return ", ".join(vocabulary.claims_of(mode.name)) or "(no flag)"


def _models(mode: ModeInfo, settings: Settings) -> Iterator[str]:
    """Say the model of each workflow."""
    for workflow in mode.workflows:
        key = workflow.model_setting
        model = settings.builtin(key) if key is not None else workflow.default_model
        if model:
            yield from _row(f"({workflow.name})", f"Model: {model}" + (f" [setting: {key}]" if key else ""))


def _everywhere(vocabulary: Vocabulary) -> frozenset[str]:
    """Return the flags that mean the same to every mode, told by their help."""
    said = [
        {(spec.flags, spec.help, spec.setting) for spec in mode.fields.values() if spec.flags}
        for mode in vocabulary.modes.values()
    ]
    return frozenset(flags[0] for flags, *_ in set.intersection(*said))


def _options(
    mode: ModeInfo, settings: Settings, *, only: frozenset[str] | None = None, without: frozenset[str] = frozenset()
) -> Iterator[str]:
    for spec in mode.fields.values():
        if not spec.flags or spec.flags[0] in without or (only is not None and spec.flags[0] not in only):
            continue
        value = f" {spec.metavar}" if spec.metavar else ""
        yield from _row(", ".join(spec.flags) + value, help_of(spec, settings))


def _row(flags: str, text: str) -> Iterator[str]:
    lines = textwrap.wrap(text, WIDTH - COLUMN) or [""]
    if len(flags) > COLUMN - 4:
        yield f"  {flags}"
    else:
        yield f"  {flags:<{COLUMN - 2}}{lines.pop(0)}"
    yield from (" " * COLUMN + line for line in lines)
