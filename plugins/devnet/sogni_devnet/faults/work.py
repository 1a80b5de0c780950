"""Faults of projects: refusals, and workers that fail, hang, move or withhold."""

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
    _refusal("insufficient_funds", 4024, "Debit Error: Insufficient funds",
             "A project is refused with 4024, insufficient funds."),
    _refusal("premium_required", 4063, "Premium Spark required",
             "A project is refused with 4063, premium Spark required."),
    _refusal("not_subscribed", 4078, "Your subscription does not cover this job",
             "A project is refused with 4078, not covered by the plan.",
             subscriptionLimit=True, requiredPlans=["pro"], feature="video", limitation="plan"),
    _refusal("subscription_queue_full", 4079, "Subscription queue is full",
             "A project is refused with 4079, the queue of the plan is full."),
    _refusal("billing_grace", 4080, "Subscription is in billing grace",
             "A project is refused with 4080, the payment of the plan is overdue."),
    _refusal("plan_too_small", 4081, "Plan too small",
             "A project is refused with 4081, the plan is too small.", requiredPlans=["pro", "studio"]),
    _refusal("filter_required_off", 4082, "The Sensitive Content Filter must be disabled to use this model",
             "A project is refused with 4082, the safety filter must be off."),
    _refusal("consent_required", 4103, "This model needs your consent",
             "A project is refused with 4103, consent required.", consentRequired=True),
    _refusal("model_unavailable", 4104, "Model is not yet available on this network",
             "A project is refused with 4104, model unavailable."),
    _refusal("unknown_code", 4999, "Something else", "A project is refused with an unknown code."),
    _refusal("unknown_word", "flibbertigibbet", "\x1b[31mSomething\x00 else\u202e",
             "A project is refused with an unknown word and a text with control characters."),
    _refusal("huge_refusal", "invalidRequest", "x" * 100_000,
             "A project is refused with a text of 100,000 characters."),
    Fault("server_restarting", "request", "restart", "A project is refused with 1001, not charged, and the "
          "socket closes with 1001.", {"closes": True}),
    Fault("server_restarting_open", "request", "restart", "A project is refused with 1001, and the socket stays open.",
          {"closes": False}),
)  # fmt: skip

WAITING = (
    Fault("no_workers", "project", "no_workers", "A project is queued with `no-workers`, and nothing else is sent."),
    Fault("never_starts", "project", "never_starts", "A project is queued and never starts."),
    Fault("slow_worker", "project", "slow", "A worker needs `seconds` more for each job.", {"seconds": 1.0}),
    Fault("silent_worker", "project", "hang", "A worker stops in the middle of a job, and nothing is sent."),
    Fault("job_moved", "project", "move", "A job moves to another worker in the middle: `jobRetry`, then the same "
          "`jobIndex` with another `imgID`."),
)  # fmt: skip

FAILURES = (
    _failure("job_error", "genfailure", "All jobs of a project fail in the middle."),
    _failure("partial_failure", "genfailure", "Only the first job of a project fails.", first_only=True,
             needs="many"),
    _failure("worker_disconnected", "workerDisconnected", "All jobs of a project lose their worker."),
    _failure("job_timed_out", "jobTimedOut", "All jobs of a project time out on the server."),
    _failure("worker_cancelled", "workerCancelled", "All jobs of a project are cancelled by their workers."),
    _failure("sensitive_content", "sensitiveContent", "All jobs of a project fail because of sensitive content."),
    Fault("project_error", "project", "die", "A running project fails as a whole: `jobError` without `imgID`.",
          {"error": "serverError", "message": "The project failed"}),
)  # fmt: skip

ENDINGS = (
    Fault("withheld", "project", "withhold", "Results are withheld: `triggeredNSFWFilter`, and no file."),
    Fault("labelled", "project", "label", "Results are delivered and labelled: `nsfwDetected`."),
    Fault("withheld_and_labelled", "project", "both", "Results are marked as withheld and as labelled; "
          "the file exists."),
    Fault("withheld_and_gone", "project", "neither", "Results are marked as withheld and as labelled; "
          "the file does not exist."),
    Fault("result_unsaid", "project", "unsaid", "`jobCompleted` is sent, but `jobResult` is not."),
    Fault("completion_unsaid", "project", "unsaid_end", "The results are sent, but `jobCompleted` is not."),
    Fault("result_missing", "project", "missing", "A result is announced, but its file does not exist."),
    Fault("late_error", "project", "late_error", "After `jobCompleted`, a `jobError` for a completed job is sent."),
)  # fmt: skip

WORK = (*REFUSALS, *WAITING, *FAILURES, *ENDINGS, *DROPS)
