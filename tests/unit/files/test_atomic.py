from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sogni_core.errors import ConfigError, InputError
from sogni_core.files import PartFile, locked, private_folder, write_atomic

posix = os.name == "posix"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_appears_at_commit_with_its_hash_and_size(tmp_path: Path) -> None:
    target = tmp_path / "cat.png"
    with PartFile(target) as file:
        file.write(b"abc")
        file.write(bytearray(b"def"))
        assert not target.exists()
        assert file.finish().read_bytes() == b"abcdef"
        file.commit()
    assert target.read_bytes() == b"abcdef"
    assert (file.size, file.sha256, file.committed) == (6, hashlib.sha256(b"abcdef").hexdigest(), True)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_any_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, failure: type[BaseException]) -> None:
    target = tmp_path / "cat.png"
    target.write_bytes(b"old")
    with pytest.raises(failure), PartFile(target) as file:
        file.write(b"new")
        raise failure
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_leaving_without_commit_leaves_nothing(tmp_path: Path) -> None:
    with PartFile(tmp_path / "cat.png") as file:
        file.write(b"new")
    assert not list(tmp_path.iterdir())


def test_a_neighbour_is_used_inside_its_block_only(tmp_path: Path) -> None:
    file = PartFile(tmp_path / "cat.png")
    with pytest.raises(ValueError, match="not open"):
        file.write(b"x")
    with pytest.raises(ValueError, match="not open"):
        file.finish()


def test_modes(tmp_path: Path) -> None:
    if not posix:
        return
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "private", "x")
        write_atomic(tmp_path / "mine", "x", mode=None)
        write_atomic(tmp_path / "tool", "x", mode=0o700)
        (tmp_path / "kept").write_text("x")
        (tmp_path / "kept").chmod(0o604)
        write_atomic(tmp_path / "kept", "y", mode=None)
        (tmp_path / "loose").write_text("x")
        (tmp_path / "loose").chmod(0o644)
        write_atomic(tmp_path / "loose", "y")
    finally:
        os.umask(before)
    modes = {name: mode_of(tmp_path / name) for name in ("private", "mine", "tool", "kept", "loose")}
    assert modes == {"private": 0o600, "mine": 0o640, "tool": 0o700, "kept": 0o604, "loose": 0o600}


def test_the_unfinished_private_file_is_private(tmp_path: Path) -> None:
    if not posix:
        return
    with PartFile(tmp_path / "token", private=True) as file:
        file.write(b"secret")
        assert mode_of(file.finish()) == 0o600


def test_text_keeps_its_line_breaks(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", "é\n\r\nb")
    assert (tmp_path / "a").read_bytes() == "é\n\r\nb".encode()


def test_a_symbolic_link_is_written_through(tmp_path: Path) -> None:
    if not posix:
        return
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path / "real" / "cat.png")
    write_atomic(link, "x", mode=None)
    assert link.is_symlink()
    assert (tmp_path / "real" / "cat.png").read_text() == "x"
    assert sorted(tmp_path.iterdir()) == [link, tmp_path / "real"]


def test_a_name_as_long_as_the_system_allows(tmp_path: Path) -> None:
    write_atomic(tmp_path / ("猫" * 85), "x")
    assert [len(os.fsencode(path.name)) for path in tmp_path.iterdir()] == [255]


def test_system_errors_are_translated(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError) as raised:
        write_atomic(tmp_path / "file" / "below", "x", mode=None)
    assert raised.value.code == "OUTPUT_NOT_WRITABLE"
    assert raised.value.details["cause"] == "ENOTDIR"
    with pytest.raises(ConfigError) as state:
        write_atomic(tmp_path, "x")
    assert state.value.code == "INVALID_STATE"


def test_a_full_disk_is_told_and_cleaned_up(tmp_path: Path) -> None:
    if not posix:
        return
    # A limit on the size of files stands in for the full disk: the same error path of the system, EFBIG for ENOSPC.
    code = (
        "import resource, signal, sys\n"
        "from sogni_core.files import PartFile\n"
        "from sogni_core.errors import InputError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    with PartFile(sys.argv[1]) as file:\n"
        "        for _ in range(100): file.write(b'x' * 5000)\n"
        "        file.commit()\n"
        "except InputError as error:\n"
        "    print(error.details['cause'])\n"
    )
    command = [sys.executable, "-c", code, tmp_path / "cat.png"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == errno.errorcode[errno.EFBIG]
    assert not list(tmp_path.iterdir())


def test_a_process_killed_while_writing_leaves_no_final_file(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from sogni_core.files import PartFile\n"
        "with PartFile(sys.argv[1]) as file:\n"
        "    file.write(b'x' * 1_000_000)\n"
        "    print('half', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    target = tmp_path / "cat.png"
    target.write_bytes(b"old")
    with subprocess.Popen(
        [sys.executable, "-c", code, target], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"half"
        process.kill()
    assert target.read_bytes() == b"old"


def test_an_interrupt_removes_the_neighbour(tmp_path: Path) -> None:
    if not posix:
        return
    code = (
        "import sys\n"
        "from sogni_core.files import PartFile\n"
        "with PartFile(sys.argv[1]) as file:\n"
        "    file.write(b'x')\n"
        "    print('half', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "cat.png"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.wait(20)
    assert not list(tmp_path.iterdir())


def test_readers_see_a_whole_file_while_writers_replace_it(tmp_path: Path) -> None:
    target = tmp_path / "state"
    write_atomic(target, "0" * 100_000)
    threads = [
        threading.Thread(target=lambda sign=sign: [write_atomic(target, sign * 100_000) for _ in range(10)])
        for sign in "1234"
    ]
    for thread in threads:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in threads):
        text = target.read_text()
        seen.add((len(text), len(set(text))))
    for thread in threads:
        thread.join()
    assert seen <= {(100_000, 1)}
    assert list(tmp_path.iterdir()) == [target]


def test_private_folder(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "a" / "b")
    assert folder.is_dir()
    if posix:
        assert mode_of(folder) == 0o700
        shared = tmp_path / "shared"
        shared.mkdir()
        shared.chmod(0o755)
        private_folder(shared)
        assert mode_of(shared) == 0o755
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as raised:
        private_folder(tmp_path / "file")
    assert raised.value.code == "INVALID_STATE"


def test_a_lock_keeps_others_out_and_is_freed(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with locked(path), pytest.raises(ConfigError) as raised, locked(path, seconds=0.01):
        raise AssertionError
    assert raised.value.code == "INVALID_STATE"
    with locked(path, seconds=1):
        assert path.exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError), locked(tmp_path / "file" / "x.lock", seconds=0.01):
        raise AssertionError
