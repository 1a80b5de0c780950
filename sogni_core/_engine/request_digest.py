"""When two calls are for the same request: a digest of what a request asks for, and what is said of such calls."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sogni_core._engine.report import kept
from sogni_core._engine.resolver import Resolved, sources
from sogni_core._journal.entries import Run
from sogni_core.errors import InputError
from sogni_core.origin import DEFAULT
from sogni_core.problem import Notice, Problem

RECENT = timedelta(minutes=10)
"""For how long a run for the same request is mentioned."""

_HOW = frozenset({"timeout", "queue_timeout", "last_seed"})
"""Fields that say how a request is run, and nothing about what is made."""


def wanted(resolved: Resolved) -> Mapping[str, Any]:
    """Return what a request asks for, as JSON, with the contents of its files.

    A seed that nobody chose is left out: it follows from the rest, or is random each time.
    """
    found = kept(resolved)
    options = {name: value for name, value in found["options"].items() if name not in _HOW}
    seed = resolved.origins.get("seed", DEFAULT)
    if seed.kind in ("random", "prompt-hash"):
        options.pop("seed", None)
    files = {name: [_content(asset.sha256, asset.path, asset.source) for asset in assets]
             for name, assets in sources(resolved.request).items()}  # fmt: skip
    return {**options, **files}


def digest_of(resolved: Resolved, network: str, account: str) -> str:
    """Return a digest of a request: equal for equal requests of one account on one network."""
    whole = [resolved.mode.record.name, resolved.workflow.record.name, network, account, wanted(resolved)]
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _content(digest: str, path: Path | None, source: str) -> str:
    """Name the content of a file; sounds and videos are hashed here, since nothing else needs it."""
    if digest or path is None:
        return digest or source
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return source


def key_in_use(key: str, run: Run, resolved: Resolved) -> InputError:
    """Return the error for a key whose run is for another request, and name what differs."""
    before = run.request.get("options") or {}
    now = kept(resolved)["options"]
    names = [name for name in now if name not in _HOW and before.get(name) != now[name]]
    seed = resolved.origins.get("seed", DEFAULT)
    names = [name for name in names if name != "seed" or seed.chosen]
    facts = {"key": key, "runId": run.id, "different": names}
    fields = " and ".join(f"{{{name}}}" for name in names[:3])
    why = f"differs in {fields}" if names else "is for another mode, network, account or content of a file"
    text = f"The idempotency key {{key}} belongs to the run {{runId}}, whose request {why}."
    return InputError.of([Problem("idempotency.key", tuple(names), text, facts, "KEY_IN_USE")])


def same_before(run: Run, now: datetime) -> Notice:
    """Return the notice for a request that ran a short time ago."""
    minutes = max(round((now - run.began).total_seconds() / 60), 1)
    text = "The same request ran {minutes} min ago as run {runId} ({state}). It is paid for again."
    return Notice("run.same", (), text, {"minutes": minutes, "runId": run.id, "state": run.state})
