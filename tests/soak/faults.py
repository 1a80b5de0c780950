"""What goes wrong in the soak, when, and how the run that it strikes has to end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable

from sogni_devnet.faults import FAULTS, Armed
from sogni_devnet.server import Devnet

ENDING: dict[str, tuple[str, int]] = {
    "insufficient_funds": ("INSUFFICIENT_BALANCE", 6),
    "premium_required": ("PLAN_REQUIRED", 4),
    "model_unavailable": ("PROJECT_ERROR", 4),
    "unknown_word": ("PROJECT_ERROR", 4),
    "huge_refusal": ("PROJECT_ERROR", 4),
    "job_error": ("JOB_FAILED", 10),
    "worker_disconnected": ("JOB_FAILED", 6),
    "sensitive_content": ("SENSITIVE_CONTENT", 6),
    "withheld": ("SENSITIVE_CONTENT", 10),
    "withheld_and_gone": ("SENSITIVE_CONTENT", 4),
    "project_error": ("PROJECT_ERROR", 6),
    "result_missing": ("DOWNLOAD_FAILED", 2),
    "no_workers": ("NO_WORKERS", 3),
    "never_starts": ("TIMEOUT", 3),
    "silent_worker": ("TIMEOUT", 2),
}
"""Faults that end one run: the code that it ends with, and how many there are."""

SURVIVED: dict[str, int] = {
    "server_restarting": 1, "slow_worker": 4, "job_moved": 10, "labelled": 8, "withheld_and_labelled": 6,
    "completion_unsaid": 4,
    "drop_after_request": 1, "drop_queued": 1, "drop_rendering": 1, "drop_after_result": 1, "drop_before_completed": 1,
    "close_1012": 2, "upgrade_503": 1, "upgrade_dropped": 1, "drop_before_greeting": 1,
    "download_short": 5, "download_unsized": 3, "download_wrong_type": 5, "download_empty": 5, "download_corrupt": 5,
    "download_expired": 5, "download_missing": 5, "download_failed": 5, "download_unavailable": 3,
    "download_dropped": 5, "download_redirected": 5, "download_redirected_away": 3, "token_expired": 3,
}  # fmt: skip
"""Faults that no run may suffer from, and how many there are."""

CALLS: dict[str, int] = {
    "http_401": 3, "http_404": 4, "http_500": 4, "http_502": 4, "http_html": 4, "http_empty": 4, "http_not_json": 4,
    "http_wrong_shape": 4, "http_dropped": 4,
}  # fmt: skip
"""The same for the call that asks where a result is."""

WAITING = frozenset(("no_workers", "never_starts", "silent_worker", "server_restarting"))
"""Faults that a run waits for the end of."""

FRAMES = ("garbage_frames", "duplicated_frames", "foreign_frames", "lower_case_frames", "replayed_frames",
          "disordered_frames", "binary_frames")  # fmt: skip
"""One for each connection, in turn: a drop makes the next one."""


def arm(devnet: Devnet, seed: int, runs: int) -> list[Armed]:
    """Arm all of it at moments that follow from ``seed``.

    What a run waits long for (its time limit) comes early in what is measured, so that others go on meanwhile. What
    ends a run comes apart from the drops: a refusal that is lost with its connection is none, because the request is
    found not to have been taken, and goes out again. Everything else comes at any time.
    """
    chance = random.Random(seed)
    limits = chance.sample(range(runs // 4, runs * 3 // 10), 10)
    drops = chance.sample([*range(runs // 100, runs // 12), *range(runs * 3 // 10, runs // 2)], 20)
    calm = chance.sample([*range(runs // 10, runs // 5), *range(runs * 11 // 20, runs * 19 // 20)], 90)
    others = chance.sample(sorted(set(range(1, runs)) - {*limits, *drops, *calm}), 250)
    # There are only as many upgrades as drops. The first is left alone, and no two in a row fail.
    upgrades = list(range(1, 200, 2))
    armed = []
    for name, number in ({name: number for name, (_, number) in ENDING.items()} | SURVIVED).items():
        moment = FAULTS[name].moment
        if moment in {"upgrade", "greeting"}:
            source = upgrades
        elif name in WAITING:
            source = limits
        elif FAULTS[name].action == "drop":
            source = drops
        else:
            source = calm if name in ENDING else others
        armed += [devnet.faults.add(name, after=source.pop(0)) for _ in range(number)]
    for name, number in CALLS.items():
        armed += [devnet.faults.add(name, path="/v1/*/downloadUrl", after=others.pop(0)) for _ in range(number)]
    return armed + [devnet.faults.add(FRAMES[place % len(FRAMES)], times=1) for place in range(40)]


def expected(armed: Iterable[Armed]) -> Counter[str]:
    """Return how many runs have to end with each code, by what struck."""
    ends: Counter[str] = Counter()
    for fault in armed:
        if fault.fault.name in ENDING:
            ends[ENDING[fault.fault.name][0]] += fault.struck
    return ends


def refused(armed: Iterable[Armed]) -> int:
    """Return how many requests were turned away for good, so that there is no project of theirs."""
    return sum(fault.struck for fault in armed if fault.fault.action == "refuse")
