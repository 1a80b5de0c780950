"""A request that has been resolved and checked, to plan or to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sogni_core._engine.call_terms import CallTerms
from sogni_core._engine.destinations import Saving
from sogni_core._engine.engine import Engine
from sogni_core._engine.report import described, options
from sogni_core._engine.resolver import Resolved
from sogni_core.costs import Confirm
from sogni_core.errors import InputError
from sogni_core.field import FieldSpec
from sogni_core.origin import DEFAULT, Origin
from sogni_core.plugin import Model
from sogni_core.problem import Notice
from sogni_core.request import Request
from sogni_core.result import OnProgress, Plan, Result

_PRICE_SECONDS = 3.0
_ASKED_SECONDS = 30.0


class Prepared:
    """A request that has been resolved and checked. Nothing was sent. See :meth:`sogni_core.app.App.prepare`."""

    def __init__(
        self,
        engine: Engine,
        resolved: Resolved,
        on_progress: OnProgress,
        planning: str | None,
        saving: Saving,
        terms: CallTerms,
    ) -> None:
        self._engine = engine
        self._resolved = resolved
        self._on_progress = on_progress
        self._planning = planning
        self._saving = saving
        self._terms = terms

    @property
    def request(self) -> Request:
        """The request, with all values filled in and all files read and measured."""
        return self._resolved.request

    @property
    def mode(self) -> str:
        """Name of the mode."""
        return self._resolved.mode.record.name

    @property
    def workflow(self) -> str:
        """Name of the chosen workflow."""
        return self._resolved.workflow.record.name

    @property
    def model(self) -> Model:
        """Catalogue entry of the model."""
        return self._resolved.model

    @property
    def media(self) -> str:
        """Kind of output of the model: ``image``, ``video``, ``audio``, …"""
        return self._resolved.model.media

    @property
    def fields(self) -> Mapping[str, FieldSpec]:
        """Fields of the mode, by name."""
        return type(self._resolved.request).specs()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Warnings so far. Results and plans repeat them."""
        return self._resolved.notices

    @property
    def plans(self) -> bool:
        """Whether the caller asked for a plan instead of a run."""
        return self._planning is not None

    def origin(self, field: str) -> Origin:
        """Return where the value of a field comes from."""
        return self._resolved.origins.get(field, DEFAULT)

    def options(self) -> dict[str, Any]:
        """Return every option by its name in JSON."""
        return options(self._resolved)

    def described(self) -> dict[str, Any]:
        """Return every option and the fields that follow from them; raises PluginError if the plugin fails."""
        return described(self._resolved)

    async def plan(self, *, price_seconds: float | None = None) -> Plan:
        """Return what :meth:`run` would submit: projects, sizes, files, and the price if the network names it.

        ``price_seconds`` is the longest time to wait for the price: by default 3 s, or 30 s if an option of the mode
        asks for the price. Without an answer, the plan has no price, a notice, and a ``price_error``.
        """
        usual = _PRICE_SECONDS if self._planning in (None, "dry_run") else _ASKED_SECONDS
        return await self._engine.plan(self._resolved, self._saving, usual if price_seconds is None else price_seconds)

    async def run(self, on_progress: OnProgress | None = None, *, confirm: Confirm | None = None) -> Result:
        """Run the request and return the result. Some outputs may be missing (``result.error``).

        ``confirm`` asks a person whether a run that costs more than the setting ``limits.confirm`` may go on; without
        it, such a run needs the option ``yes``.

        Raises SogniError if there is no output at all; before anything is sent, InputError OUTPUT_EXISTS or KEY_IN_USE,
        and MoneyError LIMIT_REACHED, PRICE_UNKNOWN or NOT_CONFIRMED. Cancelling the task asks the network to cancel.
        """
        if self._planning is not None:
            text = f"The request asks for a plan ({self._planning})."
            raise InputError("INVALID_ARGUMENT", text, hint="Call plan() instead of run().")
        receiver = on_progress or self._on_progress
        return await self._engine.run(self._resolved, self._saving, receiver, self._terms, confirm)

    async def answer(self, on_progress: OnProgress | None = None, *, confirm: Confirm | None = None) -> Plan | Result:
        """Return what the caller asked for: a plan, or the result of a run."""
        return await self.plan() if self.plans else await self.run(on_progress, confirm=confirm)
