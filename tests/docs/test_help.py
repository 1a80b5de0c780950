"""Help shows what is required, groups options, fits every terminal, and describes what the program really does."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from sogni_core._core_app import CoreApp
from sogni_core.field import FieldSpec, Group
from sogni_core.frontend.modes import ModeInfo
from sogni_core.plugin import Command, Mode
from sogni_core.testing import Called, call
from sogni_core.testing.command_line import FLAT_PROGRAM, PROGRAM
from tools.repository import host

MODES: Mapping[str, ModeInfo] = CoreApp(host()).modes

WORDS = ["", *MODES, *(owned.record.name for owned in host().registry.usable(Command)), "config", "openclaw", "devnet"]
"""What is typed before ``--help``."""


def help_of(words: str, columns: int, monkeypatch: pytest.MonkeyPatch, program: str = PROGRAM) -> str:
    """Return the help of a command on a terminal of so many columns."""
    monkeypatch.setenv("COLUMNS", str(columns))
    called = call([*words.split(), "--help"], program=program)
    assert (called.exit_code, called.stderr) == (0, "")
    return called.stdout


def words_of(text: str) -> list[str]:
    """Return the words of a help text, without the backslashes of commands that go on in the next line."""
    return re.sub(r" \\\n", "\n", text).replace("|", "| ").replace("/", "/ ").split()


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize(
    ("words", "program"),
    [*((words, PROGRAM) for words in WORDS), ("", FLAT_PROGRAM)],
    ids=[*(f"sogni {words}" for words in WORDS), "sogni-gen"],
)
def test_help_fits_the_terminal_and_breaks_no_word(
    words: str, program: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = help_of(words, columns, monkeypatch, program)
    # The id of a model may be longer than a line; nothing is beside it then.
    assert [line for line in narrow.splitlines() if len(line) > columns and len(line.split()) > 1] == []
    assert words_of(narrow) == words_of(help_of(words, 100, monkeypatch, program))


@pytest.mark.parametrize("columns", [1, 5000])
def test_a_strange_width_is_bounded(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = help_of("image", columns, monkeypatch)
    longest = max(map(len, shown.splitlines()))
    assert longest <= 100
    assert "Generate images from a prompt, or edit images." in " ".join(shown.split())


MATERIALS = {"image": "photo.png", "video": "clip.mp4", "audio": "speech.m4a"}


@pytest.fixture
def materials(folder: Path) -> None:
    """Lay a picture and a clip into the current folder."""
    Image.new("RGB", (640, 480), "orange").save(MATERIALS["image"])
    argv = [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=512x512:rate=16:duration=1"]
    subprocess.run([*argv, "-pix_fmt", "yuv420p", MATERIALS["video"]], check=True)


def plan(mode: str, fields: Sequence[FieldSpec]) -> Called:
    """Plan a call with these fields alone."""
    argv = [mode, "--dry-run", "--json", *(["--network", "devnet"] if "network" in MODES[mode].fields else [])]
    for spec in fields:
        value = MATERIALS[spec.media] if spec.kind == "asset" else {"path": "made.mp4"}.get(spec.kind, "x")
        argv += [value] if spec.positional else [spec.flags[0], value]
    return call(argv)


@pytest.mark.usefixtures("materials", "sogni_home")
@pytest.mark.parametrize("mode", MODES)
def test_what_help_shows_as_required_is_required_and_nothing_else_is(mode: str) -> None:
    required = [spec for spec in MODES[mode].fields.values() if spec.required]
    assert required
    whole = plan(mode, required)
    assert whole.exit_code == 0, whole
    for missing in required:
        refused = plan(mode, [spec for spec in required if spec is not missing])
        assert refused.exit_code == 2
        assert missing.name in refused.json["problems"][0]["fields"], refused


@pytest.mark.parametrize("mode", MODES)
def test_help_names_what_is_required_in_its_usage(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = MODES[mode].fields
    shown = help_of(mode, 100, monkeypatch)
    usage = shown.partition("\n\n")[0]
    for spec in fields.values():
        written = spec.metavar if spec.positional else f"{spec.flags[0]} {spec.metavar}"
        if spec.required:
            assert f" {written}" in usage and f"[{written}]" not in usage
        elif spec.positional:
            assert f"[{written}]" in usage
        else:
            assert f" {written}" not in usage
    flat = " ".join(shown.split())
    fillers = {spec.fills: spec.flag for spec in fields.values() if spec.fills}
    for spec in fields.values():
        if spec.required:
            note = f"[required, unless {fillers[spec.name]} is given]" if spec.name in fillers else "[required]"
            assert f"{spec.help} {note}" in flat


@pytest.mark.parametrize("mode", MODES)
def test_help_shows_the_mode_s_own_options_first_and_shared_ones_by_group(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = help_of(mode, 100, monkeypatch)
    headings = re.findall(r"^(\S[^\n]*):$", shown, re.MULTILINE)
    shared = [str(group) for group in Group if group in headings]
    assert headings in (
        ["Arguments", "Options", *shared, "Examples"],
        ["Arguments", "Options", *shared, "Example"],
    )
    assert shared[-1] == Group.RUN
    for spec in MODES[mode].fields.values():
        heading = "Arguments" if spec.positional else spec.group or "Options"
        section = shown.partition(f"\n{heading}:\n")[2].partition("\n\n")[0]
        assert spec.flag in section, f"{spec.name} is not under {heading}"


@pytest.mark.parametrize("mode", MODES)
def test_help_of_a_field_names_no_flag(mode: str) -> None:
    """It is shown by front ends without flags too."""
    said = {spec.name: f"{spec.help} {spec.default_text} {spec.missing}" for spec in MODES[mode].fields.values()}
    assert {name: text for name, text in said.items() if re.search(r"(?<!\w)-{1,2}[a-z]", text)} == {}


def test_an_option_that_is_declared_again_stays_in_its_group() -> None:
    fields = MODES["photobooth"].fields
    assert (fields["width"].setting, fields["width"].group) == ("photobooth.width", Group.MODEL)
    assert MODES["multiangle"].fields["output_format"].group == Group.OUTPUT


def test_the_program_s_help_shows_modes_first_and_groups_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = help_of("", 100, monkeypatch)
    headings = re.findall(r"^(\S[^\n]*):$", shown, re.MULTILINE)
    assert headings == [
        "Modes", "Account", "Settings", "Runs", "Plugins and models", "Agents", "Testing", "Videos",
        "Options", "Example",
    ]  # fmt: skip
    for words in filter(None, WORDS):
        assert re.search(rf"^  {words.split()[0]} +[A-Z][^\n]+$", shown, re.MULTILINE)
    assert "Commands:" not in shown


@pytest.mark.parametrize("owned", [*host().registry.usable(Mode), *host().registry.usable(Command)],
                         ids=lambda owned: owned.record.name)  # fmt: skip
def test_a_summary_is_one_short_sentence_that_says_what_to_do(owned: Any) -> None:
    summary = owned.record.summary
    assert re.fullmatch(r"[A-Z][a-z]+ [^.]+\.|[A-Z][a-z]+ [^.]+\.[a-z]+[^.]*\.", summary)
    assert len(summary) <= 75


def test_every_mode_has_examples() -> None:
    counts = {owned.record.name: len(owned.record.examples) for owned in host().registry.usable(Mode)}
    assert {name for name, count in counts.items() if not 1 <= count <= 3} == set()


def test_help_asks_for_nothing_and_loads_neither_typer_nor_rich() -> None:
    probe = "import sys; from sogni_core.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=50, check=True)
    assert {"typer", "rich", "pydantic"} & set(done.stderr.split()) == set()


@pytest.mark.parametrize(
    "argv",
    [["image", "-o", "--help", "a cat"], ["image", "--", "--help"]],
    ids=["value", "prompt"],
)
def test_a_word_that_belongs_to_something_else_is_not_a_call_for_help(argv: list[str], sogni_home: Any) -> None:
    called = call([*argv[:1], "--network", "devnet", "--dry-run", *argv[1:]])
    assert "Usage:" not in called.stdout
    assert "nothing was submitted" in called.stdout


@pytest.mark.parametrize("argv", [["image", "--help"], ["image", "x", "-n", "0", "--help"], ["resume", "--help"]])
def test_help_comes_first_whatever_else_is_missing_or_wrong(argv: list[str]) -> None:
    called = call(argv)
    assert (called.exit_code, called.stderr) == (0, "")
    assert called.stdout.startswith(f"Usage: sogni {argv[0]} ")


def test_a_command_shows_its_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = help_of("inbound", 100, monkeypatch)
    assert "--kind image|audio|video  Only files of this kind." in shown
    assert re.search(r"--limit INTEGER +Number of files to list\. \[1 to 1000; default: 10\]", shown)
    shown = help_of("concat", 100, monkeypatch)
    assert shown.startswith("Usage: sogni concat [OPTIONS] -o PATH VIDEO...\n")
    assert re.search(r"^  --set NAME +Secret option [^\[]+$", help_of("resume", 100, monkeypatch), re.MULTILINE)


Install = Callable[..., Path]


def test_functions_of_others_are_described_however_they_are_written(
    sogni_site: Install, sogni_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sogni_site(
        "sogni-album",
        plugins={"album": "album.plugin"},
        files={
            "album/__init__.py": "",
            "album/plugin.py": "from sogni_core.plugin import Command, hookimpl\n\n@hookimpl\ndef sogni_commands():\n"
            "    return [Command('album', 'Print an album.', 'album.commands:album')]\n",
            "album/commands.py": "import typer\nfrom pathlib import Path\n\n"
            "def album(app, title: str, cover: Path = typer.Option(..., '--cover', '-h', help='Cover.'),\n"
            "          pages: int = typer.Option(8, min=4, help='Pages.'), bound: bool = False,\n"
            "          price: float | None = None, note: list[str] = typer.Option([], help='Notes.')):\n"
            "    print(title, cover, pages, bound, price, note)\n",
        },
    )
    monkeypatch.setenv("COLUMNS", "100")
    shown = sogni_cli("album", "--help", plugins=["album"]).stdout
    assert shown.startswith("Usage: sogni album [OPTIONS] --cover PATH TITLE\n")
    flat = " ".join(shown.split())
    for part in ("--cover, -h PATH Cover. [required]", "--pages INTEGER Pages. [at least 4; default: 8]",
                 "--bound/--no-bound", "--price NUMBER", "--note TEXT Notes.", "--help Show this help."):  # fmt: skip
        assert part in flat
    assert "-h, --help" not in flat
    called = sogni_cli("album", "Birds", "-h", "c.png", "--note", "a", "--note", "b", plugins=["album"])
    assert called.stdout == "Birds c.png 8 False None ['a', 'b']\n"
