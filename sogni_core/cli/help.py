"""The help pages of ``sogni``: of the program, of a mode, of a command, and of a group of commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sogni_core._host.registry import Owned, Registry
from sogni_core.cli.invocation import PLUGIN, PROFILE
from sogni_core.frontend.help_page import HelpPage, Row, Section
from sogni_core.plugin import Command, Mode

SUMMARY = "Generate images and videos on the Sogni Supernet, a pay-per-job network of GPUs."

VERSION_FLAGS = ("-V", "--version")
HELP_FLAGS = ("-h", "--help")

HELP = "Show this help."
VERSION = "Print the version."

_OTHERS = "Other commands"
_NOTES = ("Help for a command: sogni COMMAND --help. Help for an error code: sogni errors CODE.",)


def program_page(registry: Registry) -> HelpPage:
    """Return the help of the program: the names and summaries of all modes and commands."""
    modes = [owned for owned in registry.usable(Mode) if not owned.record.hidden]
    groups: dict[str, dict[str, str]] = {}
    claimed = {owned.record.name: _brief(owned.record) for owned in modes}
    for word, group in grouped_commands(registry).items():
        if word in claimed:
            continue
        heading = next(filter(None, (owned.record.group for owned in group)), _OTHERS)
        groups.setdefault(heading, {})[word] = summary_of(word, group)
    headings = sorted(groups, key=lambda heading: heading == _OTHERS)
    first = next((owned.record.examples for owned in modes if owned.record.examples), {})
    return HelpPage(
        "sogni COMMAND [OPTIONS]",
        SUMMARY,
        (
            *((Section("Modes", tuple(claimed.items())),) if claimed else ()),
            *(Section(heading, tuple(groups[heading].items())) for heading in headings),
            Section(
                "Options",
                (
                    (f"{PROFILE} NAME", "Use a profile: an account with its own settings."),
                    (f"{PLUGIN} FILE", "Load a plugin from a Python file. Repeat it for several files."),
                    (", ".join(VERSION_FLAGS), VERSION),
                    (", ".join(HELP_FLAGS), HELP),
                ),
            ),
        ),
        dict(list(first.items())[:1]),
        _NOTES,
    )


def _brief(mode: Mode) -> str:
    return f"(deprecated) {mode.summary}" if mode.deprecated else mode.summary


def grouped_commands(registry: Registry) -> Mapping[str, Sequence[Owned[Command]]]:
    """Return the commands by their first word, in the order of registration."""
    found: dict[str, list[Owned[Command]]] = {}
    for owned in registry.usable(Command):
        found.setdefault(owned.record.name.split()[0], []).append(owned)
    return found


def summary_of(word: str, group: Sequence[Owned[Command]]) -> str:
    """Return the summary of a first word: that of the command, else that of its group, else the names in the group."""
    alone = next((owned.record for owned in group if owned.record.name == word), None)
    parent = next(filter(None, (owned.record.parent for owned in group)), "")
    if alone is not None or parent:
        return alone.summary if alone is not None else parent
    return f"Commands: {', '.join(owned.record.name.partition(' ')[2] for owned in group)}."


def group_page(word: str, group: Sequence[Owned[Command]]) -> HelpPage:
    """Return the help of a group of commands, such as ``sogni config``."""
    below = {owned.record.name.partition(" ")[2]: owned.record.summary for owned in group}
    usage = f"sogni {word} [COMMAND] [OPTIONS]" if below.pop("", None) else f"sogni {word} COMMAND [OPTIONS]"
    options = Section("Options", ((", ".join(HELP_FLAGS), HELP),))
    note = f"Help for a command: sogni {word} COMMAND --help."
    return HelpPage(
        usage,
        summary_of(word, group),
        (Section("Commands", tuple(below.items())), options),
        {},
        (note,),
    )


def sections(arguments: Iterable[Row], groups: Iterable[tuple[str, Sequence[Row]]]) -> tuple[Section, ...]:
    """Return the sections of a command: its arguments, then its options by group; empty ones are left out."""
    found = [("Arguments", tuple(arguments)), *((title, tuple(entries)) for title, entries in groups)]
    return tuple(Section(title, entries) for title, entries in found if entries)
