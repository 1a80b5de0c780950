"""The journal: every run, its steps and their artifacts, written before anything is sent.

One SQLite file for all processes of an installation, in write-ahead mode; each call is one transaction. After a call
returns, its data survives the death of this process. After calls that precede spending money or reporting a result,
the data also survives a power cut, together with everything written before: the log is one sequence, so that the calls
before them need not wait for the disk. Calls are short and synchronous, and may come from any thread.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from sogni_core._journal.database import Database
from sogni_core._journal.entries import RUNNING, STEP_STATES, FoundProject, Run
from sogni_core._journal.found_projects import note_found, read_found
from sogni_core._journal.ledger import Ledger, begin_charge, note_charge, reserve, stamp
from sogni_core._journal.presence import Presence, is_present
from sogni_core._journal.rows import read_runs
from sogni_core._journal.run_search import RunSearch
from sogni_core._journal.takeover import renew, take_over
from sogni_core._journal.terms import KeyTakenError, Terms
from sogni_core._protocol import recovery
from sogni_core.errors import InputError, PluginError, SogniError
from sogni_core.json_value import json_value
from sogni_core.result import Artifact
from sogni_core.text import clean

_UTC_NOW = partial(datetime.now, UTC)

LAST = "last"
"""Stands for the newest run."""

_ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""For run ids: without letters that look alike."""


class Journal:
    """The journal of one installation; the file is opened and made when first needed.

    Every method raises INVALID_STATE if the file cannot be used: no permission, disk full, damaged, or written by a
    later version.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], datetime] = _UTC_NOW,
        connect: Callable[..., sqlite3.Connection] = sqlite3.connect,
    ) -> None:
        """Prepare the journal in the file ``path``; nothing is read or made yet. ``connect`` opens the file."""
        self.path = path
        self._clock = clock
        self._database = Database(path, connect)
        self._presence: Presence | None = None
        self.ledger = Ledger(self._database, self._lives)
        """What runs reserve and what they were charged."""

    def close(self) -> None:
        """Close the file. Runs of this journal that have not ended count as interrupted from now on."""
        with self._database.lock:
            self._database.close()
            presence, self._presence = self._presence, None
            if presence is not None:
                presence.end()

    def begin_run(
        self,
        mode: str,
        workflow: str,
        request: Mapping[str, Any],
        network: str,
        account: str | None,
        seed_random: int,
        began: datetime,
        terms: Terms = Terms(),  # noqa: B008 - it cannot be changed
    ) -> str:
        """Add a run that begins, and return its id: time (UTC) and four letters, ``20261123-101530-k3f9``.

        ``request``: the resolved request in JSON types; anything else in it is kept as text.
        ``seed_random``: seed of the run's randomness, less than 2**63. ``terms``: what it costs is reserved in the same
        transaction. Raises ExceededError and KeyTakenError; there is no run then.
        """
        row = (mode, workflow, network, account, RUNNING, _json(request), seed_random, stamp(began))
        call = (terms.profile, _json(terms.labels), terms.key or None, terms.digest or None)
        with self._database.writing() as connection:
            owner = self._present()
            if terms.key and (taken := _run_of_key(connection, terms.key)):
                raise KeyTakenError(taken)
            while True:
                letters = "".join(_ID_LETTERS[byte % len(_ID_LETTERS)] for byte in os.urandom(4))
                run_id = f"{began.astimezone(UTC):%Y%m%d-%H%M%S}-{letters}"
                if not connection.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone():
                    break
            connection.execute(
                "INSERT INTO runs"
                " (id, mode, workflow, network, account, state, request, random_seed, began,"
                "  profile, labels, idempotency_key, digest, owner, pid)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (run_id, *row, *call, owner, os.getpid()),
            )
            for token, amount in terms.costs:
                reserve(connection, run_id, token, amount, terms.limits, self._lives)
        return run_id

    def run_of_key(self, key: str) -> str | None:
        """Return the id of the run that has an idempotency key; None if there is none."""
        if not self._database.exists:
            return None
        with self._database.using() as connection:
            return _run_of_key(connection, key)

    def run_alike(self, digest: str, since: datetime) -> Run | None:
        """Return the newest run for the same request since a time that has not failed; None if there is none."""
        where = "WHERE digest = ? AND began >= ? AND state <> 'failed' ORDER BY began DESC, rowid DESC LIMIT 1"
        return next(iter(self._read(where, (digest, stamp(since)))), None)

    def finish_run(self, run_id: str, state: str, error_code: str | None = None, warnings: Iterable[Any] = ()) -> None:
        """Write how a run ended, with warnings in JSON types. Raises UNKNOWN_RUN."""
        row = (state, error_code, _json(list(warnings)), self._now(), run_id)
        with self._database.writing(durable=True) as connection:
            self._one(
                connection.execute(
                    "UPDATE runs SET state = ?, error_code = ?, warnings = ?, ended = ? WHERE id = ?", row
                ),
                run_id,
            )

    def begin_step(
        self,
        run_id: str,
        key: str,
        project_id: str,
        project: Mapping[str, Any],
        *,
        app_id: str | None = None,
        output: Path | None = None,
    ) -> None:
        """Add a step with state ``prepared``, before anything of it is sent.

        Raises PLUGIN_HOOK if the run has a step with this key: a key names one project. Raises UNKNOWN_RUN.
        """
        now = self._now()
        with self._database.writing() as connection:
            self._one(connection.execute("UPDATE runs SET id = id WHERE id = ?", (run_id,)), run_id)
            if connection.execute("SELECT 1 FROM steps WHERE run_id = ? AND key = ?", (run_id, key)).fetchone():
                raise PluginError(
                    "PLUGIN_HOOK",
                    f"The workflow submitted two projects under the key {clean(key)}; a key names one.",
                    details={"runId": run_id, "key": key},
                )
            connection.execute(
                "INSERT INTO steps (run_id, key, place, project_id, project, state, app_id, output, began, changed)"
                " VALUES (?, ?, (SELECT count(*) FROM steps WHERE run_id = ?), ?, ?, 'prepared', ?, ?, ?, ?)",
                (run_id, key, run_id, project_id, _json(project), app_id, _path(output), now, now),
            )

    def resume_run(self, run_id: str) -> Run:
        """Take over a run by its id or a unique beginning of it, and return it as it is.

        Raises UNKNOWN_RUN, and RUN_ACTIVE if a process is working on it.
        """
        run = self.run(run_id)
        with self._database.writing() as connection:
            mine = self._present()
            if not take_over(connection, run.id, run.owner, self._lives, mine=mine):
                raise _unknown(run_id)
        return run

    def renew_step(
        self,
        run_id: str,
        key: str,
        project_id: str,
        project: Mapping[str, Any],
        *,
        output: Path | None = None,
        indices: Sequence[int] | None = None,
    ) -> None:
        """Give a step that has not all of its outputs a new project, with state ``prepared``. Raises UNKNOWN_RUN.

        ``project``: the step's, for all outputs. ``indices``: those that the new project is to have; None for all. The
        old project stays as an attempt if it was sent.
        """
        with self._database.writing() as connection:
            now = self._now()
            self._one(renew(connection, run_id, key, project_id, _json(project), output, indices, now), run_id, key)

    def mark_step(
        self,
        run_id: str,
        key: str,
        state: str,
        *,
        error: SogniError | None = None,
        cost: Mapping[str, Any] | None = None,
        app_id: str | None = None,
    ) -> None:
        """Write the state of a step, one of ``entries.StepState``. Arguments of None keep their earlier values.

        ``sending`` is written each time before the request is written, and counted; from then on, the project may be
        charged. ``cost``: the network's price, ``{"token": "spark", "amount": 1.5, "usd": 0.01}``. Raises UNKNOWN_RUN.
        """
        if state not in STEP_STATES:
            raise ValueError(f"{state!r} is not a state of a step")
        cost = cost or {}
        row = (
            state,
            self._now(),
            error.code if error is not None else None,
            clean(error.message, 2000) if error is not None else None,
            cost.get("token"),
            _number(cost.get("amount")),
            _number(cost.get("usd")),
            app_id,
        )
        with self._database.writing(durable=state == "sending") as connection:
            self._one(
                connection.execute(
                    "UPDATE steps SET state = ?, changed = ?, error_code = coalesce(?, error_code),"
                    " error_message = coalesce(?, error_message), cost_token = coalesce(?, cost_token),"
                    " cost_amount = coalesce(?, cost_amount), cost_usd = coalesce(?, cost_usd),"
                    " app_id = coalesce(?, app_id), writes = writes + ? WHERE run_id = ? AND key = ?",
                    (*row, state == "sending", run_id, key),
                ),
                run_id,
                key,
            )
            if state == "sending":
                begin_charge(connection, run_id, key, self._now())
            unpaid = state in ("failed", "cancelled") and error is not None and not error.may_charge_again
            note_charge(connection, run_id, key, state, unpaid=unpaid)

    def add_artifact(self, run_id: str, key: str, artifact: Artifact) -> None:
        """Add an output of a step, replacing one with the same index. Raises UNKNOWN_RUN."""
        row = (
            run_id,
            key,
            artifact.index,
            artifact.content_type,
            _path(artifact.path),
            artifact.url,
            artifact.size,
            artifact.sha256,
            artifact.width,
            artifact.height,
            artifact.seed,
            int(artifact.labelled),
            artifact.seconds,
        )
        with self._database.writing() as connection:
            known = connection.execute("UPDATE steps SET key = key WHERE run_id = ? AND key = ?", (run_id, key))
            self._one(known, run_id, key)
            connection.execute(f"INSERT OR REPLACE INTO artifacts VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608

    def note_found(self, project: Mapping[str, Any], endpoint: str, account: str, app_id: str) -> None:
        """Write down a project that the service named and that nobody here waits for; it is named only once.

        ``project`` is a recovered project as the service describes it. It is kept with the step that has its id (whose
        state does not change), or by itself if there is none. A late message that it runs does not replace its end. A
        project without id is ignored.
        """
        kept = recovery.keep(project)
        if kept is None:
            return
        with self._database.writing(durable=True) as connection:
            note_found(connection, kept, (endpoint, account, app_id), recovery.request_of(project), self._now())

    def found(self, limit: int = 20) -> list[FoundProject]:
        """Return the projects that no step knows, those named last first."""
        if not self._database.exists:
            return []
        with self._database.using() as connection:
            return read_found(connection, max(limit, 0))

    def runs(self, limit: int = 20, search: RunSearch = RunSearch()) -> list[Run]:  # noqa: B008 - it cannot be changed
        """Return the newest runs that match, with their steps, newest first."""
        where, parameters = search.where()
        found: list[Run] = []
        for page in count():
            order = f"{where} ORDER BY began DESC, rowid DESC LIMIT ? OFFSET ?"
            size = max(limit, 0)
            rows = self._read(order, (*parameters, size, page * size))
            # Whether a run that has not ended is interrupted, only its process shows.
            found += [run for run in rows if search.state in ("", run.state)]
            if len(rows) < size or len(found) >= size:
                return found[:size]
        raise AssertionError

    def run_of_file(self, path: Path) -> str | None:
        """Return the id of the newest run that saved a file at this absolute path; None if there is none."""
        if not self._database.exists:
            return None
        query = "SELECT r.id FROM artifacts a JOIN runs r ON r.id = a.run_id WHERE a.path = ? ORDER BY r.began DESC"
        with self._database.using() as connection:
            row = connection.execute(query, (str(path),)).fetchone()
        return row[0] if row is not None else None

    def run(self, run_id: str) -> Run:
        """Return a run by its id or a unique beginning of it; ``last`` is the newest. Raises UNKNOWN_RUN."""
        if run_id == LAST and (newest := self.runs(1)):
            return newest[0]
        ids = self._ids_like(run_id) if run_id else []
        if len(ids) > 1 and run_id not in ids:
            shown = ", ".join(ids[:3]) + (", …" if len(ids) > 3 else "")
            raise InputError(
                "UNKNOWN_RUN",
                f"{clean(run_id, 80)} matches {len(ids)} runs: {shown}",
                hint="Give more of the id.",
                details={"runId": run_id, "among": ids[:20]},
            )
        found = self._read("WHERE id = ?", (run_id if run_id in ids else ids[0],)) if ids else []
        if not found:
            raise _unknown(run_id)
        return found[0]

    def _ids_like(self, beginning: str) -> list[str]:
        """Return the ids that begin so, the newest first."""
        if not self._database.exists:
            return []
        query = "SELECT id FROM runs WHERE substr(id, 1, ?) = ? ORDER BY began DESC, rowid DESC"
        with self._database.using() as connection:
            return [run_id for (run_id,) in connection.execute(query, (len(beginning), beginning))]

    def _present(self) -> str:
        """Hold a file that shows that this process lives, and return its name."""
        if self._presence is None:
            self._presence = Presence(self._presences)
        return self._presence.name

    def _lives(self, owner: str) -> bool:
        return is_present(self._presences, owner)

    def _now(self) -> str:
        return stamp(self._clock())

    @property
    def _presences(self) -> Path:
        return self.path.parent / "present"

    def _read(self, where: str, parameters: tuple[Any, ...]) -> list[Run]:
        if not self._database.exists:
            return []
        with self._database.using() as connection:
            # Checked before the runs are read: a process that ends in between has written the end of its runs first.
            owners = connection.execute("SELECT DISTINCT owner FROM runs WHERE state = ?", (RUNNING,)).fetchall()
            gone = {owner for (owner,) in owners if not self._lives(owner)}
        with self._database.reading() as connection:
            return read_runs(connection, where, parameters, gone)

    @staticmethod
    def _one(cursor: sqlite3.Cursor, run_id: str, key: str | None = None) -> None:
        if cursor.rowcount != 1:
            raise _unknown(run_id, key)


def _run_of_key(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT id FROM runs WHERE idempotency_key = ?", (key,)).fetchone()
    return row[0] if row is not None else None


def _unknown(run_id: str, key: str | None = None) -> InputError:
    what = f"No run matches {clean(run_id, 80)}." if key is None else f"Run {run_id} has no step {clean(key)}."
    return InputError("UNKNOWN_RUN", what, details={"runId": run_id} | ({"key": key} if key is not None else {}))


def _json(value: object) -> str:
    return json.dumps(json_value(value), separators=(",", ":"))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)
