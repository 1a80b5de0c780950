"""``python -m sogni_core``: the command ``sogni``, where no script is installed or another one is found first."""

from __future__ import annotations

from sogni_core.cli import program

if __name__ == "__main__":
    program()
