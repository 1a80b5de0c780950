from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from sogni_core.errors import InputError
from sogni_core.files import numbered, prepare_output, refusal

posix = os.name == "posix"


def test_numbered_outputs() -> None:
    assert numbered(Path("out/cat.png"), 1) == [Path("out/cat.png")]
    assert numbered(Path("out/cat.png"), 3) == [Path(f"out/cat-{n}.png") for n in (1, 2, 3)]
    assert numbered(Path("cat"), 2) == [Path("cat-1"), Path("cat-2")]
    assert numbered(Path("a.b.png"), 2)[0] == Path("a.b-1.png")
    assert numbered(PureWindowsPath(r"C:\out\cat.png"), 2)[1] == PureWindowsPath(r"C:\out\cat-2.png")


def test_parents_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    target = prepare_output(tmp_path / "a" / "b" / "cat.png")
    assert target == tmp_path / "a" / "b" / "cat.png"
    assert not list(target.parent.iterdir())


def test_a_relative_path_and_a_home_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    assert prepare_output("cat.png") == tmp_path / "cat.png"
    assert prepare_output("~/cat.png") == tmp_path / "home" / "cat.png"
    assert prepare_output("~nobody-of-that-name/cat.png") == tmp_path / "~nobody-of-that-name" / "cat.png"


def test_an_existing_file_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_text("old")
    assert prepare_output(tmp_path / "cat.png").read_text() == "old"


def refused(path: str | Path) -> InputError:
    with pytest.raises(InputError) as raised:
        prepare_output(path)
    assert raised.value.code == "OUTPUT_NOT_WRITABLE"
    return raised.value


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "directory" in refused(tmp_path).message
    assert refused(tmp_path / "file" / "cat.png").details["path"] == str(tmp_path / "file" / "cat.png")
    refused(tmp_path / ("x" * 300))
    refused(tmp_path / ("x" * 300) / "cat.png")
    refused("nul\0character")
    refused("")
    refused(tmp_path / "surrogate\ud800.png")
    assert "not text" in refused(tmp_path / "latin-\udcff" / "cat.png").message


def test_devices_and_pipes_are_refused(tmp_path: Path) -> None:
    if not posix:
        return
    os.mkfifo(tmp_path / "pipe")
    assert "not a file" in refused(tmp_path / "pipe").message
    assert "not a file" in refused("/dev/null").message
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    refused(tmp_path / "loop")


def test_missing_permission_is_refused(tmp_path: Path) -> None:
    """In a process without privileges, since root may write everywhere."""
    if not posix:
        return
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from sogni_core.errors import InputError\n"
        "from sogni_core.files import prepare_output\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "for path in sys.argv[1:]:\n"
        "    try: print(prepare_output(path))\n"
        "    except InputError as error: print(error.code, error.details['cause'])\n"
    )
    opened = tmp_path
    while opened != opened.parent and opened.stat().st_uid == os.getuid():
        opened.chmod(opened.stat().st_mode | 0o005)
        opened = opened.parent
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / "old.png").write_text("x")
    folder.chmod(0o555)
    protected = tmp_path / "open" / "protected.png"
    protected.parent.mkdir()
    protected.parent.chmod(0o777)
    protected.write_text("x")
    protected.chmod(0o444)
    paths = [folder / "cat.png", folder / "old.png", folder / "new" / "cat.png", protected]
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["OUTPUT_NOT_WRITABLE EACCES"] * 4


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        (PureWindowsPath("NUL"), True),
        (PureWindowsPath("nul.png"), True),
        (PureWindowsPath(r"out\con \cat.png"), True),
        (PureWindowsPath("COM¹.txt"), True),
        (PureWindowsPath("cat.png."), True),
        (PureWindowsPath("cat.png "), True),
        (PureWindowsPath("what?.png"), True),
        (PureWindowsPath("file.png:stream"), True),
        (PureWindowsPath("tab\t.png"), True),
        (PureWindowsPath("C:\\"), True),
        (PureWindowsPath(r"C:\out\cat.png"), False),
        (PureWindowsPath(r"..\cat.png"), False),
        (PureWindowsPath(r"\\server\share\cat.png"), False),
        (PureWindowsPath("null.png"), False),
        (PureWindowsPath("COM0.png"), False),
        (PurePosixPath("NUL"), False),
        (PurePosixPath("what?.png"), False),
        (PurePosixPath("/"), True),
    ],
)
def test_names_that_a_system_does_not_take(path: PureWindowsPath | PurePosixPath, refused: bool) -> None:
    assert (refusal(path) is not None) is refused
