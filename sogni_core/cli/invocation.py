"""The arguments before typer reads them: the command, and the flags that every command has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from sogni_core.frontend.dialect import FLAGS, Wording
from sogni_core.frozen import frozen

PLUGIN = "--plugin"
"""Names a plugin file. It is read before typer sees the arguments, since the command may be in that file."""

PROFILE = "--profile"
"""Names the profile of any command."""

_JSON = "--json"
_QUIET = ("-q", "--quiet")


@frozen
class Invocation:
    """One argument list."""

    argv: tuple[str, ...]
    """The arguments, without ``--plugin``, ``--profile``, and the flags of every command before its name."""
    json: bool
    """Whether to write one JSON object. It is read here, so that usage errors are objects too."""
    quiet: bool
    debug: bool
    files: tuple[str, ...] = ()
    """Values of ``--plugin``; an empty one is a flag without a value."""
    profile: str | None = None
    """Value of ``--profile``, the last one given; empty for a flag without a value, None if it was not given."""
    wording: Wording = field(default_factory=lambda: Wording(FLAGS))
    """Names fields in messages. The fields are added when the mode is known."""

    @property
    def word(self) -> str | None:
        """First word of the command; None if there is none."""
        return self.argv[0] if self.argv and not self.argv[0].startswith("-") else None


def read(argv: Sequence[str], debug: bool) -> Invocation:
    """Read an argument list. Nothing after ``--`` is a flag."""
    end = argv.index("--") if "--" in argv else len(argv)
    flags, files = _without(PLUGIN, argv[:end])
    flags, profiles = _without(PROFILE, flags)
    rest = [*flags, *argv[end:]]
    while rest and rest[0] in (_JSON, *_QUIET):
        rest.pop(0)
    return Invocation(
        argv=tuple(rest),
        json=_JSON in flags,
        quiet=any(flag in flags for flag in _QUIET),
        debug=debug,
        files=tuple(files),
        profile=profiles[-1] if profiles else None,
    )


def _without(flag: str, argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split a flag with a value, ``--flag X`` or ``--flag=X``, from the other arguments; return both."""
    rest: list[str] = []
    values: list[str] = []
    words = iter(argv)
    for word in words:
        if word == flag:
            values.append(next(words, ""))
        elif word.startswith(f"{flag}="):
            values.append(word.removeprefix(f"{flag}="))
        else:
            rest.append(word)
    return rest, values
