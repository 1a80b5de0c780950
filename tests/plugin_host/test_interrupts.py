"""A Ctrl-C of the user ends the program, whatever a plugin that is being imported makes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sogni_core.testing import write_distribution

# The signal is a real one; only its sender is here instead of at a keyboard, so that nothing has to be waited for.
PRESSED = "from signal import SIGINT, raise_signal\n{before}raise_signal(SIGINT)\n{after}"

MODULES = {
    "passes_it_on": PRESSED.format(before="", after=""),
    "swallows_it": PRESSED.format(before="try:\n    ", after="except KeyboardInterrupt:\n    pass\n"),
    "makes_an_error_of_it": PRESSED.format(
        before="try:\n    ", after="except KeyboardInterrupt:\n    raise ValueError\n"
    ),
}


@pytest.mark.parametrize("kind", MODULES)
def test_ctrl_c_while_a_plugin_is_imported(kind: str, tmp_path: Path) -> None:
    files = {"sogni_slow/__init__.py": "", "sogni_slow/plugin.py": MODULES[kind]}
    write_distribution(tmp_path, "sogni-slow", plugins={"slow": "sogni_slow.plugin"}, files=files)
    done = subprocess.run(
        [sys.executable, "-m", "sogni_core.cli.root", "version", "--json"],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "SOGNI_PLUGINS": "slow"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 130, done
    assert json.loads(done.stdout)["errorCode"] == "INTERRUPTED"
