"""The help of sogni-gen: every flag by mode, generated from the fields."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_core.errors import SogniError
from sogni_core.frontend.help_page import Row, column_of, rows, wrapped
from sogni_core.frontend.help_text import help_of, label
from sogni_core.frontend.modes import ModeInfo
from sogni_core.settings import Settings
from sogni_core.text import clean
from sogni_gen.claims import CLAIMS
from sogni_gen.vocabulary import DEFAULT, OWN_FLAGS, Vocabulary

_FOOT = (
    "Flags may be in any order; if a flag is repeated, the last one counts. Repeat -c, --lora and --lora-strength to "
    "give several values. Put -- before a prompt that starts with -. Error codes: sogni errors. Help with one page "
    "per mode: sogni --help."
)


def help_text(vocabulary: Vocabulary, settings: Settings, width: int) -> str:
    """Return the text for a terminal of ``width`` columns, with a line break at the end."""
    shared = _everywhere(vocabulary)
    blocks = {"Modes:": list(_modes(vocabulary))}
    blocks["Options:"] = [(", ".join(flags), text) for flags, _, text in OWN_FLAGS]
    blocks["Options:"] += _options(vocabulary.modes[DEFAULT], settings, only=shared)
    for mode in _shown(vocabulary):
        title = f"Options of {'images' if mode.name == DEFAULT else mode.name}:"
        blocks[title] = _about(mode, settings, shared)
    column = column_of((label for block in blocks.values() for label, _ in block), width)
    text = [*wrapped('Usage: sogni-gen [options] "prompt"', width), ""]
    text += wrapped("Generate images and videos from prompts and reference media.", width)
    for title, block in blocks.items():
        text += ["", title, *rows(block, width, column)]
    return "\n".join([*text, "", *wrapped(_FOOT, width)]) + "\n"


def _shown(vocabulary: Vocabulary) -> list[ModeInfo]:
    return [mode for mode in vocabulary.modes.values() if not mode.hidden]


def _modes(vocabulary: Vocabulary) -> Iterator[Row]:
    for mode in _shown(vocabulary):
        yield _flags_of(mode, vocabulary), mode.summary
    for extra in sorted(set(CLAIMS.values())):
        flags = [flag for flag, owner in CLAIMS.items() if owner == extra and flag not in vocabulary.words]
        if flags:
            yield ", ".join(flags), f"Not installed. Install it with: sogni plugins add {extra}"


def _about(mode: ModeInfo, settings: Settings, shared: frozenset[str]) -> list[Row]:
    """Return the models and the options of a mode; if it names a setting that does not exist, the error."""
    try:
        return [*_models(mode, settings), *_options(mode, settings, without=shared)]
    except SogniError as error:
        return [("", f"Cannot be shown. Plugin {mode.plugin}: {clean(error.message)}")]


def _flags_of(mode: ModeInfo, vocabulary: Vocabulary) -> str:
    return ", ".join(vocabulary.claims_of(mode.name)) or "(no flag)"


def _models(mode: ModeInfo, settings: Settings) -> Iterator[Row]:
    """Yield the model of each workflow."""
    for workflow in mode.workflows:
        key = workflow.model_setting
        model = settings.builtin(key) if key is not None else workflow.default_model
        if model:
            yield f"({workflow.name})", f"Model: {model}" + (f" [setting: {key}]" if key else "")


def _everywhere(vocabulary: Vocabulary) -> frozenset[str]:
    """Return the flags that mean the same in every mode, which have the same help."""
    said = [
        {(spec.flags, spec.help, spec.setting) for spec in mode.fields.values() if spec.flags}
        for mode in vocabulary.modes.values()
    ]
    return frozenset(flags[0] for flags, *_ in set.intersection(*said))


def _options(
    mode: ModeInfo, settings: Settings, *, only: frozenset[str] | None = None, without: frozenset[str] = frozenset()
) -> Iterator[Row]:
    for spec in mode.fields.values():
        if not spec.flags or spec.hidden or spec.flags[0] in without:
            continue
        if only is not None and spec.flags[0] not in only:
            continue
        yield label(spec), help_of(spec, settings)
