"""What is imported on the short way, and what the wire libraries may log."""

from __future__ import annotations

import logging
import ssl
import subprocess
import sys

import pytest

from sogni_core._transport import failures, redaction, tls
from sogni_core._transport.http import Http
from sogni_core.errors import ConfigError


def run(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, env={**os.environ, **environ}
    )


def test_the_short_way_imports_nothing_that_can_wait() -> None:
    heavy = ["httpx", "httpcore", "anyio", "filelock", "eth_account", "PIL", "pydantic", "sqlite3", "rich"]
    code = (
        "import sys\n"
        "import sogni_core._network.session, sogni_core._network.account, sogni_core._transport.http\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    assert run(code).stdout.strip() == "[]"


def test_the_http_library_comes_without_its_command_line() -> None:
    code = (
        "import asyncio, sys\n"
        "from sogni_core._transport.http import Http\n"
        "asyncio.run(Http().load())\n"
        "print('httpx' in sys.modules, 'rich' in sys.modules, 'click' in sys.modules, 'httpx._main' in sys.modules)\n"
        "import httpx\n"
        "print(callable(httpx.main))\n"
    )
    assert run(code).stdout.split() == ["True", "False", "False", "False", "True"]


def test_a_retry_writes_nothing() -> None:
    code = (
        "import asyncio\n"
        "from sogni_core._transport.calls import Reply, SafeCall\n"
        "from sogni_core._transport.retry import repeated\n"
        "async def busy(call): return Reply(503)\n"
        "async def at_once(seconds): pass\n"
        "print(asyncio.run(repeated(SafeCall('GET', 'https://x/'), busy, pause=at_once)).status)\n"
    )
    done = run(code)
    assert (done.stdout.strip(), done.stderr) == ("503", "")


def test_a_plain_endpoint_does_not_pay_for_tls() -> None:
    code = (
        "from sogni_core._transport import tls\n"
        "from sogni_core._transport.http import Http\n"
        "import asyncio\n"
        "async def main():\n"
        "    http = Http()\n"
        "    await http.load()\n"
        "    http.warm('http://127.0.0.1:1')\n"
        "    await http.close()\n"
        "asyncio.run(main())\n"
        "print(tls.bare().cert_store_stats()['x509_ca'], tls.trusting.cache_info().currsize)\n"
    )
    assert run(code).stdout.split() == ["0", "0"]


def test_the_context_checks_names_and_certificates() -> None:
    context = tls.bare()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert tls.trusting() is context


@pytest.mark.parametrize(("name", "value"), [("SSL_CERT_FILE", "/nowhere.pem"), ("SSL_CERT_DIR", "/nowhere")])
def test_a_certificate_file_that_is_not_there_is_said(name: str, value: str) -> None:
    code = (
        "from sogni_core._transport import tls\n"
        "from sogni_core.errors import ConfigError\n"
        "try: tls.trusting()\n"
        "except ConfigError as error: print(error.code, error.details['key'])\n"
    )
    assert run(code, **{name: value}).stdout.split() == ["INVALID_CONFIG", name]


def test_a_certificate_file_that_does_not_read_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", __file__)
    tls.trusting.cache_clear()
    try:
        with pytest.raises(ConfigError):
            tls.trusting()
    finally:
        tls.trusting.cache_clear()


@pytest.mark.parametrize(
    ("name", "message", "arguments", "expected"),
    [
        (
            "httpx",
            "HTTP Request: %s %s",
            ("PUT", "https://store/a?X-Amz-Signature=canary"),
            "HTTP Request: PUT https://store/a",
        ),
        (
            "httpcore.http11",
            "receive_response_headers.complete return_value=(b'canary')",
            (),
            "receive_response_headers.complete",
        ),
    ],
)
def test_what_is_logged_elsewhere_holds_no_secret(
    name: str, message: str, arguments: tuple[str, ...], expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    redaction.install()
    with caplog.at_level(logging.DEBUG, logger=name):
        logging.getLogger(name).debug(message, *arguments)
    assert caplog.messages == [expected]


@pytest.mark.parametrize(
    ("failure", "words", "sent"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "connection refused", True),
        (TimeoutError(), "it took too long", True),
        (ssl.SSLCertVerificationError(1, "canary"), "its certificate is not trusted", True),
        (ssl.SSLError(1, "canary"), "TLS failed", True),
        (OSError(113, "No route to host"), "no route to host", True),
        (RuntimeError("canary"), "the connection failed", True),
    ],
)
def test_failures_are_said_in_words_of_ours(failure: Exception, words: str, sent: bool) -> None:
    error = failures.unreachable(failure, "api.example.com")
    assert error.code == "CONNECTION_ERROR"
    assert error.details == {"host": "api.example.com", "cause": words, "sent": sent}
    assert "canary" not in f"{error.message} {error.hint}"


def test_a_chain_of_failures_is_followed_and_a_circle_ends() -> None:
    first, second = RuntimeError("a"), ConnectionRefusedError(111, "x")
    first.__cause__, second.__context__ = second, first
    assert failures.cause(first) == "connection refused"
    assert failures.cause(ExceptionGroup("all", [ValueError("x"), second])) == "connection refused"


def test_nothing_is_opened_before_it_is_needed() -> None:
    http = Http()
    http.admit("http://127.0.0.1:9")
    assert vars(http)["_client"] is None
    assert vars(http)["_guarded"] is None
