"""Behaviour of the live network that is unknown or varies, as named switches.

A client has to tolerate all of it. All switches are off by default; the setting ``tolerated`` has the names of those
that are on, or ``all``. Switches with the same ``turn`` exclude each other, and alternate if several are on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ALL = "all"


@dataclass(frozen=True)
class Switch:
    """One variation that a client has to tolerate."""

    name: str
    section: str
    """Section of the protocol page, and its source there: I inferred, O seen elsewhere, C read in the SDKs."""
    summary: str
    """What the server does if it is on."""
    turn: str = ""
    """Group of switches that exclude each other."""


_SWITCHES = (
    Switch("login_refused_plain", "3, 8, 13 (unknown)", "A refused login is 403 and plain text.", "login"),
    Switch("login_refused_html", "3, 8, 13 (unknown)", "A refused login is 400 and an HTML page.", "login"),
    Switch("login_refused_404", "3, 8, 13 (unknown)", "A refused login is 404, errorCode 102.", "login"),
    Switch("keeps_refresh_token", "2.5, 13 (unknown)", "A refresh gives a new token and the same refresh token."),
    Switch("upgrade_403", "6.1, 13 (unknown)", "An upgrade with bad credentials is refused with 403.", "upgrade"),
    Switch("upgrade_close_4021", "6.1, 13 (unknown)", "An upgrade with bad credentials is accepted, then closed: 4021.",
           "upgrade"),
    Switch("retry_after_header", "3 (C)", "`retryAfter` is only in the header.", "retry"),
    Switch("retry_after_body", "3 (C)", "`retryAfter` is only in the body.", "retry"),
    Switch("retry_after_date", "3 (C)", "`Retry-After` is an HTTP date.", "retry"),
    Switch("short_errors", "3 (C)", "Error bodies have a `message` and nothing else."),
    Switch("plain_estimate_refusals", "3.6 (C)", "A refused estimate is plain text."),
    Switch("estimates_without_benchmark", "10 (C)", "Estimates have no `benchmark`."),
    Switch("clamped_steps", "3.4, 13 (unknown)", "Steps outside a tier are clamped to it."),
    Switch("spark_by_default", "5.5, 13 (unknown)", "A request without `tokenType` is paid in SPARK."),
    Switch("urls_without_types", "4.1 (I)", "Upload URLs accept any content type."),
    Switch("models_before_balance", "5.2 (I)", "`swarmModels` comes before `balanceUpdate`."),
    Switch("empty_models_first", "5.2 (C)", "The first `swarmModels` is empty."),
    Switch("network_on_connect", "5.2, 13 (unknown)", "After the greeting, `changeNetwork` and new models are sent."),
    Switch("lower_case_ids", "5.1 (I)", "`jobID` and `imgID` are in lower case."),
    Switch("unknown_fields", "3.3, 5.2", "Frames and responses of the REST host have unknown fields."),
    Switch("unknown_messages", "5.1, 5.2 (C)", "Messages of unknown and unimportant types are sent too."),
    Switch("no_queue_events", "5.6 (C)", "Neither `queued` nor `assigned` is sent.", "queue"),
    Switch("many_queue_events", "5.6 (C)", "`queued` is sent three times.", "queue"),
    Switch("unannounced_jobs", "5.6 (C)", "The `imgID` of a job is sent only with its progress."),
    Switch("few_fields", "5.6", "Job events have no optional fields."),
    Switch("preparation", "5.6 (C)", "`initiatingModel` is sent several times, with `preparation`."),
    Switch("prompts_on_start", "5.6 (C)", "`jobStarted` has the prompts."),
    Switch("progress_fraction", "5.6 (C)", "Progress is a fraction from 0 to 1 instead of steps.", "progress"),
    Switch("progress_percent", "5.6 (C)", "Progress is a percentage instead of steps.", "progress"),
    Switch("progress_disordered", "5.6 (C)", "Every second step is sent after the next one."),
    Switch("eta_every_step", "5.6 (I)", "`jobETA` is sent with every step."),
    Switch("result_url", "4.3 (C)", "`jobResult` has a `resultUrl`.", "url"),
    Switch("video_url", "4.3 (C)", "`jobResult` of a video has the older `videoUrl`.", "url"),
    Switch("null_result_url", "4.3, 6.2", "`jobResult` has a `resultUrl` that is null.", "url"),
    Switch("numeric_last_seed", "5.6 (C)", "`lastSeed` is a number instead of a string."),
    Switch("numeric_strings", "5.7 (C)", "Numbers in `error` are strings."),
    Switch("completed_first", "5.6 (C)", "`jobCompleted` is sent before the last `jobResult`."),
    Switch("no_last_balance", "5.6", "No `balanceUpdate` at the end of a project."),
    Switch("one_cancel_per_20s", "5.8 (O)", "A second cancel within 20 seconds is refused."),
    Switch("recovered_in_one_list", "6.2", "Recovered projects have all their jobs in `workerJobs`.", "recovery"),
    Switch("recovered_without_request", "6.2", "Recovered projects have no `clientRequestData` and no counts.",
           "recovery"),
    Switch("chat_projects", "6.2 (C)", "The lists of projects contain chats too."),
    Switch("no_lists", "5.2 (I)", "`authenticated` has no lists of projects."),
    Switch("text_times", "6.2 (I)", "Times of projects are ISO text instead of numbers."),
)  # fmt: skip

SWITCHES: dict[str, Switch] = {switch.name: switch for switch in _SWITCHES}
"""Every switch by name."""


class Tolerated:
    """The switches that are on."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        chosen = set(names)
        self._on = frozenset(SWITCHES) if ALL in chosen else frozenset(chosen)
        self._turns: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        assert name in SWITCHES, name
        return name in self._on

    def turn(self, group: str) -> str:
        """Return the next switch of a group among those that are on; empty if none is."""
        names = [switch.name for switch in _SWITCHES if switch.turn == group and switch.name in self._on]
        if not names:
            return ""
        number = self._turns[group] = self._turns.get(group, -1) + 1
        return names[number % len(names)]
