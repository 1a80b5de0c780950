"""Faults of admission and of work: money, refusals, workers that fail, hang, move or withhold."""

from __future__ import annotations

from typing import Any

from sogni_devnet.faults.fault import Fault
from sogni_devnet.faults.socket import DROPS


def _refusal(name: str, error: int | str, message: str, summary: str, **more: Any) -> Fault:
    return Fault(name, "request", "refuse", summary, {"error": error, "message": message, "more": more})


def _failure(name: str, word: str, summary: str, *, first_only: bool = False, needs: str = "") -> Fault:
    options = {"word": word, "message": "The worker failed", "first_only": first_only, "done": 0.5}
    return Fault(name, "project", "fail", summary, options, needs=needs)


REFUSALS = (
    _refusal("insufficient_funds", 4024, "Debit Error: Insufficient funds", "A project is refused: 4024, no funds."),
    _refusal("premium_required", 4063, "Premium Spark required", "A project is refused: 4063, free Spark not enough."),
    _refusal("not_subscribed", 4078, "Your subscription does not cover this job", "A project is refused: 4078.",
             subscriptionLimit=True, requiredPlans=["pro"], feature="video", limitation="plan"),
    _refusal("subscription_queue_full", 4079, "Subscription queue is full", "A project is refused: 4079."),
    _refusal("billing_grace", 4080, "Subscription is in billing grace", "A project is refused: 4080."),
    _refusal("plan_too_small", 4081, "Plan too small", "A project is refused: 4081.", requiredPlans=["pro", "studio"]),
    _refusal("filter_required_off", 4082, "The Sensitive Content Filter must be disabled to use this model",
             "A project is refused: 4082."),
    _refusal("consent_required", 4103, "This model needs your consent", "A project is refused: 4103.",
             consentRequired=True),
    _refusal("model_unavailable", 4104, "Model is not yet available on this network", "A project is refused: 4104."),
    _refusal("unknown_code", 4999, "Something else", "A project is refused with a code that nobody knows."),
    _refusal("unknown_word", "flibbertigibbet", "\x1b[31mSomething\x00 else\u202e", "A project is refused with a word "
             "that nobody knows and a text with control characters."),
    _refusal("huge_refusal", "invalidRequest", "x" * 100_000,
             "A project is refused with a text of 100,000 characters."),
    Fault("server_restarting", "request", "restart", "A project is refused with 1001: not admitted, not charged; "
          "then the socket closes with 1001.", {"closes": True}),
    Fault("server_restarting_open", "request", "restart", "A project is refused with 1001; the socket stays open.",
          {"closes": False}),
)  # fmt: skip

WAITING = (
    Fault("no_workers", "project", "no_workers", "A project is queued, `no-workers`, and nothing more comes."),
    Fault("never_starts", "project", "never_starts", "A project is queued and never starts."),
    Fault("slow_worker", "project", "slow", "A worker takes `seconds` more for each job.", {"seconds": 1.0}),
    Fault("silent_worker", "project", "hang", "A worker stops in the middle of a job without a word."),
    Fault("job_moved", "project", "move", "A job moves to another worker in its middle: `jobRetry`, then the same "
          "`jobIndex` under another `imgID`."),
)  # fmt: skip

FAILURES = (
    _failure("job_error", "genfailure", "All jobs of a project fail in their middle."),
    _failure("partial_failure", "genfailure", "The first job of a project fails, the others do not.", first_only=True,
             needs="many"),
    _failure("worker_disconnected", "workerDisconnected", "All jobs of a project lose their worker."),
    _failure("job_timed_out", "jobTimedOut", "All jobs of a project time out at the server."),
    _failure("worker_cancelled", "workerCancelled", "All jobs of a project are cancelled by their worker."),
    _failure("sensitive_content", "sensitiveContent", "All jobs of a project fail for sensitive content."),
    Fault("project_error", "project", "die", "A running project fails as a whole: `jobError` without `imgID`.",
          {"error": "serverError", "message": "The project failed"}),
)  # fmt: skip

ENDINGS = (
    Fault("withheld", "project", "withhold", "Results are withheld: `triggeredNSFWFilter`, no file."),
    Fault("labelled", "project", "label", "Results are delivered and labelled: `nsfwDetected`."),
    Fault("withheld_and_labelled", "project", "both", "Results say that they are withheld and that they are labelled; "
          "the file is there."),
    Fault("withheld_and_gone", "project", "neither", "Results say that they are withheld and that they are labelled; "
          "the file is not there."),
    Fault("result_unsaid", "project", "unsaid", "`jobResult` is never sent, `jobCompleted` is."),
    Fault("completion_unsaid", "project", "unsaid_end", "`jobCompleted` is never sent, the results are."),
    Fault("result_missing", "project", "missing", "A result is announced, but its file is not there."),
    Fault("late_error", "project", "late_error", "After `jobCompleted` comes a `jobError` for a job that is done."),
)  # fmt: skip

WORK = (*REFUSALS, *WAITING, *FAILURES, *ENDINGS, *DROPS)
