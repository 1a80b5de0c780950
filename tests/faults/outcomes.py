"""How a run of the image mode ends for every way in which the devnet can misbehave. Data: the tests run it, and
``tools/pages/faults.py`` makes ``docs/reference/faults.md`` of it.

A row names its faults as the setting ``[devnet] faults`` spells them, several joined by `` + ``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sogni_core import errors
from sogni_core.errors import CODES

RESULT = "result"


@dataclass(frozen=True)
class Row:
    """One run: the faults, how it is called, and what has to come of it."""

    faults: str
    end: str
    """``result``: every output is there, whole. Else the one error, by its code."""
    state: str
    """What the journal says of the project afterwards."""
    requests: int = 1
    """``jobRequest`` frames that reach the devnet; more than one are one and the same."""
    note: str = ""
    """For the page: why, or how the run was called where that matters."""
    saved: int = 0
    """How many files are there although there is an error."""
    timeout: int = 60
    """Time limit of the run, seconds."""
    crowd: int = 5
    """Added to it where many runs begin at once: on a busy machine seconds are gone before anything is sent."""
    pace: float = 0.0
    """Seconds that a worker takes for an image."""
    count: int = 1
    """Images asked for."""
    context: bool = False
    """Whether an image is uploaded to be edited."""
    password: bool = False
    """Whether the account is named by name and password, so that there is a login; else by an API key."""
    patient: bool = False
    """Whether it takes long, and is begun first."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its faults."""
        return tuple(fault.split()[0] for fault in self.faults.split(" + "))

    @property
    def exit_code(self) -> int:
        """Exit code of the command line."""
        return 0 if self.end == RESULT else int(getattr(errors, CODES[self.end].kind).exit_code)


def _whole(*faults: str, note: str = "", **how: object) -> tuple[Row, ...]:
    return tuple(Row(fault, RESULT, "completed", note=note, **how) for fault in faults)  # type: ignore[arg-type]


_UNSENT = "Nothing was sent."
_KEPT = "It was paid for, so the journal keeps it open; `sogni resume` downloads it at no cost."
_GOES_ON = "The render may finish and be charged; `sogni resume` looks it up."
_AGAIN = "The same request is sent once more, because the service never accepted it."

CALLS = (
    *_whole("http_400", "http_401", "http_403", "http_404", "http_408", "http_423", "http_429", "http_500",
            "http_502", "http_503", "http_504", "http_html", "http_plain", "http_empty", "http_not_json",
            "http_wrong_shape", "http_huge", "http_slow", "http_dropped", "download_url_refused",
            note="The URL of the result is requested again."),
    *_whole("http_stalled", note="After 30 s the URL is requested again.", patient=True),
    Row("http_500 times=all", "DOWNLOAD_FAILED", "unknown", note=_KEPT),
    Row("http_401 times=all", "DOWNLOAD_FAILED", "unknown", note=f"{_KEPT} `errorDetails` contains what was refused."),
    Row("http_401 times=2 after=1", "PARTIAL", "unknown", 1, f"One of two images is saved. {_KEPT}", saved=1, count=2),
    Row("http_html times=all", "DOWNLOAD_FAILED", "unknown", note=_KEPT, patient=True),
    *_whole("http_500 times=all path=/api/*", "http_html times=all path=/api/*", "http_dropped times=all path=/api/*",
            "http_stalled times=all path=/api/*",
            note="The price is requested in parallel; it is missing from the result."),
    Row("http_500 times=all path=/v1/*/uploadUrl", "UPLOAD_FAILED", "failed", 0, _UNSENT, context=True),
    *_whole("http_503 path=/v1/*/uploadUrl", "http_html path=/v1/*/uploadUrl", note="The URL is requested again.",
            context=True),
    Row("http_empty path=/v1/*/uploadUrl", "UPLOAD_FAILED", "failed", 0, _UNSENT, context=True),
    Row("upload_url_refused", "AUTHENTICATION_ERROR", "failed", 0, _UNSENT, context=True),
)  # fmt: skip
"""REST calls."""

CREDENTIALS = (
    Row("nonce_refused", "SERVICE_ERROR", "failed", 0, _UNSENT, password=True),
    Row("login_refused", "AUTHENTICATION_ERROR", "failed", 0, _UNSENT, password=True),
    *_whole("http_503 path=/v1/account/*", note="The login is repeated later.", password=True),
    Row("http_500 times=all path=/v1/account/*", "SERVICE_ERROR", "failed", 0, _UNSENT, password=True),
    Row("http_html path=/v1/account/nonce", "SERVICE_ERROR", "failed", 0, _UNSENT, password=True),
    *_whole("http_empty path=/v1/account/login", note="`sogni` logs in again.", password=True),
    Row("http_stalled path=/v1/account/login", "TIMEOUT", "cancelled", 0, _UNSENT, password=True, timeout=2),
    *_whole("token_expired", note="The token is refreshed.", password=True),
    *_whole("token_revoked", "token_expired + refresh_refused", note="`sogni` logs in again.", password=True),
    Row("token_revoked + login_refused after=1", "AUTHENTICATION_ERROR", "failed", 0, _UNSENT, password=True),
    Row("key_refused", "AUTHENTICATION_ERROR", "failed", 0, _UNSENT),
)
"""Logins, tokens, keys."""

FILES = (
    *_whole("upload_refused", "upload_failed", "upload_unavailable", "upload_slow", "upload_dropped",
            note="The upload is retried.", context=True),
    Row("upload_stalled", "TIMEOUT", "cancelled", 0, f"{_UNSENT} The time limit of the run includes uploads.",
        context=True, timeout=2),
    Row("upload_failed times=all", "UPLOAD_FAILED", "failed", 0, _UNSENT, context=True),
    Row("upload_refused times=all", "UPLOAD_FAILED", "failed", 0, _UNSENT, context=True),
    Row("upload_lost", "PROJECT_ERROR", "failed", 1, "The service refuses the request; nothing was charged.",
        context=True),
    *_whole("download_slow", "download_redirected"),
    *_whole("download_short", "download_unsized", "download_wrong_type", "download_empty", "download_corrupt",
            "download_expired", "download_missing", "download_failed", "download_unavailable", "download_dropped",
            note="The file is checked and requested again with a new URL."),
    *_whole("download_redirected_away", note="The other address is not used; a new URL is requested."),
    *_whole("download_stalled", note="After 30 s without a byte the file is requested again.", patient=True),
    *(Row(f"{name} times=all", "DOWNLOAD_FAILED", "unknown", note=_KEPT)
      for name in ("download_short", "download_wrong_type", "download_corrupt", "download_missing",
                   "download_failed", "download_dropped")),
    Row("download_redirect_loop", "DOWNLOAD_FAILED", "unknown", note=_KEPT),
    Row("download_failed times=4 after=1", "PARTIAL", "unknown", 1,
        f"One of two images is saved. {_KEPT}", saved=1, count=2),
    Row("result_missing", "DOWNLOAD_FAILED", "unknown", note=_KEPT),
)  # fmt: skip
"""Uploads and downloads."""

CONNECTING = (
    Row("upgrade_401", "AUTHENTICATION_ERROR", "failed", 0, _UNSENT),
    Row("upgrade_403", "AUTHENTICATION_ERROR", "failed", 0, _UNSENT),
    *_whole("upgrade_401 times=1", note="With user name and password; `sogni` logs in again.", password=True),
    *_whole("upgrade_404", "upgrade_429", "upgrade_500", "upgrade_503", "upgrade_html", "upgrade_dropped",
            "drop_before_greeting", "refused_1011", note="`sogni` connects again."),
    *_whole("drop_after_greeting", note="`sogni` connects again. If a request may have been lost, it looks the project "
            "up first.", timeout=90),
    *_whole("upgrade_slow", "late_greeting"),
    *_whole("upgrade_stalled", note="After 20 s `sogni` connects again.", timeout=90, patient=True),
    Row("upgrade_stalled times=all", "TIMEOUT", "cancelled", 0, _UNSENT, timeout=2),
    *(Row(f"{name} times=all", "CONNECTION_ERROR", "failed", 0, f"{_UNSENT} `sogni` stops after three tries.")
      for name in ("upgrade_503", "upgrade_html", "upgrade_dropped", "drop_before_greeting")),
    Row("no_greeting", "TIMEOUT", "cancelled", 0, _UNSENT, timeout=2),
    Row("no_greeting times=all", "TIMEOUT", "unknown", 1,
        "After 10 s the request is sent anyway; whether it arrived is unknown.", timeout=12),
    *_whole("no_models", note="The service assigns workers, so the request is sent anyway."),
    Row("refused_4010", "AUTHENTICATION_ERROR", "failed", 0, _UNSENT),
    Row("refused_4015", "CONNECTION_REPLACED", "failed", 0, _UNSENT),
    Row("refused_4021", "AUTHENTICATION_ERROR", "failed", 0, _UNSENT),
    *_whole("refused_4021 times=1", note="With user name and password; `sogni` logs in again.", password=True),
    Row("refused_4061", "RATE_LIMITED", "failed", 0, _UNSENT),
)  # fmt: skip
"""The upgrade and the greeting."""

FRAMES = (
    *_whole("garbage_frames", "duplicated_frames", "disordered_frames", "lower_case_frames", "foreign_frames",
            "replayed_frames", "binary_frames"),
    *_whole("garbage_frames + duplicated_frames + disordered_frames + foreign_frames + replayed_frames", count=3),
    *_whole("huge_frame", note="The frame is not read; `sogni` connects again."),
)  # fmt: skip
"""What comes through the socket."""

_ANSWERS = {"insufficient_funds": "INSUFFICIENT_BALANCE", "premium_required": "PLAN_REQUIRED",
            "not_subscribed": "PLAN_REQUIRED", "billing_grace": "PLAN_REQUIRED", "plan_too_small": "PLAN_REQUIRED",
            "subscription_queue_full": "RATE_LIMITED", "filter_required_off": "PROJECT_ERROR",
            "consent_required": "PROJECT_ERROR", "model_unavailable": "PROJECT_ERROR",
            "unknown_code": "PROJECT_ERROR", "unknown_word": "PROJECT_ERROR",
            "huge_refusal": "PROJECT_ERROR"}  # fmt: skip

REQUESTS = (
    *(Row(fault, code, "failed") for fault, code in _ANSWERS.items()),
    Row("server_restarting", RESULT, "completed", 2, _AGAIN),
    Row("server_restarting_open", "TIMEOUT", "cancelled", 1,
        "`sogni` waits for the next connection, which never comes: a server that stops closes this one.", timeout=3,
        crowd=1),
    Row("server_restarting times=2", "SERVICE_ERROR", "failed", 2, "Refused twice, it is not sent again."),
    Row("swallow_request", "TIMEOUT", "unknown", 1, "The service never mentions it.", timeout=3),
    *_whole("drop_after_request", note="The next connection reports it."),
    Row("drop_before_admission", RESULT, "completed", 2, _AGAIN, timeout=90, patient=True),
    Row("drop_before_admission times=2", "CONNECTION_LOST", "unknown", 2,
        "Lost twice, it is not sent a third time.", timeout=90, patient=True),
    Row("drop_before_admission + http_500 times=all path=/v1/projects/*", "CONNECTION_LOST", "unknown", 1,
        "A failed lookup proves nothing, so it is not sent again.", timeout=90, patient=True),
    Row("drop_before_admission + http_html times=all status=404 path=/v1/projects/*", "CONNECTION_LOST", "unknown", 1,
        "The answer of a gateway proves nothing, so it is not sent again.", timeout=90, patient=True),
)  # fmt: skip
"""Admission."""

WORK = (
    Row("no_workers", "NO_WORKERS", "cancelled", 1, "It timed out and was cancelled.", timeout=3),
    Row("never_starts", "TIMEOUT", "cancelled", timeout=3),
    *_whole("slow_worker"),
    Row("silent_worker", "TIMEOUT", "cancelled", timeout=3),
    *_whole("job_moved", note="The result is still one image."),
    Row("job_error", "JOB_FAILED", "failed"),
    Row("partial_failure", "PARTIAL", "partial", 1, "One of two images is saved.", saved=1, count=2),
    Row("worker_disconnected", "JOB_FAILED", "failed"),
    Row("job_timed_out", "JOB_FAILED", "failed"),
    Row("worker_cancelled", "JOB_FAILED", "failed"),
    Row("sensitive_content", "SENSITIVE_CONTENT", "withheld"),
    Row("project_error", "PROJECT_ERROR", "failed"),
    Row("withheld", "SENSITIVE_CONTENT", "withheld"),
    *_whole("labelled", "withheld_and_labelled", note="Delivered, with a warning."),
    Row("withheld_and_gone", "SENSITIVE_CONTENT", "withheld"),
    *_whole("result_unsaid", note="It is looked up 5 s after the end.", patient=True),
    *_whole("completion_unsaid", "late_error"),
)  # fmt: skip
"""Workers."""

DROPS = (
    *_whole("drop_queued", "drop_rendering", "drop_after_result", "drop_before_completed", "drop_queued code=1012",
            "close_1001", "close_1011", "close_1012", "drop_queued + drop_rendering",
            note="The next connection reports what was missed."),
    Row("drop_rendering_lost", "CONNECTION_LOST", "unknown", 1,
        "The service had accepted it and no longer knows it. It is not sent again, because it may have been charged.",
        timeout=90, patient=True),
    *(Row(f"close_{code}", "CONNECTION_LOST", "unknown", note=_GOES_ON) for code in (1000, 4000, 4010, 4021, 4061)),
    Row("close_4015", "CONNECTION_REPLACED", "unknown", note=_GOES_ON),
    *_whole("close_4021 times=1", note="With user name and password; `sogni` logs in again.", password=True),
)  # fmt: skip
"""A socket that closes in mid-work."""

CANCELS = (
    Row("cancel_ignored", "TIMEOUT", "unknown", pace=30, timeout=3),
    Row("cancel_silent", "TIMEOUT", "unknown", pace=30, timeout=3),
    Row("cancel_refused", "TIMEOUT", "running", note=_GOES_ON, pace=30, timeout=3),
    Row("drop_on_cancel", "TIMEOUT", "cancelled", note="The cancel is sent again over the next connection.",
        pace=30, timeout=3),
)  # fmt: skip
"""The cancel that the end of the time limit sends."""

SECTIONS: Mapping[str, tuple[Row, ...]] = {
    "Calls": CALLS, "Credentials": CREDENTIALS, "Files": FILES, "Connecting": CONNECTING, "Frames": FRAMES,
    "Requests": REQUESTS, "Workers": WORK, "Drops": DROPS, "Cancels": CANCELS,
}  # fmt: skip
"""All rows, in the order of the page."""

ROWS: tuple[Row, ...] = tuple(row for rows in SECTIONS.values() for row in rows)
