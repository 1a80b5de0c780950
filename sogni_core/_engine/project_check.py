"""Judge a project before it is sent: observers may change it, observers and rules may refuse it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from sogni_core._engine.check import ask, found_problems
from sogni_core._engine.resolver import Resolved
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.registry import Owned, Registry
from sogni_core._host.targets import blame
from sogni_core._host.targets import resolve as resolve_target
from sogni_core.context import SubmitFacts
from sogni_core.errors import InputError, PluginError, SogniError
from sogni_core.plugin import Observer, Validator
from sogni_core.problem import Problem, literal
from sogni_core.project import Asset, Project

FactsOf = Callable[[Project], SubmitFacts]


class ProjectCheck:
    """What has a say about the projects of one workflow."""

    def __init__(self, registry: Registry, resolved: Resolved) -> None:
        self._registry = registry
        self._observers = [owned for owned in registry.every(Observer) if owned.record.before_submit is not None]
        modes = (resolved.mode, resolved.run_mode)
        self._rules = [owned for owned in registry.validators(*modes) if owned.record.projects is not None]

    async def passed(self, project: Project, facts_of: FactsOf) -> Project:
        """Return the project to send.

        ``facts_of``: what observers and rules may know besides a project. Raises InputError with the problems that
        refuse it, what an observer raises, or PluginError.
        """
        for owned in self._observers:
            project = await self._observed(owned, project, facts_of(project))
        found = [(rule.plugin, problem) for rule in self._rules for problem in self._judged(rule, project, facts_of)]
        if found:
            raise refused(found)
        return project

    def _judged(self, rule: Owned[Validator], project: Project, facts_of: FactsOf) -> list[Problem]:
        assert rule.record.projects is not None
        call = resolve_target(rule.plugin, rule.record.projects)
        return ask(self._registry, rule.plugin, lambda: call(project, facts_of(project)))

    async def _observed(self, owned: Owned[Observer], project: Project, facts: SubmitFacts) -> Project:
        plugin = owned.plugin
        subject = f"The observer {owned.record.name} of plugin {plugin.label}"
        assert owned.record.before_submit is not None
        call = resolve_target(plugin, owned.record.before_submit)
        try:
            answer = call(project, facts)
            if inspect.isawaitable(answer):
                answer = await answer
        except SogniError as error:
            self._registry.require_registered(plugin, error)
            raise _named(error, plugin) from error
        except (Exception, SystemExit) as error:
            raise blame(plugin, subject, error) from error
        if isinstance(answer, Project):
            return answer
        if isinstance(answer, Problem):
            answer = [answer]
        if isinstance(answer, Iterable) and (problems := found_problems(self._registry, plugin, subject, answer)):
            raise refused([(plugin, problem) for problem in problems])
        text = f"{subject} returned {type(answer).__name__}, neither a project nor problems."
        raise PluginError("PLUGIN_HOOK", text, plugin=plugin.label)


def refused(found: Iterable[tuple[PluginInfo, Problem]]) -> InputError:
    """Make the error of a project that plugins refuse; each problem names its plugin."""
    pairs = list(found)
    error = InputError.of(
        replace(problem, text=f"{literal(f'Refused by {plugin.label}: ')}{problem.text}") for plugin, problem in pairs
    )
    error.plugin = " and ".join(dict.fromkeys(plugin.label for plugin, _ in pairs))
    return error


def _named(error: SogniError, plugin: PluginInfo) -> SogniError:
    """Return an error that an observer raised, with the name of its plugin."""
    if isinstance(error, InputError):
        return refused((plugin, problem) for problem in error.as_problems())
    other = error.with_details({})
    other.message = f"Refused by {plugin.label}: {error.message}"
    other.args = (other.message,)
    other.plugin = plugin.label
    return other


def as_sent(project: Project, kept: Any) -> Project:
    """Return a project as an earlier process sent it: with the values that the journal kept, and the files of today.

    An observer may have changed it then, and would perhaps change it otherwise today.
    """
    if kept.get("type") != type(project).__name__:
        return project
    values: dict[str, Any] = {}
    for info in fields(project):
        today = getattr(project, info.name)
        if info.name in kept and not _is_nested(today) and not _is_nested(kept[info.name]):
            value = kept[info.name]
            values[info.name] = tuple(value) if isinstance(value, list) else value
    return replace(project, **values)


def _is_nested(value: Any) -> bool:
    """Whether a value holds files or other objects."""
    if isinstance(value, list | tuple):
        return any(_is_nested(item) or isinstance(item, list | tuple) for item in value)
    return isinstance(value, Asset | dict) or is_dataclass(value)
