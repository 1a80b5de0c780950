"""Faults of the socket: upgrade, greeting, frames, and closing at any moment."""

from __future__ import annotations

from sogni_devnet.faults.fault import Fault, Moment

CODES = (1000, 1001, 1011, 1012, 4000, 4010, 4015, 4021, 4061)
"""Close codes that the network uses or that a client must handle; 1006 is a cut without a close frame."""


def _drop(name: str, moment: Moment, when: str, code: int = 1006, *, needs: str = "", **options: object) -> Fault:
    how = "cut without a close frame, or closed with `code`" if code == 1006 else f"closed with {code}"
    return Fault(
        name, moment, "drop", f"The socket is {how}, {when}.", {"code": code, **options}, needs=needs,
    )  # fmt: skip


UPGRADE = (
    *(
        Fault(f"upgrade_{status}", "upgrade", "status", f"An upgrade is refused with {status}.",
              {"status": status, "code": None, "retry_after": None})
        for status in (401, 403, 404, 429, 500, 503)
    ),
    Fault("upgrade_html", "upgrade", "html", "An upgrade returns the HTML page of a gateway.", {"status": 502}),
    Fault("upgrade_slow", "upgrade", "slow", "An upgrade returns after `seconds`.", {"seconds": 1.0}),
    Fault("upgrade_stalled", "upgrade", "stalled", "An upgrade never returns."),
    Fault("upgrade_dropped", "upgrade", "dropped", "The connection is cut instead of upgraded."),
)  # fmt: skip

GREETING = (
    Fault("no_greeting", "greeting", "silence", "`authenticated` is never sent, and frames of the client are dropped."),
    Fault("late_greeting", "greeting", "late", "The greeting is sent after `seconds`.", {"seconds": 1.0}),
    Fault("no_models", "greeting", "no_models", "`swarmModels` is empty, as if there were no workers."),
    _drop("drop_before_greeting", "greeting", "before `authenticated`", greeted=False),
    _drop("drop_after_greeting", "greeting", "right after the greeting", greeted=True),
    *(_drop(f"refused_{code}", "greeting", "before `authenticated`", code, greeted=False)
      for code in (1011, 4010, 4015, 4021, 4061)),
)  # fmt: skip

FRAMES = (
    Fault("garbage_frames", "frames", "garbage", "Between the frames come others that cannot be read.", {}, None),
    Fault("duplicated_frames", "frames", "duplicate", "Every frame comes twice.", {}, None),
    Fault("disordered_frames", "frames", "disorder", "Frames about jobs come in groups of `size`, last one first.",
          {"size": 3}, None),
    Fault("lower_case_frames", "frames", "lower", "Ids are in lower case.", {}, None),
    Fault("foreign_frames", "frames", "foreign", "Frames of another client's project are sent too.", {}, None),
    Fault("replayed_frames", "frames", "replay", "After each result, its project's frames are sent again.", {}, None),
    Fault("huge_frame", "frames", "huge", "After the greeting, a frame of `megabytes` is sent.", {"megabytes": 32}),
    Fault("binary_frames", "frames", "binary", "Frames are binary instead of text.", {}, None),
)  # fmt: skip

REQUEST = (
    Fault("swallow_request", "request", "swallow", "A `jobRequest` is neither accepted nor answered."),
    _drop("drop_after_request", "request", "right after a `jobRequest` was accepted", admitted=True),
    _drop("drop_before_admission", "request", "and the last `jobRequest` is not accepted", admitted=False),
)

CANCEL = (
    Fault("cancel_ignored", "cancel", "ignore", "A cancel has no effect and is not answered.", {}, None, "cancel"),
    Fault("cancel_silent", "cancel", "silent", "A cancel takes effect, but is not answered.", {}, None, "cancel"),
    Fault("cancel_refused", "cancel", "refuse", "A cancel is answered with `didCancel` false, and the work continues.",
          {}, None, "cancel"),
    _drop("drop_on_cancel", "cancel", "and the last cancel has no effect", needs="cancel"),
)  # fmt: skip

SOCKET = (*UPGRADE, *GREETING, *FRAMES, *REQUEST, *CANCEL)

DROPS = (
    _drop("drop_queued", "project", "while a project waits", at="queued", forgets=False),
    _drop("drop_rendering", "project", "in the middle of a job; the work continues", at="rendering", forgets=False),
    _drop("drop_rendering_lost", "project", "in the middle of a job; the project is lost and refunded",
          at="rendering", forgets=True),
    _drop("drop_after_result", "project", "after the first result", at="result"),
    _drop("drop_before_completed", "project", "after the last result; `jobCompleted` was not sent",
          at="completed"),
    *(_drop(f"close_{code}", "project", "in the middle of a job; the work continues", code, at="rendering",
            forgets=False)
      for code in CODES),
)  # fmt: skip
