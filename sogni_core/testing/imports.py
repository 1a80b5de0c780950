"""A plugin's module is imported in every start of the program: by itself, silently, with nothing heavy in its wake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from sogni_core._host import record_check
from sogni_core.frozen import frozen
from sogni_core.plugin import RECORDS
from sogni_core.testing.subject import Subject

HEAVY = ("pydantic", "httpx", "websockets", "PIL", "rich", "asyncio", "ssl", "eth_account", "typer")
"""What is imported when a command runs, and never before."""

_PROBE = """
import contextlib, importlib, io, json, sys, traceback
before, printed, error = set(sys.modules), io.StringIO(), ""
try:
    with contextlib.redirect_stdout(printed):
        importlib.import_module(sys.argv[1])
except BaseException:
    error = traceback.format_exc(limit=-3)
found = {"modules": sorted(set(sys.modules) - before), "printed": printed.getvalue(), "error": error}
sys.stdout.write(json.dumps(found))
"""


@frozen
class Fresh:
    """What importing a module did in an interpreter of its own."""

    name: str
    modules: tuple[str, ...]
    """Names of the modules that came with it."""
    printed: str
    error: str

    def findings(self) -> Iterator[str]:
        """Yield what an import must not do."""
        if self.error:
            yield f"importing {self.name} fails: {self.error.strip()}"
        if self.printed:
            yield f"importing {self.name} prints: {self.printed!r:.80}"
        heavy = [name for name in HEAVY if name in self.modules]
        if heavy:
            yield f"importing {self.name} imports {', '.join(heavy)}: name what needs them as a target"


def import_alone(name: str) -> Fresh:
    """Import a module in a fresh interpreter with this one's module path."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(  # noqa: S603 - this interpreter, our own code
        [sys.executable, "-c", _PROBE, name],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    if done.returncode != 0 or not done.stdout:
        return Fresh(name, (), "", f"the interpreter ended with {done.returncode}: {done.stderr[-500:]}")
    found = json.loads(done.stdout)
    return Fresh(name, tuple(found["modules"]), found["printed"], found["error"])


def early(subject: Subject, fresh: Fresh) -> Iterator[str]:
    """Yield the modules of the plugin's own targets that came with its import."""
    for target in targets_of(subject):
        module = target.partition(":")[0]
        if module in fresh.modules and module != fresh.name:
            yield f"importing {fresh.name} imports {module}, the module of target {target}"
        elif module == fresh.name:
            yield f"target {target} is in the plugin's own module; move it to another module"


def targets_of(subject: Subject) -> Iterator[str]:
    """Yield every target that the plugin's records name."""
    for kind in RECORDS:
        for record in subject.records(kind):
            yield from (target for _, target in record_check.targets_of(record))
