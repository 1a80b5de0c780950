"""One-file plugins: a Python file with hookimpls, and in it, usually, what its records name.

A file has no distribution, so nothing installs it: the variable ``SOGNI_PLUGIN_PATH``, ``sogni --plugin FILE`` or
``PluginHost(files=…)`` names it. Its plugin name and its module name are those of the file: ``my_card.py`` is the
plugin ``my-card``, and its targets are written ``"my_card:Card"``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from zlib import crc32

from sogni_core._host.plugin_info import PluginInfo
from sogni_core.errors import PluginError
from sogni_core.text import quote_path

VARIABLE = "SOGNI_PLUGIN_PATH"

_STEM = re.compile(r"[a-z][a-z0-9_]*")


class _Loader(SourceFileLoader):
    """Reads the source each time: no bytecode is left next to a user's file, and none of an earlier version is used."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def search_path(text: str | None) -> list[str]:
    """Split the value of ``SOGNI_PLUGIN_PATH``; empty parts are left out."""
    return [part for part in (text or "").split(os.pathsep) if part.strip()]


def find_files(places: Iterable[str | os.PathLike[str]]) -> Iterator[PluginInfo]:
    """Yield the plugin of each file, and of each ``*.py`` in each folder by name; those that begin with ``_`` are not.

    ``~`` is expanded; a relative path is relative to the current folder. A path where there is nothing is a plugin with
    a failure, so that it is visible where plugins are listed.
    """
    for given in places:
        from sogni_core.files import absolute  # not imported where no file is named

        place = absolute(given)
        if place.is_dir():
            yield from (_plugin(file) for file in sorted(place.glob("*.py")) if not file.name.startswith(("_", ".")))
        else:
            yield _plugin(place)


def _plugin(file: Path) -> PluginInfo:
    plugin = PluginInfo(file.stem.replace("_", "-"), file.stem, "", file=file)
    if not file.is_file():
        plugin.failure = _refused(plugin, "there is no such file or folder")
    elif file.suffix != ".py" or not _STEM.fullmatch(file.stem):
        plugin.failure = _refused(plugin, "its name must look like my_plugin.py: lower-case letters, digits and _")
    return plugin


def _refused(plugin: PluginInfo, reason: str) -> PluginError:
    assert plugin.file is not None
    text = f"The plugin file {quote_path(plugin.file)} cannot be loaded: {reason}."
    return PluginError("PLUGIN_IMPORT", text, hint=f"Check {VARIABLE} and --plugin.", plugin=plugin.label)


def load_file(file: Path) -> ModuleType:
    """Run a plugin file and return it as a module.

    The module's own name holds a checksum of the path. So a file takes the place of no module that can be imported,
    whatever it is called, and two files of one name in two folders can be loaded by one process.
    """
    name = f"sogni_plugin_{crc32(os.fsencode(file)):08x}_{file.stem}"
    spec = spec_from_file_location(name, file, loader=_Loader(name, str(file)))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    # pydantic and dataclasses look up the names in a class's annotations there.
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
        raise
    return module
