"""Write what is made from the code: ``python -m tools.generate``; with ``--check`` only compare, exit 1 on drift."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tools import snippets
from tools.pages import commands, errors, faults, flat, hooks, known, lifecycle, python, settings, skill
from tools.repository import ROOT

WHOLE: dict[str, Callable[[], str]] = {
    "sogni_core/_host/extras.py": known.render,
    "plugins/gen/sogni_gen/claims.py": known.render_claims,
    "docs/reference/commands.md": commands.render,
    "docs/reference/sogni-gen.md": flat.render,
    "docs/reference/settings.md": settings.render,
    "docs/reference/errors.md": errors.render,
    "docs/reference/faults.md": faults.render,
    "docs/reference/python.md": python.render,
    "docs/explanation/paid-life.md": lifecycle.render,
    "docs/plugins/reference/hooks.md": hooks.render,
    "openclaw.plugin.json": skill.render_manifest,
}
"""Files that are generated as a whole, and what renders them."""


def generated() -> Iterator[tuple[Path, str]]:
    """Yield every file with generated content and what it should hold."""
    for name, render in WHOLE.items():
        yield ROOT / name, render()
    for name, text in skill.files().items():
        yield ROOT / name, text
    for page in snippets.pages():
        yield page, snippets.filled(page.read_text("utf-8"))


def drift() -> list[Path]:
    """List the files that do not hold what they should, and those of the skill that are no longer part of it."""
    found = [path for path, text in generated() if not path.is_file() or path.read_text("utf-8") != text]
    return [*found, *skill.left_over()]


def write() -> list[Path]:
    """Write the files that do not hold what they should; returns them."""
    changed = []
    for path, text in generated():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            changed.append(path)
    for path in skill.left_over():
        path.unlink()
    return changed


def main(argv: Sequence[str] | None = None) -> int:
    """Write or compare; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something would change")
    if parser.parse_args(argv).check:
        stale = drift()
        for path in stale:
            sys.stdout.write(f"stale: {path.relative_to(ROOT)}\n")
        if stale:
            sys.stdout.write("Run: python -m tools.generate\n")
        return 1 if stale else 0
    for path in write():
        sys.stdout.write(f"written: {path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
