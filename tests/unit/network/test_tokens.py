"""Tokens: what they say of themselves, and the file that processes share."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._network.tokens import TokenFile, Tokens, expiry
from sogni_core.errors import ConfigError

pytestmark = pytest.mark.anyio


def jwt(**claims: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.signature"


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (jwt(exp=1_900_000_000), 1_900_000_000.0),
        (jwt(exp=1.5, addr="0x"), 1.5),
        (jwt(), None),
        (jwt(exp="soon"), None),
        (jwt(exp=True), None),
        (jwt(exp=1e300), None),
        (jwt(exp=-(10**400)), None),
        ("opaque", None),
        ("a.b.c", None),
        ("", None),
        ("..", None),
        ("a.!!!.c", None),
        (f"a.{base64.urlsafe_b64encode(b'[1]').decode()}.c", None),
    ],
)
def test_the_end_of_a_token_is_read_and_not_verified(token: str, expected: float | None) -> None:
    assert expiry(token) == expected


@given(st.text())
def test_no_text_is_an_exception(text: str) -> None:
    expiry(text)
    expiry(f"a.{text}.c")


def test_a_token_without_an_end_is_used_until_it_is_refused() -> None:
    assert not Tokens("opaque").expired
    assert Tokens(jwt(exp=time.time() - 1)).expired
    assert not Tokens(jwt(exp=time.time() + 60)).expired
    assert Tokens("opaque", "opaque").renewable
    assert not Tokens("opaque").renewable
    assert not Tokens("opaque", jwt(exp=time.time() - 1)).renewable


def test_tokens_do_not_show() -> None:
    assert "canary" not in repr(Tokens("canary-1", "canary-2"))


def test_what_is_written_is_read_back_and_is_private(tmp_path: Path) -> None:
    file = TokenFile(tmp_path, "me", "https://rest")
    assert file.read() is None
    file.write(Tokens("one", "two"))
    assert file.read() == Tokens("one", "two")
    (written,) = (tmp_path / "tokens").iterdir()
    assert "me" not in written.stem.split("-")
    if os.name == "posix":
        assert stat.S_IMODE(written.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "tokens").stat().st_mode) == 0o700
    file.remove()
    file.remove()
    assert file.read() is None


def test_accounts_and_endpoints_do_not_share(tmp_path: Path) -> None:
    TokenFile(tmp_path, "me", "https://rest").write(Tokens("one"))
    assert TokenFile(tmp_path, "you", "https://rest").read() is None
    assert TokenFile(tmp_path, "me", "https://other").read() is None


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"token": 1}', b'{"token": ""}', b"\xff\xfe", b'{"refreshToken": "x"}', b"[" * 9999],
)
def test_a_broken_file_is_no_login_instead_of_an_error(tmp_path: Path, content: bytes) -> None:
    file = TokenFile(tmp_path, "me", "https://rest")
    file.write(Tokens("one"))
    (written,) = (tmp_path / "tokens").glob("*.json")
    written.write_bytes(content)
    assert file.read() is None


async def test_a_lock_excludes_other_processes(tmp_path: Path) -> None:
    file = TokenFile(tmp_path, "me", "https://rest")
    code = (
        "import sys; from filelock import FileLock, Timeout\n"
        "try:\n    FileLock(sys.argv[1]).acquire(timeout=0)\n"
        "except Timeout:\n    sys.exit(3)\n"
    )
    async with file.locked():
        (lock,) = (tmp_path / "tokens").glob("*.lock")
        assert subprocess.run([sys.executable, "-c", code, str(lock)], check=False).returncode == 3
    assert subprocess.run([sys.executable, "-c", code, str(lock)], check=False).returncode == 0


async def test_a_lock_that_another_process_keeps_is_an_error(tmp_path: Path) -> None:
    file = TokenFile(tmp_path, "me", "https://rest")
    code = (
        "import sys; from filelock import FileLock\n"
        "with FileLock(sys.argv[1]):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    file.write(Tokens("one"))
    command = [sys.executable, "-c", code, str(file.path.with_suffix(".lock"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(ConfigError, match="locked the stored login"):
            async with file.locked(0.1):
                pytest.fail("two processes hold the lock")
        other.communicate()
    async with file.locked(0.1):
        pass


async def test_a_state_folder_that_cannot_be_used_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("in the way")
    file = TokenFile(tmp_path, "me", "https://rest")
    with pytest.raises(ConfigError) as caught:
        async with file.locked():
            pass
    assert caught.value.code == "INVALID_STATE"
    with pytest.raises(ConfigError):
        file.write(Tokens("one"))
