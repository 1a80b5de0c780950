from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sogni_core.errors import ConfigError, InputError
from sogni_core.settings.credentials import ORDER, Credentials, CredentialsOrder, Found, forget, read, store
from sogni_core.settings.paths import Paths

FILE = "~/.config/sogni/credentials"
ENVIRONMENT = {"SOGNI_USERNAME": "me", "SOGNI_PASSWORD": "pw"}


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path, tmp_path / ".config" / "sogni", tmp_path / "state", tmp_path / "cache")


def write(paths: Paths, text: str | bytes, mode: int = 0o600) -> None:
    paths.config.mkdir(parents=True, exist_ok=True)
    paths.credentials.write_bytes(text if isinstance(text, bytes) else text.encode())
    paths.credentials.chmod(mode)


def test_nothing_anywhere(paths: Paths) -> None:
    assert read(paths, {}) == Found(None, ())


FILE_FIRST: CredentialsOrder = ("file", "environment")


@pytest.mark.parametrize(
    ("order", "username", "used", "other"),
    [(ORDER, "me", "environment", FILE), (FILE_FIRST, "file", FILE, "environment")],
    ids=["environment first", "file first"],
)
def test_the_first_place_that_has_some_wins(
    paths: Paths, order: CredentialsOrder, username: str, used: str, other: str
) -> None:
    alone = Credentials("me", "pw", origin="environment")
    assert read(paths, ENVIRONMENT, order) == Found(alone, ())
    write(paths, "SOGNI_USERNAME=file\nSOGNI_PASSWORD=other\n")
    credentials, warnings, _ = read(paths, ENVIRONMENT, order)
    assert credentials is not None
    assert (credentials.username, credentials.origin) == (username, used)
    assert warnings == (f"The credentials in {used} differ from those in {other}; using {used}.",)
    write(paths, "SOGNI_USERNAME=me\nSOGNI_PASSWORD=pw\n")
    assert read(paths, ENVIRONMENT, order).warnings == ()


def test_an_api_key_takes_precedence_over_user_name_and_password_of_its_place(paths: Paths) -> None:
    write(paths, "SOGNI_USERNAME=me\nSOGNI_PASSWORD=pw\nSOGNI_API_KEY=key\n")
    assert read(paths, {}) == Found(Credentials(api_key="key", origin=FILE), ())
    write(paths, "SOGNI_USERNAME=me\nSOGNI_PASSWORD=pw\n")
    environ = {"SOGNI_API_KEY": "key"}
    credentials, warnings, _ = read(paths, environ)
    assert credentials == Credentials(api_key="key", origin="environment")
    assert warnings == (f"The credentials in environment differ from those in {FILE}; using environment.",)
    assert read(paths, environ, FILE_FIRST).credentials == Credentials("me", "pw", origin=FILE)


def test_two_sources_are_never_mixed(paths: Paths) -> None:
    write(paths, "SOGNI_USERNAME=me\n")
    credentials, warnings, _ = read(paths, {"SOGNI_PASSWORD": "pw"})
    assert credentials is None
    assert warnings == (
        "SOGNI_PASSWORD (environment) is ignored, because SOGNI_USERNAME is missing there.",
        f"SOGNI_USERNAME ({FILE}) is ignored, because SOGNI_PASSWORD is missing there.",
    )
    assert read(paths, ENVIRONMENT).credentials == Credentials("me", "pw", origin="environment")


@pytest.mark.parametrize(
    ("line", "password"),
    [
        ("SOGNI_PASSWORD=pw", "pw"),
        ("  SOGNI_PASSWORD = pw  ", "pw"),
        ("export SOGNI_PASSWORD=pw", "pw"),
        ("SOGNI_PASSWORD=a=b=c", "a=b=c"),
        ("SOGNI_PASSWORD='a b'", "a b"),
        ('SOGNI_PASSWORD=" a "', " a "),
        ('SOGNI_PASSWORD="a\\"b\\\\c\\$d\\e"', 'a"b\\c$d\\e'),
        ("SOGNI_PASSWORD='it'\"'\"'s'", "it's"),
        ("SOGNI_PASSWORD='a' # mine", "a"),
        ("SOGNI_PASSWORD=a # b", "a # b"),
        ("SOGNI_PASSWORD=#a", "#a"),
        ("SOGNI_PASSWORD='a", "'a"),
        ("SOGNI_PASSWORD='a'b", "'a'b"),
        ("SOGNI_PASSWORD=a'b'", "a'b'"),
        ("SOGNI_PASSWORD=$HOME", "$HOME"),
        ("SOGNI_PASSWORD=ünïcode 🐱", "ünïcode 🐱"),
        ("SOGNI_PASSWORD=a\u2028b", "a\u2028b"),
    ],
)
def test_lines(paths: Paths, line: str, password: str) -> None:
    write(paths, f"# comment\nSOGNI_USERNAME=me\nOTHER=x\n\n{line}\n#SOGNI_PASSWORD=old\n")
    credentials, warnings, _ = read(paths, {})
    assert credentials is not None
    assert (credentials.username, credentials.password, warnings) == ("me", password, ())


def test_windows_files(paths: Paths) -> None:
    write(paths, b"\xef\xbb\xbfSOGNI_USERNAME=me\r\nSOGNI_PASSWORD=pw\r\n")
    assert read(paths, {}).credentials == Credentials("me", "pw", origin=FILE)


def test_empty_values_count_as_missing(paths: Paths) -> None:
    write(paths, "SOGNI_USERNAME=\nSOGNI_PASSWORD=''\n")
    assert read(paths, {"SOGNI_API_KEY": ""}) == Found(None, ())


def test_a_file_that_others_can_read_is_a_warning(paths: Paths) -> None:
    write(paths, "SOGNI_API_KEY=key\n", mode=0o644)
    if os.name == "posix":
        assert read(paths, {}).warnings == (f"Other users can read {FILE}. Run: chmod 600 {FILE}",)


@pytest.mark.parametrize("content", [b"SOGNI_PASSWORD=\xff\xfehunter2", b"#" * 70_000])
def test_a_file_that_cannot_be_read_is_a_warning_unless_it_might_name_the_account(paths: Paths, content: bytes) -> None:
    write(paths, content)
    credentials, warnings, error = read(paths, ENVIRONMENT)
    assert credentials is not None
    assert (credentials.origin, error) == ("environment", None)
    assert len(warnings) == 1
    for found in (read(paths, {}), read(paths, ENVIRONMENT, FILE_FIRST)):
        assert found.credentials is None
        assert found.error is not None
        assert (found.error.code, found.warnings) == ("INVALID_CONFIG", warnings)
    assert f"Cannot read {FILE}" in warnings[0]
    assert "hunter2" not in warnings[0]
    with pytest.raises(ConfigError) as raised:
        store(paths, Credentials(api_key="key"))
    assert raised.value.code == "INVALID_CONFIG"
    assert raised.value.__context__ is None
    assert paths.credentials.read_bytes() == content


def test_a_folder_or_pipe_in_its_place(paths: Paths) -> None:
    paths.credentials.mkdir(parents=True)
    assert "not a regular file" in read(paths, {}).warnings[0]
    if os.name == "posix":
        paths.credentials.rmdir()
        os.mkfifo(paths.credentials)
        assert "not a regular file" in read(paths, {}).warnings[0]


def test_secrets_do_not_show() -> None:
    assert "hunter2" not in repr(Credentials("me", "hunter2", "hunter2", "file"))


def test_store_is_private_and_keeps_the_rest(paths: Paths) -> None:
    store(paths, Credentials("me", "pw"))
    assert paths.credentials.read_text() == "SOGNI_USERNAME=me\nSOGNI_PASSWORD=pw\n"
    write(paths, "# mine\nexport SOGNI_USERNAME=old\nOTHER=x\nSOGNI_PASSWORD=old\n# end\n", mode=0o644)
    store(paths, Credentials("new", "p w"))
    assert paths.credentials.read_text() == "# mine\nSOGNI_USERNAME=new\nSOGNI_PASSWORD='p w'\nOTHER=x\n# end\n"
    if os.name == "posix":
        assert stat.S_IMODE(paths.credentials.stat().st_mode) == 0o600


def test_what_was_stored_is_what_is_used(paths: Paths) -> None:
    store(paths, Credentials(api_key="key"))
    store(paths, Credentials("me", "pw"))
    assert read(paths, {}).credentials == Credentials("me", "pw", origin=FILE)
    store(paths, Credentials(api_key="key"))
    assert read(paths, {}).credentials == Credentials(api_key="key", origin=FILE)


def test_forget(paths: Paths) -> None:
    assert forget(paths) is False
    assert not paths.config.exists()
    store(paths, Credentials("me", "pw"))
    assert forget(paths) is True
    assert not paths.credentials.exists()
    write(paths, "# mine\nSOGNI_API_KEY=key\n")
    assert forget(paths) is True
    assert paths.credentials.read_text() == "# mine\n"
    assert forget(paths) is False


@pytest.mark.parametrize("secret", ["", "a\nb", "a\rb", "a\0b", "lone\ud800"])
def test_what_no_line_can_hold(paths: Paths, secret: str) -> None:
    with pytest.raises(InputError) as raised:
        store(paths, Credentials("me", secret))
    assert raised.value.code == "INVALID_ARGUMENT"
    assert not paths.credentials.exists()


_values = st.text(st.characters(exclude_categories=["Cs"], min_codepoint=32, exclude_characters="\x7f"), min_size=1)


@settings(deadline=None)  # each example waits for the disk
@given(username=_values, password=_values)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, username: str, password: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "round-trip"
    paths = Paths(folder, folder / "config", folder / "state", folder / "cache")
    store(paths, Credentials(username, password))
    credentials = read(paths, {}).credentials
    assert credentials is not None
    assert (credentials.username, credentials.password) == (username, password)


def test_a_shell_reads_the_same(paths: Paths) -> None:
    if os.name != "posix":
        return
    password = 'it\'s $HOME `x` "q" \\ # end '
    store(paths, Credentials("me", password))
    command = f'. "{paths.credentials}" && printf %s "$SOGNI_PASSWORD"'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == password
