"""``docs/reference/errors.md``: every code."""

from __future__ import annotations

from collections.abc import Iterator

from sogni_core import errors as tree
from sogni_core.plugin import ErrorCode
from tools.markdown import code, line, page, table, yes
from tools.repository import distribution, host

_INTRO = """\
Every error code, what it means and what to do. `sogni errors CODE` prints the same on the command line.

Codes are stable: a code never changes its meaning. It is `errorCode` in JSON and `error.code` in Python. *Retry*: the
same command can succeed later without a change. *May charge*: repeating the failed command may cost money, so look at
`sogni runs` first.

Plugins add codes. Those of the plugins in `sogni-core[all]` are included here; `sogni errors` lists the codes of
everything that is installed."""


def render() -> str:
    """Render the page."""
    return page("Error codes", _INTRO, _body())


def _body() -> Iterator[str]:
    registry = host().registry
    owners = {owned.record.name: distribution(owned.plugin) for owned in registry.every(ErrorCode)}
    kinds: dict[str, list[ErrorCode]] = {}
    for one in registry.error_codes.values():
        kinds.setdefault(one.kind, []).append(one)
    yield "## Exit codes"
    yield ""
    rows = [("0", "", "Done.")]
    for kind in sorted(kinds, key=_exit):
        status = "130 or 143" if kind == "InterruptedRunError" else str(_exit(kind))
        rows.append((status, f"[{code(kind)}](#{kind.lower()})", line(getattr(tree, kind).__doc__)))
    yield from table(("Exit", "Error", "Meaning"), rows)
    for kind, found in kinds.items():
        yield f"## {kind}"
        yield ""
        for one in found:
            yield f"### {one.name}"
            yield ""
            yield f"{one.meaning} {one.remedy}".rstrip()
            yield ""
            owner = f" · from {code(owners[one.name])}" if one.name in owners else ""
            yield f"Exit {_exit(kind)} · retry: {yes(one.retryable)} · may charge: {yes(one.may_charge_again)}{owner}"
            yield ""


def _exit(kind: str) -> int:
    return int(getattr(tree, kind).exit_code)
