"""Check: read, type and measure every asset, and run every rule, before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sogni_core._engine import prompt_hash
from sogni_core._engine.project_assets import Fetch
from sogni_core._engine.resolver import Resolved, sources
from sogni_core._engine.workflow_choice import named
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import blame, blaming, unregistered
from sogni_core._host.targets import resolve as resolve_target
from sogni_core.context import Facts
from sogni_core.errors import InputError, PluginError, SogniError
from sogni_core.media.asset import read_asset
from sogni_core.plugin import Mode
from sogni_core.problem import Problem, literal
from sogni_core.project import Asset
from sogni_core.request import Request


async def check(resolved: Resolved, registry: Registry, settings: Callable[[type[Any]], Any], fetch: Fetch) -> Request:
    """Return the request with measured assets; raises InputError with every problem found."""
    request, facts, problems = await examine(resolved, registry, settings, fetch)
    problems += missing_here(registry, resolved.mode)
    for rule in registry.validators(resolved.mode):
        if rule.record.target is None:
            continue
        call = resolve_target(rule.plugin, rule.record.target)
        problems += ask(registry, rule.plugin, lambda call=call: list(call(request, facts)))  # type: ignore[misc]
    if problems:
        raise InputError.of(problems)
    return request


async def examine(
    resolved: Resolved, registry: Registry, settings: Callable[[type[Any]], Any], fetch: Fetch
) -> tuple[Request, Facts, list[Problem]]:
    """Return what rules are asked with, the request with measured assets and its facts, and what is wrong so far."""
    request, problems = await read_assets(resolved.request, fetch)
    problems += resolved.problems
    facts = Facts(
        mode=resolved.mode.record.name,
        workflow=resolved.workflow.record.name,
        model=resolved.model,
        given=resolved.request.given,
        part_of=resolved.part_of.record.name if resolved.part_of is not None else None,
        settings=settings,
        missing=lambda name: missing(registry, name),
    )
    return (request if problems else _settled(resolved, request, facts)), facts, problems


def missing(registry: Registry, name: str) -> list[Problem]:
    """Say what keeps a mode, or a workflow of it, from running here; see :attr:`Facts.missing`."""
    head, _, workflow = name.partition(":")
    mode = registry.mode(head)
    if workflow:
        named(registry.workflows(mode), head, workflow)
    return missing_here(registry, mode)


def missing_here(registry: Registry, mode: Owned[Mode]) -> list[Problem]:
    """Ask a mode's own function for what it needs of this machine and does not find."""
    if mode.record.needs is None:
        return []
    look = resolve_target(mode.plugin, mode.record.needs)
    return ask(registry, mode.plugin, lambda: list(look()))


def _settled(resolved: Resolved, request: Request, facts: Facts) -> Request:
    """Make the seed again if it comes from the request and the assets changed what it is made of."""
    if resolved.hashed is None:
        return request
    with blaming(resolved.mode.plugin, f"{type(request).__qualname__}.settled"):
        values = request.settled(facts)
    if not values:
        return request
    hashed = replace(resolved.hashed, request=resolved.hashed.request.model_copy(update=dict(values)))
    return request.model_copy(update={"seed": prompt_hash.prompt_hash(hashed)})


def ask(registry: Registry, plugin: PluginInfo, rule: Callable[[], Iterable[object]]) -> list[Problem]:
    """Run one rule; whatever it raises or returns wrongly is the plugin's error, with its name."""
    try:
        found = list(rule())
    except SogniError as error:
        registry.require_registered(plugin, error)
        raise
    except (Exception, SystemExit) as error:
        raise blame(plugin, f"A rule of plugin {plugin.label}", error) from error
    return found_problems(registry, plugin, f"A rule of plugin {plugin.label}", found)


def found_problems(registry: Registry, plugin: PluginInfo, subject: str, found: Iterable[object]) -> list[Problem]:
    """Return the problems that a plugin's code gave; raises PluginError PLUGIN_HOOK if one is none, or not known."""
    problems: list[Problem] = []
    for item in found:
        if not isinstance(item, Problem):
            text = f"{subject} gave {type(item).__name__} instead of a Problem."
            raise PluginError("PLUGIN_HOOK", text, plugin=plugin.label)
        if item.code_name not in registry.error_codes:
            raise unregistered(plugin, item.code_name)
        problems.append(item)
    return problems


async def read_assets(request: Request, fetch: Fetch) -> tuple[Request, list[Problem]]:
    """Return the request with measured assets, those that cannot be read as they were, and what is wrong with them."""
    problems: list[Problem] = []
    specs = type(request).specs()
    measured: dict[str, Any] = {}

    async def read(name: str, place: int, asset: Asset) -> None:
        try:
            local = await fetch(asset.source) if asset.is_url else asset
            kind = specs[name].media if name in specs else "image"
            measured[name][place] = await asyncio.to_thread(read_asset, local, kind=kind)
        except InputError as error:
            text, hint = literal(error.message), literal(error.hint or "")
            problems.append(Problem("asset.unusable", (name,), text, error.details, error.registered, hint))

    found = sources(request)
    async with asyncio.TaskGroup() as group:
        for name, assets in found.items():
            measured[name] = list(assets)
            for place, asset in enumerate(assets):
                group.create_task(read(name, place, asset))
    update = {
        name: tuple(items) if isinstance(getattr(request, name), tuple) else items[0]
        for name, items in measured.items()
    }
    checked = request.model_copy(update=update)
    checked._given = request.given
    return checked, problems
