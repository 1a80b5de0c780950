"""What a workflow's source says of its steps: two under one key, two to one output, steps that nobody waits for.

It also says what blocks the event loop.

Only what is certain from the function itself is said: keys and outputs that are written down and cannot differ, on one
way through the function. Everything else is found when the workflow is planned.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from sogni_core._host.targets import resolve
from sogni_core.errors import SogniError
from sogni_core.frozen import frozen
from sogni_core.plugin import Mode, Workflow
from sogni_core.testing.subject import Subject

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)

_TASKS = ("create_task", "ensure_future")

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

_INSTEAD = {
    "time.sleep": "await asyncio.sleep",
    **dict.fromkeys(
        ("os.system", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output"),
        "asyncio.create_subprocess_exec",
    ),
    **dict.fromkeys(
        ("urllib.request.urlopen", "requests.get", "requests.post", "httpx.get", "httpx.post"),
        "await asyncio.to_thread",
    ),
}
"""Functions that block the event loop, and what to call instead."""


@frozen
class Call:
    """A call of ``ctx.submit`` or ``ctx.run``."""

    node: ast.Call
    above: tuple[tuple[ast.AST, str, int], ...]
    """The nodes that hold it, outermost first, each with the field and the place in it."""

    @property
    def method(self) -> str:
        """``submit`` or ``run``."""
        assert isinstance(self.node.func, ast.Attribute)
        return self.node.func.attr

    def argument(self, name: str, place: int | None = None) -> ast.expr | None:
        """Return an argument; None if it is not given, or is None."""
        found = next((keyword.value for keyword in self.node.keywords if keyword.arg == name), None)
        if found is None and place is not None and len(self.node.args) > place:
            found = self.node.args[place]
        return None if isinstance(found, ast.Constant) and found.value is None else found

    @property
    def key(self) -> str | None:
        """Source of what makes its steps differ from those of other calls; None if that cannot be said."""
        if any(keyword.arg is None for keyword in self.node.keywords):
            return None  # **options may hold it
        given = self.argument("key", 1 if self.method == "submit" else None)
        if self.method == "run":
            given = given or (self.node.args[0] if self.node.args else None)
        return _source(given)

    @property
    def output(self) -> str | None:
        """Source of where its outputs go; None if that cannot be said, or if they go nowhere."""
        return _source(self.argument("output")) if self.method == "submit" else None


def findings(subject: Subject) -> Iterator[str]:
    """Yield what is wrong with the steps of a plugin's workflows."""
    targets = [(f"mode {mode.name}: workflow", mode.workflow) for mode in subject.records(Mode) if mode.workflow]
    targets += [(f"workflow {one.mode}:{one.name}", one.target) for one in subject.records(Workflow)]
    for what, target in targets:
        try:
            function = resolve(subject.info, target)
        except SogniError:
            continue  # said where targets are resolved
        yield from (f"{what}: {target} {reason}" for reason in wrong_steps(function))


def wrong_steps(function: Callable[..., Any]) -> Iterator[str]:
    """Yield what is wrong with the steps of a workflow; nothing if its source is not there."""
    try:
        lines, first = inspect.getsourcelines(inspect.unwrap(function))
        tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return
    ast.increment_lineno(tree, first - 1)
    if not isinstance(tree, ast.AsyncFunctionDef | ast.FunctionDef) or not tree.args.args:
        return
    yield from _blocking(tree)
    calls = list(_calls(tree, tree.args.args[0].arg, ()))
    for call in calls:
        yield from _left_behind(call)
        yield from _repeated(call)
    changing = _stored(tree)
    for place, call in enumerate(calls):
        for other in calls[:place]:
            if not _exclusive(other, call):
                yield from _same(other, call, changing)


def _blocking(node: ast.AST) -> Iterator[str]:
    """Yield the calls that block; what another function in it does may well be done in a thread."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and (name := ast.unparse(child.func)) in _INSTEAD:
            yield f"calls {name} (line {child.lineno}), which blocks the event loop: use {_INSTEAD[name]}"
        if not isinstance(child, _FUNCTIONS):
            yield from _blocking(child)


def _calls(node: ast.AST, context: str, above: tuple[tuple[ast.AST, str, int], ...]) -> Iterator[Call]:
    """Yield the calls below a node in the order of the source."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("submit", "run")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == context
    ):
        yield Call(node, above)
    for field, value in ast.iter_fields(node):
        for place, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST):
                yield from _calls(child, context, (*above, (node, field, place)))


def _left_behind(call: Call) -> Iterator[str]:
    parents = [node for node, _, _ in reversed(call.above)]
    line = call.node.lineno
    if isinstance(parents[0], ast.Expr):
        yield f"calls ctx.{call.method} without await (line {line})"
    elif len(parents) > 1 and isinstance(parents[0], ast.Call) and isinstance(parents[1], ast.Expr):
        made = parents[0].func
        # A task group waits for its tasks; asyncio's own functions do not.
        if isinstance(made, ast.Attribute) and made.attr in _TASKS and _source(made.value) == "asyncio":
            yield f"leaves ctx.{call.method} in a task that nothing waits for (line {line}): it is paid for and lost"


def _repeated(call: Call) -> Iterator[str]:
    """Yield what cannot differ from one turn of a loop to the next."""
    loops = [node for node, field, _ in call.above if isinstance(node, _LOOPS) and field not in ("orelse", "iter")]
    if not loops or _left_at_once(call, loops[-1]):
        return
    bound = set[str]().union(*map(_stored, loops))
    for what, source in (("the key", call.key), ("the output", call.output)):
        if source is not None and not _names(source) & bound:
            yield f"gives ctx.{call.method} {what} {source} in every turn of a loop (line {call.node.lineno})"


def _left_at_once(call: Call, loop: ast.AST) -> bool:
    """Whether the loop ends with the statement or the block that holds the call."""
    inside = False
    for node, field, place in call.above:
        inside = inside or node is loop
        if inside and _ends(getattr(node, field), place, (ast.Return, ast.Raise, ast.Break)):
            return True
    return False


def _same(first: Call, second: Call, changing: set[str]) -> Iterator[str]:
    """Yield what two calls have in common; ``changing``: names that may stand for something else in between."""
    lines = f"(lines {first.node.lineno} and {second.node.lineno})"
    key = first.key if first.method == second.method and first.key == second.key else None
    if key is not None and not _names(key) & changing:
        yield f"gives two calls of ctx.{first.method} the key {key} {lines}"
    if first.output is not None and first.output == second.output and not _names(first.output) & changing:
        yield f"saves two steps to the output {first.output} {lines}"


def _exclusive(first: Call, second: Call) -> bool:
    """Whether no way through the function makes both calls, the first of which stands before the second."""
    for one, other in zip(first.above, second.above, strict=False):
        if one == other:
            continue
        if one[0] is not other[0]:
            break
        node, field, place = one
        if field != other[1]:
            return isinstance(node, ast.If | ast.IfExp | ast.Try)
        if field in ("handlers", "cases") and place != other[2]:
            return True
        break
    return _never_comes_after(first, second)


def _never_comes_after(first: Call, second: Call) -> bool:
    """Whether a block that holds the first call and not the second ends the way through the function."""
    common = sum(1 for one, other in zip(first.above, second.above, strict=False) if one[:2] == other[:2])
    return any(_ends(getattr(node, field), place, _ENDS) for node, field, place in first.above[common:])


def _ends(block: object, place: int, ends: tuple[type[ast.stmt], ...]) -> bool:
    """Whether a block of statements ends, at this place in it or later, in one of these ways."""
    return isinstance(block, list) and any(isinstance(one, ends) for one in block[place:])


def _source(node: ast.expr | None) -> str | None:
    """Return an expression as it is written, if it has the same value each time its names have."""
    if node is None:
        return None
    allowed = (ast.Constant, ast.Name, ast.Attribute, ast.JoinedStr, ast.FormattedValue, ast.Load)
    return ast.unparse(node) if all(isinstance(one, allowed) for one in ast.walk(node)) else None


def _stored(tree: ast.AST) -> set[str]:
    """Return the names that are set below a node."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _names(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source, mode="eval")) if isinstance(node, ast.Name)}
