"""All that a plugin imports to register: the hook markers, the hookspecs, and the records they return.

A plugin is a module named by an entry point of the group ``sogni.plugins``. It implements any of the
hooks below; every hook takes nothing and returns a list of records. A record is light: what is heavy
(a pydantic model, a workflow, a typer app) is named by a *target*, ``"package.module:attribute"``, and
imported only when it is needed. This module needs the standard library and pluggy, nothing else, so
that importing a plugin costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

import pluggy

from sogni_core.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = "sogni"
"""Name under which hookspecs and hookimpls find each other."""

ENTRY_POINT_GROUP = "sogni.plugins"
"""Entry-point group in which a distribution names its plugin module."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@frozen
class Mode:
    """What a user asks for: one subcommand, one JSON Schema, one part of every generated surface."""

    name: str
    """Subcommand and name for ``ctx.run`` and ``app.run``: lower-case letters, digits and hyphens."""
    summary: str
    """One sentence for ``sogni --help``."""
    request: str
    """Target of the :class:`sogni_core.request.Request` subclass that holds every option of the mode."""
    workflow: str | None = None
    """Target of the mode's only workflow; a mode with several registers :class:`Workflow` records instead."""
    flat: tuple[str, ...] = ()
    """Flags by which a command line without subcommands recognises this mode: ``("--video", "-v")``. A flag that
    is also an option of the mode is both; any other is only a switch. An option of another mode stays that."""
    needs: str | None = None
    """Target of ``def missing() -> Iterable[Problem]``, which looks for what every call of the mode needs of this
    machine, such as a program. It runs before anything is sent."""
    skill: str | None = None
    """Text for agents, a Markdown file in a package, ``"sogni_video:skill.md"``: when to use the mode, two or three
    examples, what a user's words mean. It begins with a heading. What stands before the first ``##`` goes into the
    skill itself, the rest into the mode's reference file, above its options; a section ``## First`` comes before every
    other rule. Between ``<!-- with: video -->`` and ``<!-- end -->``: only where that mode is installed too."""
    output_fields: tuple[str, ...] = ()
    """Fields in braces that the workflow itself fills in in the path of the output, besides those of every mode:
    ``("azimuth",)`` for ``-o "side-{azimuth}.png"``."""
    examples: Mapping[str, str] = field(default_factory=dict)
    """What an example does to its command line, for the end of ``sogni NAME --help``:
    ``{"Make a wide picture": 'sogni image "a lighthouse" -w 1024 -o lighthouse.png'}``."""
    hidden: bool = False
    """Whether the mode works without being shown: not in help, lists of schemas, skills or shell completion."""
    deprecated: str = ""
    """What to use instead, one sentence; empty if the mode is not deprecated. A call of the mode then warns."""


@frozen
class Workflow:
    """One way to carry a mode out; chosen by name, by model, or by the assets that were given."""

    mode: str
    """Name of the mode, which may belong to another plugin."""
    name: str
    """Name within the mode; the pair is written ``mode:name``."""
    target: str
    """Target of ``async def workflow(ctx, request) -> Result``."""
    accepts: tuple[str, ...] = ()
    """Asset fields of the request that it takes. The first workflow that takes all assets given is chosen."""
    aliases: tuple[str, ...] = ()
    """Other names by which a user may ask for it."""
    default_model: str | None = None
    """Catalogue id used when neither the user nor a setting names a model."""
    model_setting: str | None = None
    """Key of the setting whose value takes precedence over ``default_model``, such as ``"image.edit_model"``."""
    timeout_setting: str | None = None
    """Key of the setting with the time limit in seconds of one project, such as ``"image.edit_timeout"``."""
    defaults: Mapping[str, float | str | Mapping[str, float | str]] = field(default_factory=dict)
    """Option to the value it has in this workflow when neither the user nor a setting gives one, above what the
    catalogue says: ``{"steps": 7}``; or to a table from model patterns to values, of which the first that fits counts:
    ``{"guidance": {"*lightning*": 1, "*": 4}}``."""
    only_output: bool = False
    """Whether the request's output, numbered for several, names all files that it saves. Of any other workflow whose
    request names a path, the engine makes a plan before it runs, to see whether its files exist already."""
    announces: tuple[str, ...] = ()
    """Lines to show when the first project of a run was submitted, one line each, with fields of the
    request in braces: ``"Editing with {model}..."``. Files are called as they were typed, several are counted, and a
    line about what was not given is left out."""
    completes: str = "{media} {done}/{jobs} completed"
    """What to tell when an output is there: of which kind, how many of how many, and the ``{key}`` of its step."""
    summary: str = ""
    """One sentence for generated documentation."""


@frozen
class Validator:
    """A rule that runs before anything is sent, also for modes of other plugins."""

    modes: tuple[str, ...]
    """Names of the modes it applies to; ``("*",)`` for every mode."""
    target: str | None = None
    """Target of ``def rule(request, facts) -> Iterable[Problem]``, a pure function. ``facts`` is a
    :class:`sogni_core.context.Facts`."""
    projects: str | None = None
    """Target of ``def rule(project, facts) -> Iterable[Problem]``, a pure function that judges every project before it
    is sent, planned or run, whichever workflow submits it. ``facts`` is a :class:`sogni_core.context.SubmitFacts`. With
    mode names in ``modes``: the projects of runs of these modes, and of runs that they are a part of."""


@frozen
class Settings:
    """A typed table of the configuration, and which OpenClaw keys feed it."""

    section: str
    """Name of the table: key ``video.fps``, environment ``SOGNI_VIDEO__FPS``, TOML ``[video]``."""
    model: str
    """Target of a pydantic model whose every field has a default and a description."""
    openclaw: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """OpenClaw key (dots for nesting, ``videoModels.t2v``) to the field or fields of this section that it feeds;
    dots for nesting there too, ``models.t2v``. Other sections may take the same key; a secret is never taken."""


@frozen
class Command:
    """A command for what is not paid for."""

    name: str
    """Words after ``sogni``: ``"balance"``, or ``"config show"`` for a command of a group."""
    summary: str
    """One sentence for help."""
    target: str
    """Target of a function whose parameter ``app`` receives the App and which returns a Report, or of a typer app."""
    group: str = ""
    """Heading under which ``sogni --help`` lists it, such as ``"Account"``; commands without one are listed last."""
    parent: str = ""
    """For a name of two words: what the first word is for, one sentence for help. One command of the group says it."""
    examples: Mapping[str, str] = field(default_factory=dict)
    """As :attr:`Mode.examples`; shown if the target is a function."""


@frozen
class Endpoint:
    """Where a network listens, and who may speak there. What a :class:`Network` target yields."""

    name: str
    """Name of the network, as results report it."""
    rest_url: str
    """Base of the REST host, ``http(s)://host[:port]``."""
    socket_url: str
    """Base of the socket host, ``ws(s)://host[:port]``."""
    username: str | None = None
    """Account of this network; never the user's own."""
    password: str | None = field(default=None, repr=False)
    """Its password."""
    api_key: str | None = field(default=None, repr=False)
    """Its API key, which takes precedence over user name and password."""
    ends_with_call: bool = False
    """True if the network is gone when the call ends, so that every result has to be saved."""
    remedy: str = ""
    """What to do if the network misses or refuses credentials: ``"Set ACME_KEY, or ask at acme.example."``."""


@frozen
class Network:
    """Another place for projects to go; brings its own credentials and is never offered the user's."""

    name: str
    """Value for ``--network``."""
    target: str
    """Target of a function without arguments that returns an async context manager yielding an :class:`Endpoint`."""
    summary: str = ""
    """One sentence for help."""


@frozen
class Model:
    """A catalogue entry; the live network's own list takes precedence."""

    id: str
    """Catalogue id, or a pattern with ``*`` for a family: a family lends limits and defaults and is never listed."""
    media: str = "image"
    """Name of the :class:`Medium` that it makes."""
    workflow: str | None = None
    """``mode:name`` of the workflow it belongs to; None if the assets decide."""
    limits: Mapping[str, float | tuple[float, float]] = field(default_factory=dict)
    """What it takes: an option to its range (least, largest), outside of which a user is warned; ``context_images``
    and ``side`` (pixels) to their largest value, beyond which a request is refused."""
    defaults: Mapping[str, float | str] = field(default_factory=dict)
    """Option to the value used when neither the user nor a setting gives one. Those of a model's own entry take
    precedence over :attr:`Workflow.defaults`, those of a family do not."""
    sampling: str = ""
    """Form of the sampler on the wire: ``comfy``, ``legacy``, or empty for what its family says."""
    speed: str = ""
    """How fast it is, for people."""
    use: str = ""
    """What it is good for, for people."""
    seconds: float | None = None
    """Known time of one result in seconds; three times this is the least time limit by default."""


@frozen
class Medium:
    """A kind of project: all that the core needs to send it, check its results, plan it and show it."""

    name: str
    """What it makes, as in :attr:`Model.media`, JSON and messages: ``"image"``."""
    project: str
    """Target of the :class:`sogni_core.project.Project` subclass. A subclass of it is sent in the same way, unless it
    has its own medium. A subclass that adds fields needs one."""
    builder: str
    """Target of ``def key_frame(project, form) -> dict``, which returns the fields of the request's key frame that only
    this kind has. ``form`` is the sampler form of the model, ``"comfy"`` or ``"legacy"``. Raises InputError for a
    project that cannot be right. :mod:`sogni_core.media` has the parts to build it from."""
    formats: Mapping[str, str]
    """Output format to content type, the default first: ``{"png": "image/png", "jpg": "image/jpeg"}``. The format is
    also the extension of the files."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """Upload slot to the kind of file that it holds, ``audio`` or ``video``. Slots that are not listed hold images."""
    omits: tuple[str, ...] = ()
    """Fields of the key frame that other kinds send and this one does not: ``("negativePrompt",)``."""
    decoder: str | None = None
    """Target of ``def decode(path) -> FileFacts``, which checks a downloaded result, in a thread. Raises InputError
    UNSUPPORTED_MEDIA. None: images have to decode, MP4 and QuickTime files to be whole, other files to be of the kind
    of ``formats``."""
    placeholder: str | None = None
    """Target of ``def placeholder(project, path) -> FileFacts``, which writes a placeholder for an output of a plan.
    None: outputs of a plan have no file."""
    estimate: str | None = None
    """Target of ``def estimate(project, network) -> str``, which returns path and query of the price estimate. Raises
    InputError for a project that does not say enough. None: the price is unknown."""
    length: str = ""
    """How long an output is, with fields of the project in braces: ``"{frames} frames at {fps:g} fps"``. A plan shows
    it if none of the fields is None, and has the fields in its JSON."""
    checks_balance: bool = False
    """Whether the price is compared with the balance before a project is sent; for expensive kinds."""
    max_bytes: int = 4 * 2**30
    """Largest result that is downloaded, in bytes."""
    download_seconds: float = 1800
    """Time limit for the download of one result, in seconds."""


@frozen
class ErrorCode:
    """An error code of a plugin, raised as ``InputError(CODE, "…")`` or given to a problem as ``code=CODE``."""

    name: str
    """Stable name, the ``errorCode`` of JSON output: capital letters, digits and underscores."""
    kind: str
    """Name of the class in :mod:`sogni_core.errors` that carries it, ``"InputError"``. It decides the exit code."""
    meaning: str
    """One sentence: what happened."""
    remedy: str = ""
    """What to do or to type; shown as the hint unless the error has its own."""
    retryable: bool = False
    """Whether the same call can succeed later without a change."""
    may_charge_again: bool = False
    """Whether repeating the call may cost money although this one failed."""


@frozen
class Observer:
    """Looks at every project before it is sent, and is told how steps and runs ended."""

    name: str
    """Name within the plugin, for messages: lower-case letters, digits and hyphens."""
    before_submit: str | None = None
    """Target of ``def before_submit(project, facts)``, plain or async. Returns the project to send, the same or a
    changed one; or one or more problems, which refuse it. It may raise a SogniError as well. The returned project is
    what the journal keeps. Called for plans too. ``facts`` is a :class:`sogni_core.context.SubmitFacts`."""
    after_step: str | None = None
    """Target of ``def after_step(outcome, facts)``, plain or async: told how a step ended, once the journal has it.
    Called in a separate thread; what it raises becomes a warning."""
    after_run: str | None = None
    """Target of ``def after_run(end, facts)``, likewise: ``end`` is the result of the run, or the error that ended it.
    ``facts`` is a :class:`sogni_core.context.RunFacts`."""


@frozen
class CredentialSource:
    """A place that credentials come from, such as a keyring or a vault; asked if no other place has any."""

    name: str
    """Name of the place, for messages: lower-case letters, digits and hyphens."""
    target: str
    """Target of ``def credentials(network) -> Credentials | None``, with the name of the network. Returns
    :class:`sogni_core.settings.Credentials`, or None to leave it to the next source."""
    networks: tuple[str, ...] = ("fast", "relaxed")
    """Names of the networks that it has credentials for."""


@frozen
class Finisher:
    """Works on every output before it takes its final place: metadata, a watermark, a thumbnail."""

    name: str
    """Name within the plugin, for messages: lower-case letters, digits and hyphens."""
    target: str
    """Target of ``def finish(path, facts) -> None``, plain (called in a thread) or async. It changes the file at
    ``path``, whose name has no extension, or leaves it as it is. ``facts`` is a
    :class:`sogni_core.context.FinishFacts`."""
    media: tuple[str, ...] = ()
    """Kinds of files it works on, ``image``, ``audio`` or ``video``; empty for all."""
    fails: str = "loudly"
    """What happens if it raises. ``loudly``: the output is not saved, its URL is kept, and resuming the run asks for it
    again. ``warning``: the output is saved as it was received, with a warning."""


RECORDS: tuple[type, ...] = (
    Mode,
    Workflow,
    Validator,
    Settings,
    Command,
    Network,
    Model,
    Medium,
    ErrorCode,
    Observer,
    CredentialSource,
    Finisher,
)
"""The record types, in the order of the hooks."""


@hookspec
def sogni_modes() -> Sequence[Mode]:
    """Return the modes of this plugin.

    Called once, when a command needs to know what exists. Every mode becomes a subcommand.
    May raise: the host names the plugin and continues without it. Since 0.1.
    """
    return []


@hookspec
def sogni_workflows() -> Sequence[Workflow]:
    """Return workflows, for this plugin's modes or for those of others.

    Called once, after the modes of all plugins are known. Since 0.1.
    """
    return []


@hookspec
def sogni_validators() -> Sequence[Validator]:
    """Return rules to run on a resolved request before anything is sent.

    Called once. All rules run and all problems are reported. Since 0.1.
    """
    return []


@hookspec
def sogni_settings() -> Sequence[Settings]:
    """Return the typed configuration tables of this plugin.

    Called once. A table's model is imported only when its values are asked for. Since 0.1.
    """
    return []


@hookspec
def sogni_commands() -> Sequence[Command]:
    """Return commands for what is not paid for.

    Called once. A command's target is imported only when it is the one that was typed. Since 0.1.
    """
    return []


@hookspec
def sogni_networks() -> Sequence[Network]:
    """Return other places for projects to go.

    Called once. A network is opened only when ``--network`` or the setting ``network`` names it. Since 0.1.
    """
    return []


@hookspec
def sogni_models() -> Sequence[Model]:
    """Return catalogue entries.

    Called once. Two entries of one id are merged; the one registered first decides each value. Since 0.1.
    """
    return []


@hookspec
def sogni_media() -> Sequence[Medium]:
    """Return kinds of projects.

    Called once. The targets of a medium are imported when a project of its class is planned or sent. Since 0.1.
    """
    return []


@hookspec
def sogni_errors() -> Sequence[ErrorCode]:
    """Return the error codes of this plugin.

    Called once. An error of a plugin whose code nobody registered becomes PLUGIN_HOOK. Since 0.1.
    """
    return []


@hookspec
def sogni_observers() -> Sequence[Observer]:
    """Return observers of projects, steps and runs.

    Called once. Observers are asked in the order of their plugins' names, each with what the one before returned; then
    come the rules about projects. If the plugin cannot be loaded, nothing is paid for. Since 0.1.
    """
    return []


@hookspec
def sogni_credentials() -> Sequence[CredentialSource]:
    """Return places that credentials come from.

    Called once. A source is asked once a command, and only if neither the environment nor the file has credentials.
    Since 0.1.
    """
    return []


@hookspec
def sogni_finishers() -> Sequence[Finisher]:
    """Return work to do on outputs before they take their final place.

    Called once. Finishers work one after the other, in the order of their plugins' names. Files in the folder of a run
    are for its next steps and are not finished. Since 0.1.
    """
    return []
