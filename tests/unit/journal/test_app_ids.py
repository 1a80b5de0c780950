from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sogni_core._journal import app_ids
from sogni_core._journal.app_ids import lease_app_id
from sogni_core.errors import ConfigError

URL = "wss://socket.example.test"

LEASE = (
    "import sys\n"
    "from pathlib import Path\n"
    "from sogni_core._journal.app_ids import lease_app_id\n"
    "lease = lease_app_id(Path(sys.argv[1]), 'me', 'wss://socket.example.test')\n"
    "print(lease.app_id, flush=True)\n"
    "sys.stdin.read()\n"
)


def leasing(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", LEASE, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    with process:
        process.kill()


def test_an_id_is_stored_and_reused(tmp_path: Path) -> None:
    first = lease_app_id(tmp_path, "me", URL)
    first.release()
    first.release()
    again = lease_app_id(tmp_path, "me", URL)
    assert again.app_id == first.app_id
    assert 1 <= len(first.app_id) <= 256
    again.release()


def test_ids_in_use_are_not_given_twice_and_the_pool_stays_small(tmp_path: Path) -> None:
    for _ in range(3):
        leases = [lease_app_id(tmp_path, "me", URL) for _ in range(3)]
        assert len({lease.app_id for lease in leases}) == 3
        for lease in leases:
            lease.release()
    assert len(list(tmp_path.rglob("*-*-*"))) == 3


def test_accounts_and_endpoints_have_ids_of_their_own(tmp_path: Path) -> None:
    owners = [("me", URL), ("you", URL), ("me", "wss://other.test"), ("", ""), ("../../x", "\ud800")]
    leases = [lease_app_id(tmp_path, *owner) for owner in owners]
    assert len({lease.app_id for lease in leases}) == len(owners)
    assert {path.name for path in tmp_path.iterdir()} == {"app-ids"}
    for lease in leases:
        lease.release()


def test_files_are_private(tmp_path: Path) -> None:
    lease = lease_app_id(tmp_path / "state", "me", URL)
    lease.release()
    if os.name == "posix":
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").rglob("*")}
        assert modes == {0o700, 0o600}


def test_processes_at_once_have_different_ids_and_a_kill_frees_them(tmp_path: Path) -> None:
    processes = [leasing(tmp_path) for _ in range(4)]
    ids = {process: told(process) for process in processes}
    assert len(set(ids.values())) == 4
    victim = processes[2]
    end(victim)
    mine = lease_app_id(tmp_path, "me", URL)
    assert mine.app_id == ids[victim]
    mine.release()
    for process in processes:
        end(process)
    later = leasing(tmp_path)
    assert told(later) in ids.values()
    end(later)


def test_a_stopped_process_keeps_its_id(tmp_path: Path) -> None:
    if os.name != "posix":
        return
    process = leasing(tmp_path)
    app_id = told(process)
    process.send_signal(signal.SIGSTOP)
    mine = lease_app_id(tmp_path, "me", URL)
    assert mine.app_id != app_id
    mine.release()
    end(process)


def test_a_child_of_the_holder_does_not_keep_the_id(tmp_path: Path) -> None:
    """A program started meanwhile, ffmpeg say, may outlive the process that leased the id."""
    code = LEASE.replace(
        "print(",
        "import subprocess\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], close_fds=False)\n"
        "print(child.pid, file=sys.stderr, flush=True)\n"
        "print(",
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    app_id = told(process)
    process.kill()
    process.wait()
    mine = lease_app_id(tmp_path, "me", URL)
    assert mine.app_id == app_id
    mine.release()
    process.communicate()  # closes the pipe that the child waits for


def test_threads_at_once_have_different_ids(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        leases = list(pool.map(lambda _: lease_app_id(tmp_path, "me", URL), range(16)))
    assert len({lease.app_id for lease in leases}) == 16
    for lease in leases:
        lease.release()


def test_the_pool_has_an_end(tmp_path: Path) -> None:
    leases = [lease_app_id(tmp_path, "me", URL) for _ in range(app_ids.LARGEST_POOL)]
    with pytest.raises(ConfigError) as raised:
        lease_app_id(tmp_path, "me", URL)
    assert raised.value.code == "INVALID_STATE"
    for lease in leases:
        lease.release()


def test_foreign_files_are_left_alone_and_broken_ones_told(tmp_path: Path) -> None:
    lease = lease_app_id(tmp_path, "me", URL)
    lease.release()
    (file,) = tmp_path.rglob("*-*-*")
    (file.parent / ".DS_Store").write_text("x")
    file.write_bytes(b"garbage" * 1000)
    with pytest.raises(ConfigError) as raised:
        lease_app_id(tmp_path, "me", URL)
    assert raised.value.code == "INVALID_STATE"
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError):
        lease_app_id(tmp_path / "file", "me", URL)


def test_the_wanted_id_is_leased_and_no_other(tmp_path: Path) -> None:
    first, second = lease_app_id(tmp_path, "me", URL), lease_app_id(tmp_path, "me", URL)
    for lease in (first, second):
        lease.release()
    for lease in (second, first):
        wanted = lease_app_id(tmp_path, "me", URL, lease.app_id)
        assert wanted.app_id == lease.app_id
        wanted.release()
    assert len(list(tmp_path.rglob("*-*-*"))) == 2


def test_a_wanted_id_whose_file_is_gone_is_made_anew(tmp_path: Path) -> None:
    lease = lease_app_id(tmp_path, "me", URL)
    lease.release()
    (file,) = tmp_path.rglob("*-*-*")
    file.unlink()
    wanted = lease_app_id(tmp_path, "me", URL, wanted=lease.app_id)
    assert wanted.app_id == lease.app_id
    wanted.release()
    later = lease_app_id(tmp_path, "me", URL)
    assert later.app_id == lease.app_id
    later.release()


def test_a_wanted_id_of_a_full_pool_is_leased(tmp_path: Path) -> None:
    leases = [lease_app_id(tmp_path, "me", URL) for _ in range(app_ids.LARGEST_POOL)]
    leases[5].release()
    wanted = lease_app_id(tmp_path, "me", URL, leases[5].app_id)
    assert wanted.app_id == leases[5].app_id
    for lease in (*leases, wanted):
        lease.release()


def test_a_wanted_id_that_a_living_process_holds_is_refused(tmp_path: Path) -> None:
    process = leasing(tmp_path)
    app_id = told(process)
    for _ in range(2):
        with pytest.raises(ConfigError) as raised:
            lease_app_id(tmp_path, "me", URL, app_id)
        assert raised.value.code == "APP_ID_IN_USE"
        assert raised.value.retryable
        assert raised.value.details == {"appId": app_id}
    end(process)
    wanted = lease_app_id(tmp_path, "me", URL, app_id)
    assert wanted.app_id == app_id
    wanted.release()


@pytest.mark.parametrize("odd", ["", "x", "../../etc/passwd", "A" * 36, "\x00", "a" * 10_000])
def test_what_is_no_id_is_no_file(tmp_path: Path, odd: str) -> None:
    with pytest.raises(ConfigError) as raised:
        lease_app_id(tmp_path, "me", URL, odd)
    assert raised.value.code == "INVALID_STATE"
    assert list(tmp_path.iterdir()) == []
