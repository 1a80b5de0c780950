"""A driver process of an SDK, spoken to line by line: ``ask("verb", …)`` is one line of JSON out and one in.

| verb | takes | gives |
|---|---|---|
| ``open`` | ``rest``, ``socket``, ``app``, ``key``, ``network`` | – |
| ``login`` | ``username``, ``password`` | ``username`` |
| ``account`` | | ``username``, ``address`` |
| ``models`` | | ``models``: id to medium, of those that have workers |
| ``options`` | ``model`` | ``options`` as the SDK reads them from the tier |
| ``lora`` | ``lora`` | ``models`` that take it, None if it is unknown |
| ``balance`` | | ``spark``, ``sogni``: what can be spent |
| ``estimate`` | ``media``, ``params`` | ``token``, ``usd``, ``spark``, ``sogni`` |
| ``subscribe`` | ``events`` | ``events`` as the server confirmed them |
| ``begin`` | ``params`` of ``projects.create`` | ``project``: its id |
| ``finish`` | ``project`` | ``status``, ``urls``, ``jobs``, ``progress`` |
| ``collect`` | ``project`` | ``sizes`` of its results in bytes, downloaded by the SDK |
| ``cancel`` | ``project`` | ``status``, ``jobs``: statuses, ``told``: what whoever waited for it got |
| ``look_up`` | ``project`` | ``status`` as the service tells it |
| ``logout`` | | ``authenticated`` |
| ``close`` | | –; also if nothing is open |
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from .installation import Peer


class Refused(Exception):
    """What the SDK raised; its text is the SDK's message."""

    def __init__(self, error: Mapping[str, str]) -> None:
        super().__init__(error["message"])
        self.type = error["type"]


class Sdk:
    """A client of an SDK. Use it as a context manager: at the end the SDK must have had nothing to complain about,
    unless it is not expected to be ``quiet``. What it says while it is closed does not count: it may have been
    asking something in the background.
    """

    def __init__(self, peer: Peer, environ: Mapping[str, str], log: Path, *, quiet: bool = True) -> None:
        self.peer = peer
        self._log = log
        self._quiet = quiet
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                peer.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env={**environ, **peer.environ}, text=True, encoding="utf-8",
            )  # fmt: skip

    def ask(self, verb: str, **words: Any) -> dict[str, Any]:
        """Have the SDK do something; raises :class:`Refused` with what it raised."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps({"do": verb, **words}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, f"{self.peer.name} ended at {verb}:\n{self.complaints()}"
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    def render(self, **params: Any) -> dict[str, Any]:
        """Create a project and wait for its results."""
        begun = self.ask("begin", params=params)
        return begun | self.ask("finish", **begun)

    def complaints(self) -> str:
        """Return what the SDK wrote to its log so far: warnings and errors."""
        return self._log.read_text("utf-8", "replace")

    def __enter__(self) -> Sdk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        said = self.complaints() if self._quiet else ""
        try:
            if kind is None:
                self.ask("close")
            process.stdin.close()
            ended = process.wait(20)
        finally:
            with contextlib.suppress(OSError):
                process.stdin.close()
            process.kill()
            process.wait()
            process.stdout.close()
        if kind is None:
            assert (ended, said) == (0, ""), f"{self.peer.name} ended with {ended}:\n{said}"
