"""What exists: every record with its owner, looked up by name, clashes and absences answered in words."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cached_property
from typing import Any, Generic, NoReturn, TypeVar

from sogni_core._host.absence import Absences
from sogni_core._host.memory import KnownPlugin
from sogni_core._host.plugin_info import PluginInfo
from sogni_core._host.targets import unregistered
from sogni_core.errors import CODES, PluginError, SogniError
from sogni_core.frozen import frozen
from sogni_core.plugin import Command, ErrorCode, Medium, Mode, Model, Network, Observer, Settings, Validator, Workflow

R = TypeVar("R")

LIVE_NETWORKS = ("fast", "relaxed")
"""Networks of the Supernet itself; no plugin may take these names."""

RESERVED_COMMANDS = ("call", "help")
"""First words that the command line itself answers."""

RESERVED_SECTIONS = (
    "count",
    "credentials_path",
    "existing_files",
    "labels",
    "last_render_path",
    "limits",
    "max_count",
    "media_inbound_dir",
    "model_defaults",
    "network",
    "output_dir",
    "output_pattern",
    "profiles",
    "queue_timeout",
    "rest_url",
    "safety_filter",
    "save",
    "seed_strategy",
    "socket_url",
    "token_type",
)
"""Keys of the top level of ``config.toml``: a table of that name could not exist next to them."""


@frozen
class Owned(Generic[R]):
    """A record and the plugin that gave it."""

    plugin: PluginInfo
    record: R


def summary_of(mode: Mode) -> str:
    """Return a mode's summary, and what to use instead of a mode that is deprecated."""
    return f"{mode.summary} Deprecated: {mode.deprecated}" if mode.deprecated else mode.summary


class Registry:
    """All records of a host, by type and name.

    A name that two plugins claim belongs to neither: asking for it is an error that names both, and
    every other name keeps working. The core's names stay the core's.
    """

    def __init__(
        self,
        records: Iterable[Owned[Any]],
        plugins: Sequence[PluginInfo],
        *,
        left_out: Sequence[PluginInfo] = (),
        remembered: Callable[[], Sequence[KnownPlugin]] = tuple,
    ) -> None:
        """``left_out``: plugins that are there and not loaded. ``remembered``: plugins that were installed once."""
        self.plugins = plugins
        self._absences = Absences(plugins, left_out, remembered)
        self._records: dict[type, list[Owned[Any]]] = {}
        for owned in records:
            self._records.setdefault(type(owned.record), []).append(owned)
        self._owners = dict(self._settle())

    def every(self, kind: type[R]) -> list[Owned[R]]:
        """List the records of a type, clashing ones too, in the order of registration."""
        return list(self._records.get(kind, ()))

    def usable(self, kind: type[R]) -> Iterator[Owned[R]]:
        """Yield the records of a type that nothing clashes with."""
        for owned in self._records.get(kind, ()):
            if self._is_usable(owned):
                yield owned

    def mode(self, name: str) -> Owned[Mode]:
        """Find a mode; ``plugin:mode`` reaches one of two that clash."""
        plugin, colon, bare = name.rpartition(":")
        if colon:
            for owned in self.every(Mode):
                if owned.plugin.name == plugin and owned.record.name == bare:
                    return owned
            for info in self.plugins:
                if info.name == plugin and info.failure is not None:
                    raise info.failure
        return self._one(Mode, name)

    def command(self, name: str) -> Owned[Command]:
        """Find a command by its words."""
        return self._one(Command, name)

    def is_known_elsewhere(self, word: str) -> bool:
        """Whether a plugin that is not loaded brings a mode or command of this name, as far as is known."""
        return bool(self._absences.owners("command", word))

    def network(self, name: str) -> Owned[Network]:
        """Find a network that a plugin brings."""
        return self._one(Network, name)

    def workflows(self, mode: Owned[Mode]) -> list[Owned[Workflow]]:
        """List a mode's workflows in the order in which they are tried: those of its own plugin first."""
        own = mode.record
        found: list[Owned[Workflow]] = []
        if own.workflow is not None:
            found.append(Owned(mode.plugin, Workflow(own.name, own.name, own.workflow)))
        found += [
            owned for owned in self.usable(Workflow) if owned.record.mode == own.name and self._means(owned, mode)
        ]
        # Plugins come in the order of their names, which must not decide what a mode does with given assets.
        return sorted(found, key=lambda owned: owned.plugin is not mode.plugin)

    def validators(self, *modes: Owned[Mode]) -> list[Owned[Validator]]:
        """List the rules for a mode, or for any of several."""
        return [
            owned
            for owned in self.every(Validator)
            if "*" in owned.record.modes
            or any(mode.record.name in owned.record.modes and self._means(owned, mode) for mode in modes)
        ]

    def has_rules(self, plugin: PluginInfo) -> bool:
        """Whether a plugin has a say in what others' modes submit: by an observer, or by a rule for such modes."""
        own = {owned.record.name for owned in self.every(Mode) if owned.plugin is plugin}
        observes = any(o.plugin is plugin and o.record.before_submit for o in self.every(Observer))
        return observes or any(o.plugin is plugin and not own.issuperset(o.record.modes) for o in self.every(Validator))

    @cached_property
    def error_codes(self) -> Mapping[str, ErrorCode]:
        """Every error code by name: the core's, then those of plugins; of two with one name, the first."""
        codes = dict(CODES)
        for owned in self.every(ErrorCode):
            codes.setdefault(owned.record.name, owned.record)
        return codes

    def error_code(self, name: str) -> ErrorCode | None:
        """Find an error code, None if there is none; raises PluginError if two plugins claim it."""
        if name in CODES or name not in self.error_codes:
            return CODES.get(name)
        return self._one(ErrorCode, name).record

    def require_registered(self, plugin: PluginInfo, error: SogniError) -> None:
        """Raise PluginError PLUGIN_HOOK if a plugin raised an error whose code nobody registered."""
        if error.code not in self.error_codes:
            raise unregistered(plugin, error.code).with_details(error.details) from error

    def settings(self) -> dict[str, Owned[Settings]]:
        """Map the names of the configuration's tables to their records; the core's own table is ''."""
        return {owned.record.section: owned for owned in self.usable(Settings)}

    def models(self) -> list[Model]:
        """List the catalogue entries, families left out, each merged with its namesakes and families."""
        ids = dict.fromkeys(owned.record.id for owned in self.every(Model) if "*" not in owned.record.id)
        return [self.model(model_id) for model_id in ids]

    def model(self, model_id: str) -> Model:
        """Merge what is known of a model: its own entries first, then its families, the one that says most first.

        So a plugin's family takes precedence over the core's ``*``, but not over a more specific pattern.
        """
        entries = [owned.record for owned in self.every(Model)]
        own = [entry for entry in entries if entry.id == model_id]
        families = [e for e in entries if "*" in e.id and fnmatch.fnmatchcase(model_id.lower(), e.id)]
        families.sort(key=lambda family: family.id.count("*") - len(family.id))
        merged = Model(model_id)
        for entry in [*own, *families]:
            merged = _merge(merged, entry, first=entry is (own or families)[0])
        return merged

    def own_defaults(self, model_id: str) -> Mapping[str, float | str]:
        """Return the defaults of a model's own entries, the one registered first before the others; no family's."""
        own = [owned.record.defaults for owned in self.every(Model) if owned.record.id == model_id]
        return {name: value for defaults in reversed(own) for name, value in defaults.items()}

    def medium(self, name: str) -> Medium | None:
        """Return the medium of this name; None if no plugin brings it."""
        return next((owned.record for owned in self.usable(Medium) if owned.record.name == name), None)

    def require_owned(self, owned: Owned[R]) -> Owned[R]:
        """Return a record; raises PluginError PLUGIN_CONFLICT if another plugin claims a name of it too."""
        if self._is_usable(owned):
            return owned
        raise self._conflict(owned)

    def _one(self, kind: type[R], name: str) -> Owned[R]:
        claims = [owned for owned in self.every(kind) if owned.record.name == name]  # type: ignore[attr-defined]
        for owned in claims:
            if self._is_usable(owned):
                return owned
        if not claims:
            self._absent(kind, name)
        raise self._conflict(claims[0])

    def _conflict(self, one: Owned[Any]) -> PluginError:
        """Name everybody who claims a name of this record."""
        contested = {claim for claim in _claims(one.record) if self._owners.get(claim) is not one.plugin}
        name = str(one.record.name)
        rivals = [
            o
            for space in (Mode, Command, Network, Medium, ErrorCode)
            for o in self.every(space)
            if contested.intersection(_claims(o.record))
        ]
        labels = " and ".join(dict.fromkeys(owned.plugin.label for owned in rivals))
        ways = " or ".join(f"sogni call {o.plugin.name}:{name}" for o in rivals if isinstance(o.record, Mode))
        return PluginError(
            "PLUGIN_CONFLICT",
            f"The name {name!r} is claimed by more than one plugin: {labels}.",
            hint=f"Uninstall one of them, or use {ways}." if ways else "Uninstall one of them.",
            plugin=labels,
        )

    def _means(self, owned: Owned[Any], mode: Owned[Mode]) -> bool:
        """Whether a record that names a mode means this one: its own plugin's, else the one that owns the name."""
        return owned.plugin is mode.plugin or self._is_usable(mode)

    def _is_usable(self, owned: Owned[Any]) -> bool:
        return all(self._owners.get(claim, owned.plugin) is owned.plugin for claim in _claims(owned.record))

    def _absent(self, kind: type[Any], name: str) -> NoReturn:
        if kind is Network:
            raise self._absences.network(name, [*LIVE_NETWORKS, *(one.record.name for one in self.every(Network))])
        words = [owned.record.name.split()[0] for owned in self.every(Command)]
        words += [owned.record.name for owned in self.every(Mode) if not owned.record.hidden]
        users = [owned.plugin for owned in self.every(Validator) if name in owned.record.modes]
        users += [owned.plugin for owned in self.every(Workflow) if owned.record.mode == name]
        raise self._absences.command(name, words, users)

    def _settle(self) -> Iterator[tuple[_Claim, PluginInfo | None]]:
        """Decide who owns each name: the core what it claims, nobody what two plugins claim."""
        claimants: dict[_Claim, list[Owned[Any]]] = {}
        for kind in (Mode, Command, Network, Settings, Workflow, Medium, ErrorCode):
            for owned in self.every(kind):
                for claim in _claims(owned.record):
                    claimants.setdefault(claim, []).append(owned)
        for claim, claims in claimants.items():
            plugins = list({id(owned.plugin): owned.plugin for owned in claims}.values())
            core = [plugin for plugin in plugins if plugin.is_core]
            owner = core[0] if core else plugins[0] if len(plugins) == 1 and claim not in _RESERVED else None
            yield claim, owner
            for plugin in plugins:
                if plugin is not owner:
                    rivals = ", ".join(rival.label for rival in plugins if rival is not plugin) or "sogni-core"
                    plugin.problems.append(
                        PluginError(
                            "PLUGIN_CONFLICT",
                            f"Plugin {plugin.label}: {claim[0]} {' '.join(claim[1:])!r} is claimed by {rivals} too.",
                            plugin=plugin.label,
                        )
                    )


_Claim = tuple[str, ...]

_RESERVED = {
    *(("network", name) for name in LIVE_NETWORKS),
    *(("command", word) for word in RESERVED_COMMANDS),
    *(("section", key) for key in RESERVED_SECTIONS),
    *(("error code", name) for name in CODES),
}


def _claims(record: Any) -> tuple[_Claim, ...]:
    """Say which names a record takes; two plugins must not take the same. Modes and commands share one space."""
    if isinstance(record, Workflow):
        return (("workflow", record.mode, record.name),)
    if isinstance(record, Settings):
        return (("section", record.section),)
    if isinstance(record, Network):
        return (("network", record.name),)
    if isinstance(record, ErrorCode):
        return (("error code", record.name),)
    if isinstance(record, Mode | Command):
        return (("command", record.name.split()[0]),)
    if isinstance(record, Medium):
        return ("medium", record.name), ("project class", record.project)
    return ()


def _merge(into: Model, entry: Model, *, first: bool) -> Model:
    values: dict[str, Any] = {}
    for info in fields(Model):
        mine, theirs = getattr(into, info.name), getattr(entry, info.name)
        if isinstance(theirs, Mapping):
            values[info.name] = {**theirs, **mine}
        elif (info.name == "media" and first) or (info.name != "id" and mine in ("", None)):
            values[info.name] = theirs
    return replace(into, **values)
