"""Do what a page says: save its files, type its commands, run its Python, and compare what it shows."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sogni_core.testing import Called, call
from sogni_core.testing.command_line import FLAT_PROGRAM, PROGRAM
from tools.examples import Block, Command, blocks, commands

Install = Callable[[Path], None]
"""Makes the plugin in a folder known, as ``pip install -e .`` does."""

PATIENCE_SECONDS = 200.0
"""How long a command of a page is waited for: it says that it hangs, not that the machine is busy."""

_PROGRAMS = {"sogni": PROGRAM, "sogni-gen": FLAT_PROGRAM}

_VARIABLE = re.compile(r"(\w+)=(.*)", re.DOTALL)

_SHELL = re.compile(r"[|<>;&$*`]")
"""What only a shell can do."""


@dataclass
class Walk:
    """One reader on one page, in one folder."""

    folder: Path
    install: Install
    status: int = 0
    """Exit code of the last command."""
    _names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__page__"})

    def page(self, text: str) -> None:
        """Do all of a page. Raises AssertionError where something is not as the page says."""
        for block in blocks(text):
            if block.file:
                target = self.folder / block.file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.text, "utf-8")
            elif block.not_run or block.included:
                continue
            elif block.language == "console":
                self.console(block)
            elif block.language == "python":
                exec(compile(block.text, f"<line {block.line}>", "exec"), self._names)

    def console(self, block: Block) -> None:
        """Type the commands of a block; each ends well, unless an error is shown or its exit code asked for."""
        typed = list(commands(block))
        for command, after in zip(typed, [*typed[1:], None], strict=True):
            if command.line == "echo $?":
                assert command.output == (str(self.status),), f"line {block.line}: exit code {self.status}"
                continue
            called = self.type(command)
            self.status = called.exit_code
            where = f"line {block.line}: {command.line}\n{called.stdout}{called.stderr}"
            shown = "\n".join(command.output)
            failure_shown = re.search(r'^Error: |"success": false', shown, re.MULTILINE) is not None
            if after is None or after.line != "echo $?":
                assert (called.exit_code != 0) is failure_shown, where
            if command.output:
                texts = (called.stdout, called.stderr, called.stderr + called.stdout)
                assert any(matches(shown, text) for text in texts), where
            if called.exit_code == 0:
                self._check_files(command.line)

    def type(self, command: Command) -> Called:
        """Run one command line: our own programs in this process, anything else in a shell."""
        line = command.line
        if line.startswith("pip install -e ."):
            self.install(self.folder)
            return Called(0, "", "")
        if line.startswith("export "):
            found = _VARIABLE.fullmatch(shlex.split(line)[1])
            assert found is not None
            os.environ[found[1]] = found[2]
            return Called(0, "", "")
        words = shlex.split(line)
        if words[0] in _PROGRAMS and not _SHELL.search(re.sub(r"'[^']*'|\"[^\"$`]*\"", "", line)):
            return call(words[1:], program=_PROGRAMS[words[0]])
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        process = subprocess.Popen(
            ["sh", "-c", line],
            cwd=self.folder,
            env={**os.environ, "PATH": path, "PYTHONFAULTHANDLER": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGABRT)  # a Python says on its way out where each of its threads was
            out, err = process.communicate()
            raise AssertionError(f"{line}: no end in {PATIENCE_SECONDS:g} s\n{out.decode()}{err.decode()}") from None
        return Called(process.returncode, out.decode(), err.decode())

    def _check_files(self, line: str) -> None:
        """Find every file that was asked for with ``-o``."""
        if "--dry-run" in line:
            return
        for name in re.findall(r" (?:-o|--output) ([\w./-]+)", line):
            path = self.folder / name
            # Several outputs are numbered, or named by the workflow.
            assert any(path.parent.glob(f"{path.stem}*{path.suffix}")), f"{line}: {name} is not there"


def matches(shown: str, text: str) -> bool:
    """Whether a text is what a page shows; ``…`` stands for anything, more lines included.

    Columns may be wider, and empty lines do not count.
    """
    wanted, found = (re.sub(r"\n\s*\n", "\n", re.sub(" +", " ", one.strip())) for one in (shown, text))
    left_out = {"…": ".*", "\n…\n": "\n(?:.*\n)?"}
    pattern = "".join(left_out.get(part) or re.escape(part) for part in re.split("(\n…\n|…)", wanted))
    return re.fullmatch(pattern, found, re.DOTALL) is not None
