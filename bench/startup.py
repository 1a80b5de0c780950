"""How long it takes until something is said: help, version, and imports, beside the bare interpreter."""

from __future__ import annotations

import compileall
import sys
import tempfile
from pathlib import Path

from bench import places
from bench.report import Goal, Report
from bench.timing import Contestant, ratio, take_turns

PLUGINS = 50
"""Light plugins, installed all at once, for the second half of the measurement."""

HELLO = places.HERE / "bare_typer.py"


def run(rounds: int | None, check: bool) -> Report:
    """Measure; with ``check`` once and without what no goal is set for."""
    rounds = rounds or (1 if check else 21)
    report = Report("startup")
    python, sogni = sys.executable, places.sogni()
    bare = Contestant("python -c pass", [python, "-c", "pass"])
    help_ = Contestant("sogni --help", [sogni, "--help"])
    with tempfile.TemporaryDirectory() as folder:
        crowd = Path(folder) / "site"
        install_light_plugins(crowd)
        environ = places.environ(Path(folder))
        crowded = {"PYTHONPATH": str(crowd)}
        crowded_help = Contestant(f"sogni --help, {PLUGINS} plugins more", [sogni, "--help"], crowded)
        contestants = [bare, help_, crowded_help]
        if not check:
            contestants += [
                Contestant("bare typer: hello --help", [python, str(HELLO), "--help"]),
                Contestant("sogni version", [sogni, "version"]),
                Contestant("sogni-gen --version", [places.program("sogni-gen"), "--version"]),
                Contestant("sogni-gen --help", [places.program("sogni-gen"), "--help"]),
                Contestant("sogni image --help", [sogni, "image", "--help"]),
                Contestant("import sogni_core", [python, "-c", "import sogni_core"]),
            ]
            sdk, words = places.sdk_python()
            report.notes.append(words)
            if sdk is not None:
                contestants.append(Contestant("import sogni_client", [sdk, "-c", "import sogni_client"]))
        take_turns(contestants, rounds, environ)
    report.tables["Start to end"] = contestants
    report.goals = [
        Goal("sogni --help by python -c pass", ratio(help_, bare), 9),
        Goal(f"sogni --help with {PLUGINS} plugins more by without", ratio(crowded_help, help_), 1.5),
    ]
    return report


def install_light_plugins(site: Path) -> None:
    """Put plugins into a folder the way an installer leaves them: a module, compiled, and its metadata."""
    for number in range(PLUGINS):
        name = f"light{number}"
        (site / f"sogni_{name}").mkdir(parents=True)
        (site / f"sogni_{name}" / "__init__.py").write_text("", encoding="utf-8")
        (site / f"sogni_{name}" / "plugin.py").write_text(_PLUGIN.format(name=name), encoding="utf-8")
        info = site / f"sogni_{name}-0.1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(_METADATA.format(name=name), encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[sogni.plugins]\n{name} = sogni_{name}.plugin\n", encoding="utf-8")
    compileall.compile_dir(site, quiet=1)


_PLUGIN = '''"""A light plugin."""
from sogni_core.plugin import Mode, hookimpl

@hookimpl
def sogni_modes():
    return [
        Mode("{name}", "A picture of something light.", "sogni_{name}.mode:Light", workflow="sogni_{name}.mode:render")
    ]
'''

_METADATA = """Metadata-Version: 2.4
Name: sogni-{name}
Version: 0.1.0
Summary: A light plugin
Requires-Python: >=3.11
Requires-Dist: sogni-core<0.2,>=0.1
"""
