"""Check that what the records of plugins name is there, and is what the record says.

Everything is imported, so this is for ``sogni plugins``, ``sogni doctor`` and the tests of authors alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.quarantine import quarantine
from sogni_core._host.record_check import resource_of, targets_of
from sogni_core._host.registry import Owned, Registry
from sogni_core._host.settings_model import unfit
from sogni_core._host.targets import describe, read_text, resolve
from sogni_core.errors import SogniError
from sogni_core.frozen import frozen
from sogni_core.plugin import (
    RECORDS,
    Command,
    CredentialSource,
    Finisher,
    Medium,
    Mode,
    Network,
    Observer,
    Settings,
    Validator,
    Workflow,
)
from sogni_core.project import Project
from sogni_core.request import Request
from sogni_core.text import clean, nearest


@frozen
class Finding:
    """Something that a record says and that is not so."""

    plugin: PluginInfo
    record: str
    """The record, ``"mode stamp"``."""
    reason: str
    """What is wrong with it, with the target in question."""

    @property
    def message(self) -> str:
        """One sentence with plugin, record and reason."""
        return f"Plugin {self.plugin.label}: {self.record}: {self.reason}."


def broken_records(registry: Registry) -> list[Finding]:
    """Resolve every target of every plugin that was loaded; return what is broken, in the order of the plugins."""
    found: list[Finding] = []
    for kind in RECORDS:
        every: list[Owned[Any]] = registry.every(kind)
        for owned in every:
            found += (*broken_targets(owned), *unfit_among_others(owned, registry))
    order = {id(plugin): place for place, plugin in enumerate(registry.plugins)}
    return sorted(found, key=lambda finding: order[id(finding.plugin)])


def broken_targets(owned: Owned[Any]) -> Iterator[Finding]:
    """Yield the targets of a record that cannot be loaded, or are something else than the record says."""
    record, plugin = owned.record, owned.plugin
    for field, target in targets_of(record):
        place = f"{named(record)}: {field}" if isinstance(record, Mode | Medium) else named(record)
        try:
            found = resolve(plugin, target)
        except SogniError as error:
            yield Finding(plugin, place, _reason(error, plugin))
            continue
        outcome = quarantine(lambda found=found, field=field: list(_wrong(record, field, found)))  # type: ignore[misc]
        reasons = [describe(outcome.error)] if outcome.error is not None else outcome.value or []
        yield from (Finding(plugin, place, f"{target} {reason}") for reason in reasons)
    resource = resource_of(record)
    if resource is not None:
        try:
            read_text(plugin, resource)
        except SogniError as error:
            yield Finding(plugin, f"{named(record)}: skill", _reason(error, plugin))


def _reason(error: SogniError, plugin: PluginInfo) -> str:
    return error.message.removeprefix(f"Plugin {plugin.label}: ").removesuffix(".")


def unfit_among_others(owned: Owned[Any], registry: Registry) -> Iterator[Finding]:
    """Yield what is wrong with a record only because of the other records that there are, or are not."""
    yield from _unknown_modes(owned, registry)
    if isinstance(owned.record, Command):
        yield from _app_in_group(owned, registry)


def _app_in_group(owned: Owned[Command], registry: Registry) -> Iterator[Finding]:
    """Yield a finding for a typer app whose name is the first word of other commands, see :func:`no_group`."""
    first, *rest = owned.record.name.split()
    others = [other.record.name for other in registry.every(Command) if other.record.name.startswith(f"{first} ")]
    if rest or not others:
        return
    import typer

    with suppress(SogniError):  # said where targets are resolved
        if isinstance(resolve(owned.plugin, owned.record.target), typer.Typer):
            yield Finding(owned.plugin, named(owned.record), no_group(owned.record, others))


def no_group(command: Command, others: Iterable[str]) -> str:
    """Say why a typer app cannot be a command of a group, and what to do: it has commands already, of its own."""
    names = ", ".join(others)
    return f"{command.target} is a typer app, so it has to bring its commands itself; add these to it: {names}"


def _unknown_modes(owned: Owned[Any], registry: Registry) -> Iterator[Finding]:
    """Yield the modes that a rule or a workflow is for and that no plugin is known to bring, installed or not."""
    record = owned.record
    if isinstance(record, Validator):
        asked, what = record.modes, "applies to"
    elif isinstance(record, Workflow):
        asked, what = (record.mode,), "belongs to"
    else:
        return
    known = {"*", *(mode.record.name for mode in registry.every(Mode))}
    for name in asked:
        if name not in known and not registry.is_known_elsewhere(name):
            close = nearest(name, known - {"*"})
            hint = f"; did you mean {close!r}?" if close else ""
            yield Finding(
                owned.plugin, named(record), f"{what} the mode {clean(name, 80)!r}, which does not exist{hint}"
            )


def named(record: Any) -> str:
    """Name a record for people: its kind and its name."""
    match record:
        case Workflow():
            return f"workflow {record.mode}:{record.name}"
        case Validator():
            return f"validator {record.target or record.projects}"
        case Settings():
            return f"settings [{record.section}]"
        case CredentialSource():
            return f"credential source {record.name}"
    return f"{type(record).__name__.lower()} {getattr(record, 'name', '')}".rstrip()


def _wrong(record: Any, field: str, found: Any) -> Iterable[str]:
    check = _CHECKS.get((type(record), field))
    return check(found) if check is not None else ()


def _no_request(found: Any) -> Iterator[str]:
    if not (isinstance(found, type) and issubclass(found, Request)):
        yield "is not a subclass of sogni_core.request.Request"


def _no_workflow(found: Any) -> Iterator[str]:
    if not inspect.iscoroutinefunction(found):
        yield "is not an async function"
    elif not takes(found, 2):
        yield "does not take two arguments, (ctx, request)"


def _no_rule(found: Any) -> Iterator[str]:
    if not callable(found) or inspect.iscoroutinefunction(found):
        yield "is not a plain function"
    elif not takes(found, 2):
        yield "does not take two arguments, (request, facts)"


def _no_pair(found: Any) -> Iterator[str]:
    if not callable(found):
        yield "is not a function"
    elif not takes(found, 2):
        yield "does not take two arguments"


def _no_source(found: Any) -> Iterator[str]:
    if not callable(found) or inspect.iscoroutinefunction(found):
        yield "is not a plain function"
    elif not takes(found, 1):
        yield "does not take one argument, the name of the network"


def _no_look(found: Any) -> Iterator[str]:
    if not callable(found) or inspect.iscoroutinefunction(found):
        yield "is not a plain function"
    elif not takes(found, 0):
        yield "takes arguments"


def _no_command(found: Any) -> Iterator[str]:
    import typer

    if not (isinstance(found, typer.Typer) or callable(found)):
        yield "is neither a function nor a typer app"


def _no_network(found: Any) -> Iterator[str]:
    if not callable(found):
        yield "is not callable"
        return
    try:
        # The host hands the plugin's own settings to a function that has a parameter of this name, and nothing else.
        settings = {"settings": None} if "settings" in inspect.signature(found).parameters else {}
        inspect.signature(found).bind(**settings)
    except TypeError:
        yield "takes arguments; it may take settings and nothing else"


def _no_project(found: Any) -> Iterator[str]:
    if not (isinstance(found, type) and issubclass(found, Project)):
        yield "is not a subclass of sogni_core.project.Project"


def _no_function(found: Any) -> Iterator[str]:
    if not callable(found) or inspect.iscoroutinefunction(found):
        yield "is not a plain function"


def takes(function: Callable[..., Any], count: int) -> bool:
    """Return whether a function can be called with so many arguments."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


_CHECKS: Mapping[tuple[type, str], Callable[[Any], Iterable[str]]] = {
    (Mode, "request"): _no_request,
    (Mode, "workflow"): _no_workflow,
    (Mode, "needs"): _no_look,
    (Workflow, "target"): _no_workflow,
    (Validator, "target"): _no_rule,
    (Validator, "projects"): _no_rule,
    (Observer, "before_submit"): _no_pair,
    (Observer, "after_step"): _no_pair,
    (Observer, "after_run"): _no_pair,
    (CredentialSource, "target"): _no_source,
    (Finisher, "target"): _no_pair,
    (Settings, "model"): unfit,
    (Command, "target"): _no_command,
    (Network, "target"): _no_network,
    (Medium, "project"): _no_project,
    (Medium, "builder"): _no_function,
    (Medium, "estimate"): _no_function,
    (Medium, "placeholder"): _no_function,
    (Medium, "decoder"): _no_function,
}
"""Record and field to what is asked of the field's target."""
