"""The one error tree, and the registry of every code that can leave this program.

::

    SogniError             a registered code, a message, and what to do about it
    ├─ InputError          usage, options, files the user named        exit 2, carries all problems
    ├─ ConfigError         settings and credentials that do not read   exit 3
    ├─ AuthError           not logged in, or the login was refused     exit 3
    ├─ MoneyError          funds, budget, plan                         exit 4
    ├─ TransportError      unreachable, broken, not what was promised  exit 5
    ├─ ServiceError        the service or a worker said no; withheld   exit 6
    ├─ TimeLimitError      time is up                                  exit 7
    ├─ PartialError        some outputs are there, some are not        exit 8
    ├─ PluginError         a plugin is missing or broken               exit 9
    ├─ InternalError       a bug here                                  exit 1
    └─ InterruptedRunError stopped by a signal                         exit 130 or 143

A code is written down once, as an :class:`sogni_core.plugin.ErrorCode`: what it means, what to do, whether a retry can
help, and whether repeating may charge again. Codes of the core are in ``CODES`` and raised by name; a plugin raises the
ErrorCode itself, which it registers with ``sogni_errors``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any, Self

from sogni_core.plugin import ErrorCode
from sogni_core.problem import FieldName, Problem, literal


class UnregisteredCodeError(LookupError):
    """An error was made with the name of a code that the core does not have."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return f"uses the code {self.code}, which is not registered; add it with sogni_errors"


class SogniError(Exception):
    """Base of every error that a user can see.

    ``code``: an ErrorCode of a plugin, or the name of one of the core's. Raises UnregisteredCodeError for another name,
    and LookupError for a code of another class.
    """

    exit_code = 1

    def __init__(
        self,
        code: str | ErrorCode,
        message: str,
        *,
        hint: str | None = None,
        details: Mapping[str, Any] | None = None,
        plugin: str | None = None,
        may_charge_again: bool | None = None,
    ) -> None:
        """``may_charge_again``: whether repeating the call may cost money; None for what the code says."""
        registered = code_of(code)
        if registered.kind != type(self).__name__:
            raise LookupError(f"{registered.name} is registered for {registered.kind}, not for {type(self).__name__}")
        super().__init__(message)
        self.registered = registered
        """The code with its meaning and remedy."""
        self.message = message
        self.hint = hint or registered.remedy or None
        self.details: dict[str, Any] = dict(details or {})
        self.plugin = plugin
        self.may_charge_again = registered.may_charge_again if may_charge_again is None else may_charge_again
        """Whether repeating the call may cost money although this one failed."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Let errors be copied, and handed from one process to another."""
        return _restored, (type(self), self.message, self.__dict__)

    def with_details(
        self, details: Mapping[str, Any], *, hint: str | None = None, may_charge_again: bool | None = None
    ) -> Self:
        """Return this error with more facts, and perhaps another hint; facts that it has already stay.

        Nothing else changes: class, message, problems, plugin, cause and traceback are kept, so it can be raised again.
        ``may_charge_again``: what is known better than by its code; None leaves it as it is.
        """
        other = copy(self)
        other.details = {**details, **self.details}
        other.hint = hint or self.hint
        other.may_charge_again = self.may_charge_again if may_charge_again is None else may_charge_again
        other.__cause__, other.__context__ = self.__cause__, self.__context__
        other.__suppress_context__ = self.__suppress_context__
        return other.with_traceback(self.__traceback__)

    def said(self, name: FieldName = str) -> str:
        """Return the message; one about fields calls each what ``name`` says."""
        return self.message

    def hinted(self, name: FieldName = str) -> str | None:
        """Return the hint in the same way; None if there is none."""
        return self.hint

    @property
    def code(self) -> str:
        """Name of the code, the ``errorCode`` of JSON output."""
        return self.registered.name

    @property
    def retryable(self) -> bool:
        """Whether the same call can succeed later without a change."""
        return self.registered.retryable


def _restored(kind: type[SogniError], message: str, state: Mapping[str, Any]) -> SogniError:
    error = kind.__new__(kind, message)
    error.__dict__.update(state)
    return error


class InputError(SogniError):
    """Something the user gave is wrong; ``problems`` holds all that was found, in the order of the checks."""

    exit_code = 2

    def __init__(
        self,
        code: str | ErrorCode,
        message: str,
        *,
        hint: str | None = None,
        details: Mapping[str, Any] | None = None,
        plugin: str | None = None,
        may_charge_again: bool | None = None,
        problems: Iterable[Problem] = (),
    ) -> None:
        super().__init__(code, message, hint=hint, details=details, plugin=plugin, may_charge_again=may_charge_again)
        self.problems: tuple[Problem, ...] = tuple(problems)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """Make one error of all problems found; the first speaks for it, in the words of Python."""
        found = tuple(problems)
        first = found[0]
        return cls(first.code, first.said(), hint=first.hinted(), details=first.facts, problems=found)

    @property
    def field(self) -> str | None:
        """The field to change first; None if the whole request is meant."""
        return self.problems[0].field if self.problems else None

    def as_problems(self) -> tuple[Problem, ...]:
        """Return the problems; an error without any is one itself, about the whole request."""
        if self.problems:
            return self.problems
        hint = literal(self.hint or "")
        return (Problem(f"error.{self.code.lower()}", (), literal(self.message), self.details, self.registered, hint),)

    def said(self, name: FieldName = str) -> str:
        """Return the message, its fields called what ``name`` says."""
        return self.problems[0].said(name) if self.problems else self.message

    def hinted(self, name: FieldName = str) -> str | None:
        """Return the hint in the same way; None if there is none."""
        return (self.problems[0].hinted(name) if self.problems else None) or self.hint


class ConfigError(SogniError):
    """Settings or credentials that cannot be read."""

    exit_code = 3


class AuthError(SogniError):
    """There is no login, or the service refused it."""

    exit_code = 3


class MoneyError(SogniError):
    """Not enough funds, budget or plan."""

    exit_code = 4


class TransportError(SogniError):
    """The network cannot be reached, broke, or sent what it should not."""

    exit_code = 5


class ServiceError(SogniError):
    """The service or a worker refused or failed, or withheld every output."""

    exit_code = 6


class TimeLimitError(SogniError):
    """Time is up; ``details["projects"]`` says per project: cancelled, running or unknown."""

    exit_code = 7


class PartialError(SogniError):
    """Some outputs are there and some are not."""

    exit_code = 8


class PluginError(SogniError):
    """A plugin is missing or broken; ``plugin`` names it with distribution and version."""

    exit_code = 9


class InternalError(SogniError):
    """A bug in this program."""


class InterruptedRunError(SogniError):
    """A signal stopped the run; ``details["projects"]`` says what happened to each project."""

    exit_code = 130

    @classmethod
    def by_signal(cls, number: int, name: str, details: Mapping[str, Any] | None = None) -> Self:
        """Make the error of a signal, ``2`` and ``"SIGINT"``; its exit code is 128 plus the number."""
        error = cls("INTERRUPTED", f"Stopped by {name}.", details=details)
        error.exit_code = 128 + number
        return error


def first_of(group: BaseExceptionGroup[BaseException]) -> SogniError | None:
    """Return the first error of a group of tasks that failed; None if there is anything but errors of ours in it."""
    ours, others = group.split(SogniError)
    if ours is None or others is not None:
        return None
    found: BaseException = ours
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, SogniError)
    return found


_RETRY_LATER = "Try again in a moment."

_REGISTERED = (
    # usage and input
    ErrorCode("INVALID_ARGUMENT", "InputError", "An option or argument is missing, malformed or not allowed.", ""),
    ErrorCode("UNKNOWN_COMMAND", "InputError", "There is no such command.", "Use sogni --help to see the commands."),
    ErrorCode("MISSING_FILE", "InputError", "A file that was named cannot be read.", "Check the path or use a URL."),
    ErrorCode("FETCH_FAILED", "InputError",
              "A URL that was named could not be fetched.", "Check the URL or use a file."),
    ErrorCode("URL_REFUSED", "InputError",
              "A URL points where this program does not go: only http(s) to public addresses.",
              "Download the file yourself and pass its path."),
    ErrorCode("UNSUPPORTED_MEDIA", "InputError", "A file is not of a kind that can be used here, or does not decode.",
              "Use a PNG, JPEG or WebP image that opens in a viewer."),
    ErrorCode("OUTPUT_NOT_WRITABLE", "InputError", "The output path cannot be written.",
              "Choose another path with -o, or fix the permissions of its folder."),
    ErrorCode("OUTPUT_EXISTS", "InputError", "There is a file at the output path. Nothing was sent.",
              "Use --overwrite to replace it, --unique for a numbered name, or another path with -o."),
    ErrorCode("OUTPUT_IN_USE", "InputError", "Another run is going to write the output path. Nothing was sent.",
              "Use --unique for a numbered name, or another path with -o."),
    ErrorCode("NO_LAST_RENDER", "InputError", "There is no previous render, or it holds no image.",
              "Render something first, or pass the file itself."),
    ErrorCode("RUN_ACTIVE", "InputError", "The run is still at work in another process.",
              "Wait for it; sogni runs shows its state."),
    ErrorCode("KEY_IN_USE", "InputError", "The idempotency key belongs to another request. Nothing was sent.",
              "Use another key, or the same request."),
    ErrorCode("UNKNOWN_RUN", "InputError", "The journal knows no such run.", "Use sogni runs to see what it knows."),
    # configuration, credentials, login
    ErrorCode("INVALID_CONFIG", "ConfigError", "A configuration file, value or key is not valid.",
              "Use sogni config show to see every value and where it comes from."),
    ErrorCode("INVALID_STATE", "ConfigError", "A file that this program keeps for itself cannot be read or written.",
              "Check the folder's permissions, or set SOGNI_STATE_DIR to another folder."),
    ErrorCode("APP_ID_IN_USE", "ConfigError",
              "The place on the network that an earlier run held is held by another process, which is still at work.",
              "Let the other sogni command end, then try again.", retryable=True),
    ErrorCode("MISSING_CREDENTIALS", "AuthError", "No credentials were found.",
              "Use sogni login, or set SOGNI_USERNAME/SOGNI_PASSWORD, or create ~/.config/sogni/credentials."),
    ErrorCode("AUTHENTICATION_ERROR", "AuthError", "The service refused the credentials.",
              "Check user name and password in ~/.config/sogni/credentials, or use sogni login."),
    # money
    ErrorCode("INSUFFICIENT_BALANCE", "MoneyError", "The balance of the chosen token does not cover the request.",
              "Claim 50 free daily Spark points at https://app.sogni.ai/"),
    ErrorCode("LIMIT_REACHED", "MoneyError", "A limit for what runs may cost does not allow the run. Nothing was sent.",
              "Raise the limit, wait, or ask for less; sogni costs shows what was spent."),
    ErrorCode("PRICE_UNKNOWN", "MoneyError",
              "The network named no price, and a limit needs one. Nothing was sent.",
              "Try again in a moment, or remove the limit.", retryable=True),
    ErrorCode("NOT_CONFIRMED", "MoneyError", "A run above limits.confirm was not confirmed. Nothing was sent.",
              "Use --yes to confirm it."),
    ErrorCode("PLAN_REQUIRED", "MoneyError", "The account's plan does not cover the request.",
              "See https://app.sogni.ai/ for plans, or choose another model."),
    # network
    ErrorCode("CONNECTION_ERROR", "TransportError", "The network cannot be reached.",
              "Check the connection; see https://sogni.ai for the network's status.", retryable=True),
    ErrorCode("CONNECTION_LOST", "TransportError",
              "The connection broke and did not come back while work was going on.",
              "The work may go on and be charged; see sogni runs before repeating it.", may_charge_again=True),
    ErrorCode("CONNECTION_REPLACED", "TransportError", "Another connection took over this installation's place.",
              "Let one process at a time use this state folder.", may_charge_again=True),
    ErrorCode("PROTOCOL_ERROR", "TransportError",
              "The service answered in a way that this program does not understand.",
              "Update sogni-core; if it stays, report it.", may_charge_again=True),
    ErrorCode("DOWNLOAD_FAILED", "TransportError", "A finished result could not be downloaded.",
              "It was paid for and stays on the network for 24 hours: see sogni show for its run.",
              may_charge_again=True),
    ErrorCode("UPLOAD_FAILED", "TransportError", "A reference file could not be uploaded; nothing was paid.",
              _RETRY_LATER, retryable=True),
    # the service and its workers
    ErrorCode("SERVICE_ERROR", "ServiceError", "The service refused a call.", _RETRY_LATER, retryable=True),
    ErrorCode("RATE_LIMITED", "ServiceError", "The service asks to slow down.", _RETRY_LATER, retryable=True),
    ErrorCode("PROJECT_ERROR", "ServiceError", "The service refused or failed the whole request.",
              "Check model and options; try another model.", may_charge_again=True),
    ErrorCode("JOB_FAILED", "ServiceError", "A worker failed to make an output.",
              "Run it again, or try another model.", retryable=True, may_charge_again=True),
    ErrorCode("CANCELLED", "ServiceError", "The request was cancelled on the network before it was done.",
              "Run it again if that was not meant.", may_charge_again=True),
    ErrorCode("NO_WORKERS", "ServiceError", "No worker serves this model now.",
              "See https://sogni.ai for the network's status, or choose another model with -m.", retryable=True),
    ErrorCode("SENSITIVE_CONTENT", "ServiceError", "Every output was withheld by the safety filter.",
              "Change the prompt, or use --no-filter if that is appropriate.", may_charge_again=True),
    # time
    ErrorCode("TIMEOUT", "TimeLimitError", "Time ran out.",
              "Try a faster model or a larger -t.", retryable=True, may_charge_again=True),
    # partial
    ErrorCode("PARTIAL", "PartialError", "Some outputs are there, others failed.",
              "What is listed was saved; sogni resume RUN renders only the rest.", may_charge_again=True),
    # plugins
    ErrorCode("PLUGIN_NOT_INSTALLED", "PluginError",
              "The command belongs to a plugin that is not installed, or that SOGNI_PLUGINS leaves out.",
              "Install the plugin with: sogni plugins add NAME"),
    ErrorCode("INSTALL_FAILED", "PluginError",
              "A plugin could not be installed or uninstalled: the installer is missing, or it failed.",
              "Run the command that was shown by hand, and read what the installer says."),
    ErrorCode("PLUGIN_IMPORT", "PluginError", "A plugin cannot be imported.",
              "Update or uninstall the plugin; sogni plugins shows all of them."),
    ErrorCode("PLUGIN_INCOMPATIBLE", "PluginError", "A plugin and this version of sogni-core do not fit together.",
              "Update both to matching versions."),
    ErrorCode("PLUGIN_HOOK", "PluginError", "A plugin's hook, rule or workflow raised, or gave what it should not.",
              "Update or uninstall the plugin, and tell its author."),
    ErrorCode("FINISHER_FAILED", "PluginError", "A plugin could not finish an output, which was therefore not saved.",
              "The output was paid for: repair the plugin or leave it out, then use sogni resume RUN.",
              may_charge_again=True),
    ErrorCode("PLUGIN_CONFLICT", "PluginError", "Two plugins claim one name.",
              "Uninstall one of them, or name the plugin: sogni call PLUGIN:MODE."),
    # the rest
    ErrorCode("INTERNAL", "InternalError", "A bug in this program.",
              "Set SOGNI_DEBUG=1 to see where, and report it.", may_charge_again=True),
    ErrorCode("INTERRUPTED", "InterruptedRunError", "A signal stopped the run.",
              "The output says what happened to each project.", may_charge_again=True),
)  # fmt: skip

CODES: Mapping[str, ErrorCode] = {code.name: code for code in _REGISTERED}
"""The core's codes by name; those of plugins are in ``App.error_codes``."""


def code_of(code: str | ErrorCode) -> ErrorCode:
    """Return a code itself, or the core's of this name; raises UnregisteredCodeError if there is none."""
    if isinstance(code, ErrorCode):
        return code
    if code not in CODES:
        raise UnregisteredCodeError(code)
    return CODES[code]
