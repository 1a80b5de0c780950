"""``docs/plugins/reference/hooks.md``: one heading per hook, its record's fields under it, and an example."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from sogni_core._host.record_check import HOOKS
from sogni_core.plugin import Endpoint
from tools import source
from tools.markdown import code, fence, line, page, prose
from tools.repository import ROOT

_INTRO = """\
Every hook that a plugin can implement. A plugin is a module that is named by an entry point of the group
`sogni.plugins`. Every hook takes nothing and returns a list of records of `sogni_core.plugin`. Records are frozen
dataclasses; the host accepts exactly these classes, no subclasses. They name heavy code by a target,
`"package.module:attribute"`, which is imported when it is needed.

Names that the core uses are reserved. If two plugins claim the same name, neither gets it, and the error names both;
`sogni call PLUGIN:MODE` runs the mode of either."""

EXAMPLES = (
    *(
        ROOT / f"examples/sogni-{name}/sogni_{name.replace('-', '_')}/plugin.py"
        for name in ("postcard", "flipbook", "house-policy")
    ),
    *sorted(ROOT.glob("plugins/*/sogni_*/plugin.py")),
    ROOT / "sogni_core/_builtin/plugin.py",
)
"""Where examples are taken from: the first file that implements a hook shows it."""

WITH: Mapping[str, type] = {"sogni_networks": Endpoint}
"""Hook to another type that its record or its target brings along."""

_ALSO = {
    "sogni_workflows": "The target gets a [Context](../../reference/python.md#context).",
    "sogni_validators": "The target gets [Facts](../../reference/python.md#facts), a rule about projects "
    "[SubmitFacts](../../reference/python.md#submitfacts); both yield [Problem](../../reference/python.md#problem)s.",
    "sogni_observers": "The targets get [SubmitFacts](../../reference/python.md#submitfacts); `after_run` gets "
    "[RunFacts](../../reference/python.md#runfacts).",
    "sogni_finishers": "The target gets [FinishFacts](../../reference/python.md#finishfacts).",
    "sogni_commands": "The target gets an [App](../../reference/python.md#app) and returns a "
    "[Report](../../reference/python.md#report).",
}


def render() -> str:
    """Render the page."""
    return page("Hooks", _INTRO, _body())


def _body() -> Iterator[str]:
    tree = source.tree_of(source.path_of("sogni_core.plugin"))
    specs = {function.name: function for function in source.functions(tree.body)}
    records = {found.name: found for found in source.classes(tree.body)}
    for hook, record in HOOKS.items():
        yield f"## `{source.signature(specs[hook])}`"
        yield ""
        yield prose(ast.get_docstring(specs[hook]))
        yield ""
        yield from _record(records[record.__name__])
        if hook in _ALSO:
            yield _ALSO[hook]
            yield ""
        if hook in WITH:
            yield from _record(records[WITH[hook].__name__])
        yield from _example(hook)


def _record(node: ast.ClassDef) -> Iterator[str]:
    yield f"**{code(node.name)}**: {line(ast.get_docstring(node))}"
    yield ""
    for field in source.attributes(node.body):
        given = f" = {field.default}" if field.default and "field(" not in field.default else ""
        given = f"{given} (optional)" if "default_factory" in field.default else given
        given = " = None" if "default=None" in field.default else given
        yield f"- `{field.name}: {field.annotation}{given.removesuffix(' (optional)')}`: {line(field.doc)}"
    yield ""


_PAGES = {
    "sogni_credentials": "[Add a credential source](../how-to/credential-sources.md) shows an example.",
    "sogni_finishers": "[Finish outputs](../how-to/finishers.md) shows an example.",
}
"""Hooks that no plugin of this repository implements, and where to see them."""


def _example(hook: str) -> Iterator[str]:
    if hook in _PAGES:
        yield _PAGES[hook]
        yield ""
        return
    for path in EXAMPLES:
        for function in source.functions(source.tree_of(path).body):
            if function.name == hook:
                yield f"From `{path.relative_to(ROOT).as_posix()}`:"
                yield ""
                yield "<!-- not run: cut from the file -->"
                yield fence(source.segment(path, function))
                yield ""
                return
    raise LookupError(f"no example implements {hook}")
