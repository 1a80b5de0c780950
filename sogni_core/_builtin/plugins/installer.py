"""The installer that made this environment, and the commands by which it installs and uninstalls plugins.

uv tool and pipx keep a list of what belongs to a tool, and an environment of theirs has to be changed through them:
pip's changes would be lost with the next upgrade. Nothing is run here.
"""

from __future__ import annotations

import shlex
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from sogni_core._builtin.plugins.uv_receipt import FILE as UV_RECEIPT
from sogni_core._builtin.plugins.uv_receipt import Receipt
from sogni_core.errors import PluginError
from sogni_core.frozen import frozen
from sogni_core.text import quote_path

PIPX_METADATA = "pipx_metadata.json"
"""File by which pipx knows its environments."""


@frozen
class Environment:
    """What is to know of a Python environment in order to change it."""

    python: str
    """Path of its interpreter."""
    prefix: Path
    """Its folder."""
    is_virtual: bool
    """Whether it is a virtual environment, rather than an installation of Python."""
    has_pip: bool
    is_managed: bool
    """Whether the system's package manager has it to itself, as PEP 668 says."""
    which: Callable[[str], str | None] = shutil.which
    """Finds a program."""

    @classmethod
    def current(cls) -> Environment:
        """Return the environment of this process."""
        from importlib.util import find_spec

        return cls(
            python=sys.executable,
            prefix=Path(sys.prefix),
            is_virtual=sys.prefix != sys.base_prefix,
            has_pip=find_spec("pip") is not None,
            is_managed=Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").is_file(),
        )


class Installer(Protocol):
    """Makes command lines."""

    @property
    def name(self) -> str:
        """Name for people: ``pip``, ``uv pip``, ``uv tool`` or ``pipx``."""
        ...

    def add(self, requirements: Sequence[str]) -> list[str]:
        """Return the command that installs requirements."""
        ...

    def remove(self, distributions: Sequence[str]) -> list[str]:
        """Return the command that uninstalls distributions; raises InputError for one that it cannot take out."""
        ...


@frozen
class Pip:
    """pip, as a module of the environment."""

    python: str
    name: str = "pip"

    def add(self, requirements: Sequence[str]) -> list[str]:
        return [self.python, "-m", "pip", "install", *requirements]

    def remove(self, distributions: Sequence[str]) -> list[str]:
        return [self.python, "-m", "pip", "uninstall", "--yes", *distributions]


@frozen
class UvPip:
    """``uv pip``, for an environment without pip."""

    program: str
    python: str
    name: str = "uv pip"

    def add(self, requirements: Sequence[str]) -> list[str]:
        return [self.program, "pip", "install", "--python", self.python, *requirements]

    def remove(self, distributions: Sequence[str]) -> list[str]:
        return [self.program, "pip", "uninstall", "--python", self.python, *distributions]


@frozen
class Pipx:
    """pipx, for an environment that it made."""

    program: str
    environment: str
    """What pipx calls it."""
    name: str = "pipx"

    def add(self, requirements: Sequence[str]) -> list[str]:
        return [self.program, "inject", self.environment, *requirements]

    def remove(self, distributions: Sequence[str]) -> list[str]:
        # What a plugin depends on includes sogni-core.
        return [self.program, "uninject", "--leave-deps", self.environment, *distributions]


@frozen
class UvTool:
    """``uv tool``, for an environment that it made. Each command has to name all that belongs to the tool."""

    program: str
    receipt: Receipt
    name: str = "uv tool"

    def add(self, requirements: Sequence[str]) -> list[str]:
        return [self.program, *self.receipt.install(requirements)]

    def remove(self, distributions: Sequence[str]) -> list[str]:
        return [self.program, *self.receipt.without(distributions).install([])]


def installer_of(environment: Environment) -> Installer:
    """Find the installer of an environment; raises PluginError INSTALL_FAILED if there is none to use."""
    receipt = environment.prefix / UV_RECEIPT
    if receipt.is_file():
        return UvTool(_program("uv", environment, "uv tool"), Receipt.read(receipt))
    if (environment.prefix / PIPX_METADATA).is_file():
        return Pipx(_program("pipx", environment, "pipx"), environment.prefix.name)
    if environment.is_managed and not environment.is_virtual:
        raise PluginError(
            "INSTALL_FAILED",
            f"{quote_path(environment.prefix)} is managed by the operating system, so sogni does not change it.",
            hint="Install sogni-core with uv tool or pipx, or in a virtual environment.",
        )
    if environment.has_pip:
        return Pip(environment.python)
    uv = environment.which("uv")
    if uv is not None:
        return UvPip(uv, environment.python)
    raise PluginError(
        "INSTALL_FAILED",
        f"{quote_path(environment.prefix)} has no pip, and uv was not found.",
        hint=f"Install pip with: {environment.python} -m ensurepip",
    )


def _program(name: str, environment: Environment, maker: str) -> str:
    found = environment.which(name)
    if found is not None:
        return found
    raise PluginError(
        "INSTALL_FAILED",
        f"{quote_path(environment.prefix)} was made by {maker}, but {name} was not found.",
        hint=f"Put {name} on the PATH and repeat the command.",
    )


def shell_line(command: Iterable[str]) -> str:
    """Return a command as it would be typed."""
    return shlex.join(command)
