"""``docs/reference/settings.md``: every key of the core and of the official plugins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from sogni_core.plugin import Settings
from sogni_core.settings import schema
from sogni_core.settings.environment import NOT_SETTINGS
from sogni_core.settings.host_file import VARIABLES
from sogni_core.settings.keys import join_key, variable
from tools.kinds import default, described
from tools.markdown import code, codes, page, table
from tools.repository import distribution, host

_INTRO = """\
Every setting. For how to change one and which value wins, see [Settings](../how-to/settings.md).

*Environment* is the variable that sets a key. *OpenClaw* is the key of OpenClaw's `sogni-gen` entry that sets it:
[Use with OpenClaw](../how-to/openclaw.md#configuration)."""


def render() -> str:
    """Render the page."""
    return page("Settings", _INTRO, _body())


def _body() -> Iterator[str]:
    made = host()
    for section, owned in made.registry.settings().items():
        model = made.resolve(owned, owned.record.model)
        yield f"## `[{section}]`" if section else "## Top level"
        yield ""
        yield f"From `{distribution(owned.plugin)}`."
        yield ""
        yield from table(
            ("Key", "Value", "Default", "Environment", "OpenClaw", ""), _rows(section, owned.record, model)
        )
    yield "## Other environment variables"
    yield ""
    yield from table(
        ("Variable", ""), ((code(name), meaning) for name, meaning in sorted({**VARIABLES, **NOT_SETTINGS}.items()))
    )


def _rows(section: str, record: Settings, model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    prefix = (section,) if section else ()
    for path in schema.known_paths(model):
        holder = schema.bare(schema.at(model, path[:-1]))
        field = holder.model_fields[path[-1]]
        yield (
            code(join_key((*prefix, *path))),
            described(field),
            default(schema.value_at(model(), path)),
            code(variable((*prefix, *path))),
            codes(_feeding(record.openclaw, ".".join(path))),
            str(field.description or ""),
        )


def _feeding(openclaw: Mapping[str, str | tuple[str, ...]], field: str) -> Iterator[str]:
    for key, fed in openclaw.items():
        if field in ((fed,) if isinstance(fed, str) else fed):
            yield key
