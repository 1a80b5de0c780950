"""Where this client and the official SDKs are known to differ beside the requests themselves, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .comparison import ABSENT, Line, differences
from .orders import Difference

EXTRA = {
    "GET /v1/account/me": "the SDKs want to show who is logged in; nothing that is rendered needs it",
    "GET /v1/subscriptions/status": "the same; the service knows what the account may do",
    "GET /api/v1/models/list": "the SDKs join it with the workers' counts; this client keeps the catalogue in a file",
    "GET /api/v2/models/tiers": "the SDKs check samplers with it before the first use of a model; as above",
    "GET /v1/assets/capabilities": "whether uploads can be reused (subscribers); plain uploads always work",
    "GET /v1/projects/the project": "the SDKs look a project up after its end; its result is known by then",
}
"""What the SDKs say and this client does not."""


@dataclass(frozen=True)
class Manner:
    """The manners of one SDK: what may differ, with reasons."""

    extra: Mapping[str, str]
    """Messages that it says and this client does not."""
    every_call: Mapping[str, str]
    """Fields of every HTTP request whose values may differ."""
    upgrade: Mapping[str, str]
    """Fields of the upgrade whose values may differ."""

    def allowed(self, name: str) -> Mapping[str, str]:
        """Return the fields of a message whose values may differ."""
        if name.startswith("upgrade"):
            return self.upgrade
        return {} if name.startswith(("frame", "close")) else self.every_call


NAME = "either says what it is"
AS_IT_IS = "this client asks for what is there as it is, so that sizes can be compared"
SHORT = "this client offers no compression of frames: what it sends is short"

PYTHON = Manner(
    extra=EXTRA,
    every_call={"headers.user-agent": NAME, "headers.accept-encoding": AS_IT_IS},
    upgrade={
        "headers.user-agent": NAME,
        "headers.sec-websocket-extensions": SHORT,
        "query.clientName": f"{NAME}, in the form that the service knows",
        "query.socketEventSubscriptions": "it asks for places in the queue of late; jobState tells enough here",
    },
)

FETCH = "added by the fetch of node, which works as a browser's does"
AGAIN = "it forgets the URL when it looks the project up, and asks for another to download from"

JAVASCRIPT = Manner(
    extra=EXTRA | {f"GET /v1/{kind}/downloadUrl complete": AGAIN for kind in ("image", "media")},
    every_call={
        "headers.user-agent": NAME,
        "headers.accept-encoding": AS_IT_IS,
        "headers.accept-language": FETCH,
        "headers.sec-fetch-mode": FETCH,
    },
    upgrade={
        "headers.user-agent": "it sends none; its name is in the query",
        "headers.sec-websocket-extensions": SHORT,
        "query.clientName": f"{NAME}, in the form that the service knows",
    },
)

LOGIN = {
    "body.rememberMe": Difference(False, True, "this client keeps its tokens between calls; the SDK leaves that open"),
}
"""Differences of the form of a login."""

ESTIMATE = {
    "headers.api-key": Difference("the key", ABSENT, "prices are public: they can be asked before there is a login")
}
"""Differences of every estimate."""


def compare(theirs: list[Line], ours: list[Line], known: Mapping[str, Difference], manner: Manner) -> None:
    """Check that both said the same but for what is known; ``known`` is by path in frames and bodies."""
    by_name = {line.name: line for line in ours}
    extra = {line.name for line in theirs} - by_name.keys()
    alone = strange(theirs, ours, manner)
    assert not alone, f"said by them alone: {alone}"
    missing = by_name.keys() - {line.name for line in theirs}
    assert not missing, f"said by us alone: {missing}"
    left = dict(known)
    for line in theirs:
        if line.name in extra:
            continue
        found = differences(line, by_name[line.name])
        for path in manner.allowed(line.name):
            assert found.pop(path, None), f"{path} of {line.name} is listed as a difference and is none"
        expected = {path: left.pop(path) for path in found if path in left}
        assert found == {path: (one.theirs, one.ours) for path, one in expected.items()}, line.name
    assert left == {}, "differences that are listed and not there"
    assert order_of(theirs) == order_of(ours)


def strange(theirs: list[Line], ours: list[Line], manner: Manner) -> set[str]:
    """Return the names of what they said, we did not, and is not known of them."""
    extra = {line.name for line in theirs} - {line.name for line in ours}
    return {name for name in extra if name.partition(" #")[0] not in manner.extra}


def order_of(said: list[Line]) -> list[str]:
    """Return the order of what is said; files come and go several at a time, so theirs are one step."""
    steps: list[str] = []
    for line in said:
        name = line.name.partition(" #")[0]
        if name == "upgrade" or name in EXTRA:
            continue
        uploads, downloads = "uploadUrl" in name or name.startswith("PUT "), "downloadUrl" in name or "/result" in name
        step = "uploads" if uploads else "downloads" if downloads else name
        if step not in steps:
            steps.append(step)
    return steps
