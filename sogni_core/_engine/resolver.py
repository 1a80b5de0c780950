"""Resolve: from what was given to a request in which every value stands, each with its origin.

Order of each value: what the caller gave, the setting behind the option, what is known of the model,
the request's own default. All problems with single values are found at once.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sogni_core._engine import prompt_hash
from sogni_core._engine.conversion import convert, problems_of
from sogni_core._engine.last_render import LastRender
from sogni_core._engine.local_paths import expand_paths, with_absolute_paths
from sogni_core._engine.markers import first_wrong_mark, fixed_values
from sogni_core._engine.seeds import find_seed, hashed_of
from sogni_core._engine.workflow_choice import choose
from sogni_core._host.quarantine import quarantine
from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import blaming, describe
from sogni_core._host.targets import resolve as resolve_target
from sogni_core.errors import InputError, PluginError
from sogni_core.frozen import frozen
from sogni_core.origin import DEFAULT, EXTENSION, GIVEN, LAST_RENDER, Origin
from sogni_core.plugin import Mode, Model, Workflow
from sogni_core.problem import Notice, Problem, literal
from sogni_core.project import Asset
from sogni_core.request import ImageOptions, RenderOptions, Request
from sogni_core.settings import Settings, Value
from sogni_core.text import quote_path

_ON = (True, "true", "1")
"""A switch that is on, from Python and from a command line."""

_NEVER_ASSUMED = frozenset({"network", "token_type", "safety_filter"})
"""Settings whose built-in value is no answer to one that is not valid: it would be paid for, elsewhere or otherwise."""

DEFAULT_TIMEOUT = 60
"""Seconds, for workflows that name no setting."""


@frozen
class Resolved:
    """A request with every value filled in, and where each came from."""

    mode: Owned[Mode]
    workflow: Owned[Workflow]
    request: Request
    """The request, of the mode's own class."""
    model: Model
    """Catalogue entry of the request's model, families merged in."""
    origins: Mapping[str, Origin]
    """Field to where its value came from."""
    seed_strategy: str | None
    """How the seed was made; None if it was given or taken from the last render."""
    notices: tuple[Notice, ...]
    hashed: prompt_hash.Hashed | None = None
    """What the seed was made of; None if it was not made of the request."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with single values. The request then has another value in each such place, so that rules can say
    what else is wrong; it is never carried out."""
    part_of: Owned[Mode] | None = None
    """The mode that the user asked for, if this request is a part of its run."""
    typed: Request | None = None
    """The request before fields such as the date were filled into its paths; None if it is a part of a run."""

    @property
    def name(self) -> str:
        """Mode and workflow, ``mode:workflow``."""
        return f"{self.mode.record.name}:{self.workflow.record.name}"

    @property
    def run_mode(self) -> Owned[Mode]:
        """The mode that the user asked for: this one, or the one that this is a part of."""
        return self.part_of or self.mode


def request_class(mode: Owned[Mode]) -> type[Request]:
    """Load a mode's request model; raises PluginError, also for marks that nobody could read."""
    model = resolve_target(mode.plugin, mode.record.request)
    if not (isinstance(model, type) and issubclass(model, Request)):
        reason = f"{mode.record.request} is not a subclass of Request."
    elif wrong := first_wrong_mark(model):
        reason = wrong
    else:
        return model
    raise PluginError("PLUGIN_HOOK", f"Plugin {mode.plugin.label}: {reason}", plugin=mode.plugin.label)


def whole_class(mode: Owned[Mode]) -> type[Request]:
    """Load a mode's request model and let pydantic build what it had put off; raises PluginError."""
    model = request_class(mode)
    outcome = quarantine(model.model_rebuild)
    if outcome.error is None:
        return model
    raise PluginError(
        "PLUGIN_IMPORT",
        f"Plugin {mode.plugin.label}: {mode.record.request} cannot be used: {describe(outcome.error)}",
        plugin=mode.plugin.label,
    ) from outcome.error


def planning_option(mode: Owned[Mode], given: Mapping[str, Any]) -> str | None:
    """Return the field among those given that asks for a plan instead of a run; None if there is none."""
    specs = request_class(mode).specs().values()
    return next((spec.name for spec in specs if spec.plans and given.get(spec.name) in _ON), None)


class Resolver:
    """Resolves requests of one registry, under one set of settings."""

    def __init__(self, registry: Registry, settings: Settings, last_render: LastRender) -> None:
        self._registry = registry
        self._settings = settings
        self._last_render = last_render

    def resolve(self, mode: Owned[Mode], workflow: str | None, given: Mapping[str, Any]) -> Resolved:
        """Resolve; what is wrong with single values is among the result's problems.

        Raises InputError with every problem if no request can be made that rules could look at.
        """
        model = whole_class(mode)
        values, problems = convert(model, given)
        named = frozenset(given) & frozenset(model.model_fields)
        origins = dict.fromkeys(values, GIVEN)
        notices = list(_deprecations(mode.record, model, values))
        values |= fixed_values(model)
        self._fill_assets(model, values, origins, problems)
        chosen = self._choose(mode, model, values, origins, workflow, problems)
        self._drop_filled(model, chosen.record, values, origins, notices)
        self._fill_settings(model, values, origins)
        self._fill_model(model, chosen.record, values, origins)
        entry = self._entry(str(values.get("model") or ""), chosen.record)
        self._fill_defaults(model, chosen.record, entry, values, origins)
        self._fill_format(model, entry, values, origins, notices)
        self._fill_timeout(model, chosen.record, entry, values, origins)
        expand_paths(model, values)
        with blaming(mode.plugin, model.__qualname__):
            request = with_absolute_paths(self._build(model, values, origins, problems))
        given_fields = frozenset(name for name in named if origins.get(name) == GIVEN)
        strategy, hashed = None, None
        if isinstance(request, RenderOptions):
            seed = find_seed(request, given_fields, self._last_render, notices)
            value, strategy = seed.value, seed.strategy
            if value is None:
                name = "image" if isinstance(request, ImageOptions) else chosen.record.name
                hashed = hashed_of(request, name, given_fields, origins)
                value = prompt_hash.prompt_hash(hashed)
            origins["seed"] = seed.origin
            request = request.model_copy(update={"seed": value})
        request._given = given_fields
        return Resolved(mode, chosen, request, entry, origins, strategy, tuple(notices), hashed, tuple(problems))

    def _choose(
        self,
        mode: Owned[Mode],
        model: type[Request],
        values: dict[str, Any],
        origins: dict[str, Origin],
        name: str | None,
        problems: list[Problem],
    ) -> Owned[Workflow]:
        """Choose the workflow; the option that names it, if the request has one, then holds the chosen one's name."""
        for field, spec in model.specs().items():
            if spec.names_workflow:
                otherwise = self._settings.value(spec.setting).value if spec.setting is not None else None
                asked = name or str(values.get(field) or "")
                try:
                    chosen = choose(self._registry, mode, model, values, asked, str(otherwise or ""))
                except InputError as error:
                    if not asked:
                        raise
                    text, hint = literal(error.message), literal(error.hint or "")
                    problems.append(Problem("workflow.unknown", (field,), text, error.details, hint=hint))
                    chosen = choose(self._registry, mode, model, values, None)
                values[field] = chosen.record.name
                origins.setdefault(field, Origin("workflow", chosen.record.name))
                return chosen
        return choose(self._registry, mode, model, values, name)

    def _fill_assets(
        self, model: type[Request], values: dict[str, Any], origins: dict[str, Origin], problems: list[Problem]
    ) -> None:
        """Let switches such as ``--last-image`` put the last render's image into the field they name."""
        specs = model.specs()
        for name, spec in specs.items():
            if spec.fills not in specs or values.get(name) not in _ON:
                continue
            try:
                image = self._last_render.image()
            except InputError as error:
                text, hint = literal(error.message), literal(error.hint or "")
                problems.append(Problem("last-render.missing", (name,), text, code=error.code, hint=hint))
                continue
            present = values.get(spec.fills)
            if isinstance(present, list) or (present is None and specs[spec.fills].many):
                values[spec.fills] = [*(present or []), image]
                origins.setdefault(spec.fills, LAST_RENDER)
            elif present is None:
                values[spec.fills] = image
                origins[spec.fills] = LAST_RENDER

    def _drop_filled(
        self,
        model: type[Request],
        workflow: Workflow,
        values: dict[str, Any],
        origins: dict[str, Origin],
        notices: list[Notice],
    ) -> None:
        """Leave the last render's image out again where a workflow that the user named takes none."""
        for name, spec in model.specs().items():
            if spec.fills and origins.get(spec.fills) == LAST_RENDER and spec.fills not in workflow.accepts:
                del values[spec.fills], origins[spec.fills]
                called = workflow.aliases[0] if workflow.aliases else workflow.name
                text = f"{{{name}}} is ignored: the workflow {{workflow}} takes no reference."
                notices.append(Notice("last-render.ignored", (name,), text, {"workflow": called}))

    def _fill_settings(self, model: type[Request], values: dict[str, Any], origins: dict[str, Origin]) -> None:
        for name, spec in model.specs().items():
            if name not in values and spec.setting is not None:
                look_up = self._settings.require if spec.setting in _NEVER_ASSUMED else self._settings.value
                found = look_up(spec.setting)
                if found.value is not None:
                    values[name], origins[name] = found.value, _setting(found)

    def _fill_model(
        self, model: type[Request], workflow: Workflow, values: dict[str, Any], origins: dict[str, Origin]
    ) -> None:
        if "model" not in model.model_fields or values.get("model"):
            return
        if workflow.model_setting is not None:
            found = self._settings.value(workflow.model_setting)
            values["model"], origins["model"] = found.value, _setting(found)
        elif workflow.default_model is not None:
            values["model"], origins["model"] = workflow.default_model, Origin("workflow", workflow.name)

    def _entry(self, model_id: str, workflow: Workflow) -> Model:
        """Return what is known of a model; whatever it is, it makes what the workflow's usual one makes."""
        entry = self._registry.model(model_id)
        key = workflow.model_setting
        usual = self._settings.builtin(key) if key is not None else workflow.default_model
        return replace(entry, media=self._registry.model(usual).media) if usual else entry

    def _fill_defaults(
        self, model: type[Request], workflow: Workflow, entry: Model, values: dict[str, Any], origins: dict[str, Origin]
    ) -> None:
        configured = self._settings.section("").model_defaults.get(entry.id)
        for name, value in (configured.model_dump(exclude_none=True) if configured is not None else {}).items():
            if name in model.model_fields and name not in values:
                values[name], origins[name] = value, Origin("setting", f"model_defaults.{entry.id}.{name}")
        for name, value in self._registry.own_defaults(entry.id).items():
            if name in model.model_fields and name not in values:
                values[name], origins[name] = value, Origin("model", entry.id)
        for name, said in workflow.defaults.items():
            value = _by_model(said, entry.id)
            if name in model.model_fields and name not in values and value is not None:
                values[name], origins[name] = value, Origin("workflow", workflow.name)
        for name, value in entry.defaults.items():
            if name in model.model_fields and name not in values:
                values[name], origins[name] = value, Origin("model", entry.id)

    def _fill_format(
        self,
        model: type[Request],
        entry: Model,
        values: dict[str, Any],
        origins: dict[str, Origin],
        notices: list[Notice],
    ) -> None:
        """Take the format from the output's name where there is a choice, and tell where the name says another one."""
        output, medium = values.get("output"), self._registry.medium(entry.media)
        if "output_format" not in model.model_fields or not output or medium is None:
            return
        name = Path(str(output))
        named = "" if name.suffix == ".{ext}" else same_format(name.suffix.lower().removeprefix("."))
        wanted = next((one for one in medium.formats if same_format(one) == named), None)
        asked = str(values.get("output_format") or "").strip().lower()
        is_choice = len(medium.formats) > 1
        if not asked and wanted is not None and is_choice:
            values["output_format"], origins["output_format"] = wanted, EXTENSION
        elif asked in medium.formats and named and named != same_format(asked):
            facts = {"format": asked, "name": quote_path(name.name)}
            text = "The output is {format}, but its name is {name}."
            notices.append(Notice("output.format-differs", ("output_format", "output"), text, facts))

    def _fill_timeout(
        self, model: type[Request], workflow: Workflow, entry: Model, values: dict[str, Any], origins: dict[str, Origin]
    ) -> None:
        if "timeout" not in model.model_fields or "timeout" in values:
            return
        limit, origin, explicit = DEFAULT_TIMEOUT, DEFAULT, False
        if workflow.timeout_setting is not None:
            found = self._settings.value(workflow.timeout_setting)
            explicit = not found.built_in
            limit, origin = int(found.value), _setting(found)
        if not explicit and entry.seconds is not None and 3 * entry.seconds > limit:
            limit, origin = round(3 * entry.seconds), Origin("model", entry.id)
        values["timeout"], origins["timeout"] = limit, origin

    def _build(
        self, model: type[Request], values: dict[str, Any], origins: Mapping[str, Origin], problems: list[Problem]
    ) -> Request:
        later = {"seed"} if "seed" in model.model_fields and "seed" not in values else set()
        broken = {problem.field for problem in problems}
        whole = {**values, **dict.fromkeys(later, 0)}
        try:
            return model.model_validate(whole)
        except ValidationError as error:
            problems += problems_of(error, model, origins, skip=[name for name in broken if name])
        # Once more with other values in the place of those: what else is wrong is to be said too.
        for name in {problem.field for problem in problems if problem.field in model.model_fields}:
            whole.pop(name, None)
            whole |= self._stand_in(model, name)
        try:
            return model.model_validate(whole)
        except ValidationError:
            raise InputError.of(problems) from None

    def _stand_in(self, model: type[Request], name: str) -> dict[str, Any]:
        """Return a value for a field whose own is missing or not valid; none if its default will do."""
        spec = model.specs().get(name)
        if spec is not None and spec.setting is not None:
            return {name: self._settings.builtin(spec.setting)}
        if spec is not None and spec.positional and spec.kind == "text" and not spec.many:
            return {name: "?"}
        return {}


def same_format(name: str) -> str:
    """Return the one name of a format that has two."""
    return {"jpeg": "jpg"}.get(name, name)


def _deprecations(mode: Mode, model: type[Request], given: Mapping[str, Any]) -> Iterator[Notice]:
    """Warn of what is deprecated in a call: the mode, and the options that were given."""
    if mode.deprecated:
        facts = {"mode": mode.name, "instead": mode.deprecated}
        yield Notice("mode.deprecated", (), "{mode} is deprecated: {instead}", facts)
    for name, spec in model.specs().items():
        if spec.deprecated and name in given:
            facts = {"instead": spec.deprecated}
            yield Notice("option.deprecated", (name,), f"{{{name}}} is deprecated: {{instead}}", facts)


def _by_model(said: Any, model_id: str) -> Any:
    """Return a workflow's value, or that of the first pattern that fits the model; None if none does."""
    if not isinstance(said, Mapping):
        return said
    return next((value for pattern, value in said.items() if fnmatch.fnmatchcase(model_id.lower(), pattern)), None)


def _setting(found: Value) -> Origin:
    return Origin("setting", found.key, found.built_in, found.origin)


def sources(request: Request) -> dict[str, tuple[Asset, ...]]:
    """Map every asset field of a request to its assets."""
    found: dict[str, tuple[Asset, ...]] = {}
    for name in type(request).model_fields:
        value = getattr(request, name)
        if isinstance(value, Asset):
            found[name] = (value,)
        elif isinstance(value, tuple) and value and all(isinstance(item, Asset) for item in value):
            found[name] = value
    return found
