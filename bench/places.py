"""Where the programs are, and an environment without anything of the user's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
CACHE = HERE / ".cache"

_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL")


def sogni() -> str:
    """Return the command ``sogni`` of the environment that runs this."""
    return program("sogni")


def program(name: str) -> str:
    """Return a command of the environment that runs this."""
    return str(Path(sys.executable).parent / (f"{name}.exe" if os.name == "nt" else name))


def environ(home: Path) -> dict[str, str]:
    """Return an environment whose home is ``home``: no settings, credentials or files of the user's."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    folders = {name: str(home / name.lower()) for name in ("SOGNI_STATE_DIR", "SOGNI_CONFIG_DIR", "SOGNI_CACHE_DIR")}
    # What people install; the examples of this repository would be measured too.
    plugins = "-flipbook,-house-policy,-postcard"
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), "SOGNI_PLUGINS": plugins, **folders}


def sdk_python(pip_environ: Mapping[str, str] = os.environ) -> tuple[str | None, str]:
    """Return a Python that has the official SDK, and words about it.

    It has an environment of its own in ``bench/.cache``, made at the first call; where that cannot be done
    there is none, and the words say why.
    """
    folder = CACHE / f"sdk-{sys.version_info[0]}.{sys.version_info[1]}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    try:
        if not python.is_file():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=120)
        asked = [str(python), "-c", "import importlib.metadata as m; print(m.version('sogni-client'))"]
        found = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
        if found.returncode != 0:
            install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "sogni-client"]
            subprocess.run(install, check=True, capture_output=True, timeout=300, env=dict(pip_environ))
            found = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as failure:
        return None, f"The official SDK is left out: it cannot be installed here ({type(failure).__name__})."
    return str(python), f"The official SDK is sogni-client {found.stdout.strip()}."
