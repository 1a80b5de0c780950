"""Faults of HTTP: REST calls, uploads, downloads, credentials. Standard library only, because they are data."""

from __future__ import annotations

from sogni_devnet.faults.fault import Fault, Moment

REST = "/v*"
"""Calls of the REST host. The socket host's begin with ``/api``."""


def _status(status: int, words: str, **options: object) -> Fault:
    return Fault(
        f"http_{status}", "http", "status", f"A REST call is answered with {status}, {words}.",
        {"path": REST, "method": "*", "status": status, "code": None, "retry_after": None, **options},
    )  # fmt: skip


def _call(name: str, path: str, status: int, summary: str, needs: str = "") -> Fault:
    return Fault(
        name, "http", "status", summary,
        {"path": path, "method": "*", "status": status, "code": None, "retry_after": None}, needs=needs,
    )  # fmt: skip


def _file(moment: Moment, name: str, action: str, summary: str, times: int | None = 1, **options: object) -> Fault:
    needs = "upload" if moment == "upload" else ""
    return Fault(f"{moment}_{name}", moment, action, summary, options, times, needs)


_ANY = {"path": REST, "method": "*"}

CALLS = (
    _status(400, "bad request"), _status(401, "not logged in"), _status(403, "forbidden"), _status(404, "not found"),
    _status(408, "request timeout"), _status(423, "busy"),
    _status(429, "too many calls; `retry_after` seconds in header and body", retry_after=1),
    _status(500, "a fault of the server"), _status(502, "bad gateway"),
    _status(503, "unavailable; `retry_after` seconds in header and body", retry_after=1),
    _status(504, "gateway timeout"),
    Fault("http_html", "http", "html", "A REST call is answered with a gateway's HTML page.", {**_ANY, "status": 502}),
    Fault("http_plain", "http", "plain", "A REST call is answered with an error in plain text.",
          {**_ANY, "status": 500}),
    Fault("http_empty", "http", "empty", "A REST call is answered with 200 and nothing.", _ANY),
    Fault("http_not_json", "http", "not_json", "A REST call is answered with 200 and half a JSON text.", _ANY),
    Fault("http_wrong_shape", "http", "wrong_shape", "A REST call is answered with 200 and JSON of another shape.",
          _ANY),
    Fault("http_huge", "http", "huge", "A REST call is answered with 200 and `megabytes` of JSON.",
          {**_ANY, "megabytes": 32}),
    Fault("http_slow", "http", "slow", "A REST call is answered after `seconds`.", {**_ANY, "seconds": 1.0}, None),
    Fault("http_stalled", "http", "stalled", "A REST call is never answered.", _ANY),
    Fault("http_dropped", "http", "dropped", "The connection of a REST call is cut without an answer.", _ANY),
    _call("nonce_refused", "/v1/account/nonce", 500, "No nonce is given.", "login"),
    _call("login_refused", "/v1/account/login", 401, "A login is refused.", "login"),
    _call("refresh_refused", "/v1/account/refresh-token", 401, "A refresh token is refused.", "refresh"),
    _call("upload_url_refused", "/v1/*/uploadUrl", 403, "No upload URL is given.", "upload"),
    _call("download_url_refused", "/v1/*/downloadUrl", 404, "No download URL is given: the file is not found."),
)  # fmt: skip

CREDENTIALS = (
    Fault("token_expired", "auth", "expire", "The token that is shown has expired; its refresh token is good.",
          {"auth": "token"}, needs="token"),
    Fault("token_revoked", "auth", "revoke", "The token that is shown is revoked, and its refresh token with it.",
          {"auth": "token"}, needs="token"),
    Fault("key_refused", "auth", "refuse", "The API key that is shown is refused with 401 and code 101.",
          {"auth": "api-key"}, needs="key"),
)  # fmt: skip

FILES = (
    _file("upload", "refused", "xml", "An upload is refused with `status`.", status=403),
    _file("upload", "failed", "xml", "An upload fails with `status`.", status=500),
    _file("upload", "unavailable", "xml", "An upload is told to come back later.", status=503),
    _file("upload", "slow", "slow", "An upload is answered after `seconds`.", seconds=1.0),
    _file("upload", "stalled", "stalled", "An upload is taken and never answered."),
    _file("upload", "dropped", "dropped", "The connection of an upload is cut while it is sent."),
    _file("upload", "lost", "lost", "An upload is answered with 200 and forgotten."),
    _file("download", "slow", "slow_body", "A download takes `seconds`, a little at a time.", seconds=1.0),
    _file("download", "stalled", "stalled_body", "A download stops in the middle and never ends."),
    _file("download", "short", "short_body", "A download ends in the middle; its length said more."),
    _file("download", "unsized", "unsized_body", "A download says no length and is cut in the middle."),
    _file("download", "wrong_type", "page", "A download is an HTML page with status 200."),
    _file("download", "empty", "empty", "A download is 200 and empty."),
    _file("download", "corrupt", "corrupt_body", "A download has its right length, and its second half is zeros."),
    _file("download", "expired", "xml", "A download URL has expired: `status`, XML.", status=403),
    _file("download", "missing", "xml", "A download is not there: `status`, XML.", status=404),
    _file("download", "failed", "xml", "A download fails with `status`.", status=500),
    _file("download", "unavailable", "xml", "A download is told to come back later.", status=503),
    _file("download", "dropped", "dropped", "The connection of a download is cut without an answer."),
    _file("download", "redirected", "redirect", "A download is redirected to the same file.", url=""),
    _file("download", "redirect_loop", "redirect", "A download is redirected to itself for ever.", None, url=""),
    _file("download", "redirected_away", "redirect", "A download is redirected to another address, `url`.",
          url="http://192.0.2.1/result"),
)  # fmt: skip

HTTP = (*CALLS, *CREDENTIALS, *FILES)
