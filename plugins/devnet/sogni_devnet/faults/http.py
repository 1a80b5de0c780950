"""Faults of HTTP: REST calls, uploads, downloads and credentials."""

from __future__ import annotations

from sogni_devnet.faults.fault import Fault, Moment

REST = "/v*"
"""Calls of the REST host. Those of the socket host start with ``/api``."""


def _status(status: int, words: str, **options: object) -> Fault:
    return Fault(
        f"http_{status}", "http", "status", f"A REST call returns {status}, {words}.",
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
    _status(429, "too many calls, with `retry_after` in header and body", retry_after=1),
    _status(500, "internal server error"), _status(502, "bad gateway"),
    _status(503, "unavailable, with `retry_after` in header and body", retry_after=1),
    _status(504, "gateway timeout"),
    Fault("http_html", "http", "html", "A REST call returns the HTML page of a gateway.", {**_ANY, "status": 502}),
    Fault("http_plain", "http", "plain", "A REST call returns an error in plain text.",
          {**_ANY, "status": 500}),
    Fault("http_empty", "http", "empty", "A REST call returns 200 and an empty body.", _ANY),
    Fault("http_not_json", "http", "not_json", "A REST call returns 200 and incomplete JSON.", _ANY),
    Fault("http_wrong_shape", "http", "wrong_shape", "A REST call returns 200 and JSON with another structure.",
          _ANY),
    Fault("http_huge", "http", "huge", "A REST call returns 200 and `megabytes` of JSON.",
          {**_ANY, "megabytes": 32}),
    Fault("http_slow", "http", "slow", "A REST call returns after `seconds`.", {**_ANY, "seconds": 1.0}, None),
    Fault("http_stalled", "http", "stalled", "A REST call never returns.", _ANY),
    Fault("http_dropped", "http", "dropped", "The connection of a REST call is cut without a response.", _ANY),
    _call("nonce_refused", "/v1/account/nonce", 500, "A nonce is refused.", "login"),
    _call("login_refused", "/v1/account/login", 401, "A login is refused.", "login"),
    _call("refresh_refused", "/v1/account/refresh-token", 401, "A refresh token is refused.", "refresh"),
    _call("upload_url_refused", "/v1/*/uploadUrl", 403, "An upload URL is refused.", "upload"),
    _call("download_url_refused", "/v1/*/downloadUrl", 404, "A download URL is refused: the file is not found."),
)  # fmt: skip

CREDENTIALS = (
    Fault("token_expired", "auth", "expire", "The token has expired; its refresh token is valid.",
          {"auth": "token"}, needs="token"),
    Fault("token_revoked", "auth", "revoke", "The token and its refresh token are revoked.",
          {"auth": "token"}, needs="token"),
    Fault("key_refused", "auth", "refuse", "The API key is refused with 401 and code 101.",
          {"auth": "api-key"}, needs="key"),
)  # fmt: skip

FILES = (
    _file("upload", "refused", "xml", "An upload is refused with `status`.", status=403),
    _file("upload", "failed", "xml", "An upload fails with `status`.", status=500),
    _file("upload", "unavailable", "xml", "An upload returns 503.", status=503),
    _file("upload", "slow", "slow", "An upload returns after `seconds`.", seconds=1.0),
    _file("upload", "stalled", "stalled", "An upload is received, but never returns."),
    _file("upload", "dropped", "dropped", "The connection of an upload is cut in the middle."),
    _file("upload", "lost", "lost", "An upload returns 200, but its file is lost."),
    _file("download", "slow", "slow_body", "A download takes `seconds`, in small pieces.", seconds=1.0),
    _file("download", "stalled", "stalled_body", "A download stops in the middle, but does not end."),
    _file("download", "short", "short_body", "A download ends before its announced length."),
    _file("download", "unsized", "unsized_body", "A download without a length is cut in the middle."),
    _file("download", "wrong_type", "page", "A download is an HTML page with status 200."),
    _file("download", "empty", "empty", "A download is empty with status 200."),
    _file("download", "corrupt", "corrupt_body", "A download has the right length, but its second half is zeros."),
    _file("download", "expired", "xml", "A download URL has expired: `status`, XML.", status=403),
    _file("download", "missing", "xml", "A download is not found: `status`, XML.", status=404),
    _file("download", "failed", "xml", "A download fails with `status`.", status=500),
    _file("download", "unavailable", "xml", "A download returns 503.", status=503),
    _file("download", "dropped", "dropped", "The connection of a download is cut without a response."),
    _file("download", "redirected", "redirect", "A download is redirected to the same file.", url=""),
    _file("download", "redirect_loop", "redirect", "A download is redirected to itself forever.", None, url=""),
    _file("download", "redirected_away", "redirect", "A download is redirected to another address, `url`.",
          url="http://192.0.2.1/result"),
)  # fmt: skip

HTTP = (*CALLS, *CREDENTIALS, *FILES)
