"""The command ``new plugin``: a distribution with a mode, its settings and tests, to begin a plugin with."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from sogni_core._builtin.plugins import requirement
from sogni_core._builtin.plugins.installer import Environment, Pip, UvPip, installer_of, shell_line
from sogni_core._core_app import CoreApp
from sogni_core._host import extras
from sogni_core._host.registry import RESERVED_COMMANDS, RESERVED_SECTIONS
from sogni_core.errors import InputError, PluginError
from sogni_core.files import absolute, prepare_output, write_atomic
from sogni_core.plugin import Command, Mode
from sogni_core.result import Report
from sogni_core.text import clean, quote_path

TEMPLATE = files("sogni_core._builtin") / "plugin_template"

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def plugin(
    app: CoreApp,
    name: Annotated[str, typer.Argument(help="Name of the plugin and of its mode, such as kite.", metavar="NAME")],
    path: Annotated[
        str | None,
        typer.Option("--path", help="Folder to write; must be empty or new. [default: sogni-NAME]", metavar="DIR"),
    ] = None,
) -> Report:
    """Write a new plugin: a distribution with one mode, a setting and tests that pass."""
    short = _checked(app, name)
    values = _values(short)
    folder = absolute(path if path is not None else values["distribution"])
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise InputError(
            "OUTPUT_NOT_WRITABLE",
            f"{quote_path(folder)} exists and is not an empty folder.",
            hint="Choose another folder with --path.",
            details={"path": str(folder)},
        )
    made = {folder / file: text for file, text in _rendered(values)}
    for file in made:
        prepare_output(file)
    for file, text in made.items():
        write_atomic(file, text, None)
    commands = [
        *_install(folder),
        f'sogni {short} --network devnet "a lighthouse" -o lighthouse.png',
        "python -m pytest",
    ]
    fields = {
        "type": "new-plugin",
        "name": short,
        "distribution": values["distribution"],
        "package": values["package"],
        "folder": str(folder),
        "files": [str(file) for file in made],
        "next": commands,
    }
    return Report(fields, [f"Wrote {quote_path(folder)}. Next:", *(f"  {command}" for command in commands)])


def _checked(app: CoreApp, name: str) -> str:
    """Return the short name of a plugin; raises InputError if it cannot be one, or is taken."""
    short = name.strip().removeprefix("sogni-")
    if not _NAME.fullmatch(short):
        raise InputError(
            "INVALID_ARGUMENT",
            f"{clean(name, 80)!r} cannot be the name of a plugin.",
            hint="Use lower-case letters, digits and hyphens, such as light-box.",
            details={"name": clean(name, 80)},
        )
    owner = _owners(app).get(short.replace("-", "_"))
    if owner is not None:
        raise InputError(
            "INVALID_ARGUMENT",
            f"The name {short!r} is taken by {owner}.",
            hint="Choose another name.",
            details={"name": short},
        )
    return short


def _owners(app: CoreApp) -> dict[str, str]:
    """Map the names that a plugin cannot take, hyphens as underscores, to who has them."""
    owners = {word: f"sogni-{extra}" for word, extra in extras.COMMANDS.items()}
    owners |= {extra: f"sogni-{extra}" for extra in requirement.extras()}
    owners |= {section: owned.plugin.label for section, owned in app.registry.settings().items()}
    owners |= {owned.record.name.split()[0]: owned.plugin.label for owned in app.registry.every(Command)}
    owners |= {owned.record.name: owned.plugin.label for owned in app.registry.every(Mode)}
    owners |= dict.fromkeys(("core", *RESERVED_COMMANDS, *RESERVED_SECTIONS), "sogni-core")
    return {name.replace("-", "_"): owner for name, owner in owners.items()}


def _values(name: str) -> dict[str, str]:
    """Return what the template's placeholders stand for."""
    section = name.replace("-", "_")
    return {
        "name": name,
        "distribution": f"sogni-{name}",
        "package": f"sogni_{section}",
        "section": section,
        "upper": section.upper(),
        "class": "".join(part.capitalize() for part in name.split("-")),
        "versions": ",".join(sorted(extras.COMPATIBLE.split(","), reverse=True)),
    }


def _rendered(values: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Yield each file of the new distribution and its text."""
    places = {
        "package": values["package"],
        "plugin_tests": "tests",
        "test_plugin.py": f"test_{values['section']}.py",
    }
    for parts, source in _sources(TEMPLATE):
        path = Path(*(places.get(part, part) for part in parts))
        yield path, string.Template(source.read_text("utf-8")).substitute(values)


def _sources(folder: Traversable, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for child in sorted(folder.iterdir(), key=lambda child: child.name):
        if child.is_dir():
            yield from _sources(child, (*above, child.name))
        elif child.name.endswith(".in"):
            yield (*above, child.name.removesuffix(".in")), child


def _install(folder: Path) -> Iterator[str]:
    """Yield what to type so that the new plugin and the tools for its tests are installed."""
    yield f"cd {shell_line([str(folder)])}"
    try:
        installer = installer_of(Environment.current())
    except PluginError:
        installer = None
    if isinstance(installer, Pip | UvPip):
        yield f"{shell_line([*installer.add([]), '--editable'])} '.[test]'"
    else:
        # A tool's environment is no place to develop in.
        yield "python -m venv .venv && . .venv/bin/activate"
        yield "python -m pip install --editable '.[test]'"
