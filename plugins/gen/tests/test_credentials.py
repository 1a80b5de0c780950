"""Where name and password come from."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import EQUALS, RICH


def _write(stage: Any, text: str) -> None:
    path = stage.home.credentials
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    path.chmod(0o600)


def _of(stage: Any, number: int) -> tuple[str, str]:
    account = stage.devnet.accounts[number]
    return account.username, account.password


def _environ(stage: Any, number: int) -> dict[str, str]:
    username, password = _of(stage, number)
    return {"SOGNI_USERNAME": username, "SOGNI_PASSWORD": password}


def _who(stage: Any) -> set[str]:
    return {entry.username for entry in stage.requests if entry.username}


FORMS = [
    "SOGNI_USERNAME={0}\nSOGNI_PASSWORD={1}\n",
    "SOGNI_USERNAME={0}\nSOGNI_PASSWORD={1}",
    "  SOGNI_PASSWORD = {1}  \r\n SOGNI_USERNAME =\t{0}\r\n",
    "hello\nOTHER=1\n\nSOGNI_USERNAME={0}\nSOGNI_PASSWORD={1}\nmore",
    "# mine\nexport SOGNI_USERNAME='{0}'\nexport SOGNI_PASSWORD='{1}'\n",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_file_is_read(stage: Any, form: str) -> None:
    """The password has an equals sign and a quote inside; the original cuts it there."""
    _write(stage, form.format(*_of(stage, EQUALS)))
    called = stage.call("--balance", account=None)
    assert called.exit_code == 0, called
    assert called.stdout.startswith("SPARK: 1000.00\n")


def test_the_environment_is_read(stage: Any) -> None:
    assert stage.call("--balance", account=None, environ=_environ(stage, EQUALS)).exit_code == 0
    assert stage.called.stdout.startswith("SPARK: 1000.00\n")


def test_the_file_stands_above_the_environment(stage: Any) -> None:
    _write(stage, FORMS[0].format(*_of(stage, EQUALS)))
    stage.call("--balance", account=None, environ=_environ(stage, RICH))
    assert stage.called.stdout.startswith("SPARK: 1000.00\n")
    assert _who(stage) == {"devnet-equals"}


HALVES = ["", "SOGNI_USERNAME=devnet-rich\n", "SOGNI_PASSWORD=x\n", "SOGNI_USERNAME=a\nSOGNI_PASSWORD=\n"]


@pytest.mark.parametrize("text", HALVES)
def test_half_a_file_leaves_it_to_the_environment(stage: Any, text: str) -> None:
    _write(stage, text)
    assert stage.call("--balance", account=None, environ=_environ(stage, EQUALS)).exit_code == 0
    assert stage.called.stdout.startswith("SPARK: 1000.00\n")


MISSING = ["x", "--balance", "--video x", "-c a.png x", "--photobooth --ref face.jpg x", "--multi-angle -c a.png x"]


@pytest.mark.parametrize("argv", MISSING)
def test_without_any_it_says_so(stage: Any, argv: str) -> None:
    found = stage.fail(argv, account=None)
    assert (found["error"], found["errorCode"]) == ("No Sogni credentials found.", "MISSING_CREDENTIALS")
    assert [name for name in found["errorDetails"]["triedEnv"] if name != "SOGNI_API_KEY"] == [
        "SOGNI_USERNAME", "SOGNI_PASSWORD",
    ]  # fmt: skip
    assert found["errorDetails"]["triedFile"] == str(stage.home.credentials)
    assert "SOGNI_USERNAME/SOGNI_PASSWORD" in found["hint"]
    assert "~/.config/sogni/credentials" in found["hint"]
    assert stage.requests == []


@pytest.mark.parametrize("one", ["SOGNI_USERNAME", "SOGNI_PASSWORD"])
def test_half_of_each_source_is_none(stage: Any, one: str) -> None:
    """Whether half of the environment is an error of its own or none at all, the file's half is not mixed in."""
    username, password = _of(stage, RICH)
    values = {"SOGNI_USERNAME": username, "SOGNI_PASSWORD": password}
    other = "SOGNI_PASSWORD" if one == "SOGNI_USERNAME" else "SOGNI_USERNAME"
    _write(stage, f"{other}={values[other]}\n")
    found = stage.fail("--balance", account=None, environ={one: values[one]})
    assert found["errorCode"] in {"MISSING_CREDENTIALS", "CONFIG_INVALID"}, found
    assert stage.requests == []


def test_a_wrong_password_is_told(stage: Any) -> None:
    environ = {**_environ(stage, RICH), "SOGNI_PASSWORD": "n0t-1t"}
    found = stage.fail("--balance", account=None, environ=environ)
    assert found["errorCode"] == "AUTHENTICATION_ERROR"
    assert "n0t-1t" not in stage.called.stdout + stage.called.stderr
