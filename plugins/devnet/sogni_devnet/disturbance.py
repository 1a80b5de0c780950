"""Changes to the frames of one connection by switches and faults."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from sogni_devnet.supernet import Supernet

HOLD_SECONDS = 0.03
"""Longest time that a frame is held back to be sent out of order."""

FOREIGN = "F0E1D2C3-B4A5-4697-8788-796A5B4C3D2E"
"""Project and job id of the frames of another client."""

GARBAGE: tuple[str | bytes, ...] = (
    "", "nonsense", "[]", "null", "{}", '{"type":"jobState"}', '{"type":"jobResult","data":"%%%"}',
    '{"type":"jobProgress","data":"bm8ganNvbg=="}', '{"type":"jobState","data":"bnVsbA=="}',
    '{"type":"jobError","data":"W10="}', '{"type":"jobResult","data":"e30="}', '{"type":7,"data":"e30="}',
    '{"data":"e30="}', '{"type":"jobError","data":"eyJqb2JJRCI6bnVsbH0="}', b"\x00\xff\xfe", "[" * 3000,
    '{"type":"balanceUpdate","data":"eyJzcGFyayI6NX0="}', '{"type":"swarmModels","data":"WzFd"}',
)  # fmt: skip

UNIMPORTANT: tuple[tuple[str, Any], ...] = (
    ("swarmLLMModels", {"m": 1}), ("toastMessage", {"type": "info", "message": "Hello"}), ("appAlert", {"text": "x"}),
    ("subscriptionEntitlementUpdated", {"active": False}), ("devnetNovelty", None), ("devnetNovelty", [1, "two"]),
    ("jobTokens", {"jobID": "CHAT", "content": "x"}),
)  # fmt: skip

_ID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_ID_FIELDS = frozenset(("jobID", "imgID", "id"))


class Disturbance:
    """Turns each frame of a connection into the frames that are sent."""

    def __init__(self, net: Supernet) -> None:
        self._on = net.tolerated
        self._faults = {armed.fault.action: armed for armed in net.faults.take_all("frames")}
        self._garbage = itertools.cycle(GARBAGE)
        self._unimportant = itertools.cycle(UNIMPORTANT)
        self._held: list[tuple[str, Any]] = []
        self._said: list[tuple[str, Any]] = []
        self._huge = True

    @property
    def holds(self) -> bool:
        """Whether frames are held back to be sent out of order."""
        return bool(self._held)

    def payloads(self, kind: str, payload: Any) -> Iterator[tuple[str, Any]]:
        """Yield the frames to send instead of one frame, in order."""
        frame = (kind, self._changed(payload))
        about_job = kind.startswith("job") and isinstance(payload, dict)
        if about_job and "foreign" in self._faults:
            yield kind, {**payload, "jobID": FOREIGN, **({"imgID": FOREIGN} if "imgID" in payload else {})}
        if about_job and "disorder" in self._faults:
            self._held.append(frame)
            if len(self._held) >= self._faults["disorder"]["size"]:
                yield from self.release()
            return
        yield frame
        if "duplicate" in self._faults:
            yield frame
        if about_job and "replay" in self._faults:
            self._said.append(frame)
            if kind == "jobResult":
                yield from [said for said in self._said if said[1].get("jobID") == frame[1].get("jobID")]
        if "unknown_messages" in self._on:
            yield next(self._unimportant)

    def between(self) -> Iterator[str | bytes]:
        """Yield the frames to send between one frame and the next."""
        if "garbage" in self._faults:
            yield next(self._garbage)
        if "huge" in self._faults and self._huge:
            self._huge = False
            yield '{"type":"huge","data":"' + "A" * (int(self._faults["huge"]["megabytes"]) << 20) + '"}'

    def spelled(self, text: str) -> str | bytes:
        """Return a frame as it is sent."""
        return text.encode() if "binary" in self._faults else text

    def release(self) -> list[tuple[str, Any]]:
        """Return the frames that were held back, last one first."""
        held, self._held = self._held[::-1], []
        return held

    def _changed(self, payload: Any) -> Any:
        if "lower" in self._faults or "lower_case_ids" in self._on:
            payload = _lowered(payload)
        if isinstance(payload, dict) and "unknown_fields" in self._on:
            payload = {**payload, "devnetNovelty": {"deep": [None, {"type": "x"}]}, "anotherID": 7}
        return payload


def _lowered(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: item.lower() if name in _ID_FIELDS and isinstance(item, str) and _ID.fullmatch(item)
            else _lowered(item)
            for name, item in value.items()
        }  # fmt: skip
    return [_lowered(item) for item in value] if isinstance(value, list) else value
