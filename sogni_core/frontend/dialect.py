"""How a front end speaks: what it calls a field, how it orders problems, and which words of its own it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sogni_core.errors import InputError, SogniError
from sogni_core.problem import Notice, Problem

if TYPE_CHECKING:
    from sogni_core.field import FieldSpec


class Dialect:
    """The words of Python: a field is called by its name, and problems come in the order in which they were found.

    Derive from it and change what is different; see :class:`FlagDialect`.
    """

    def name(self, spec: FieldSpec) -> str:
        """Return what a field is called."""
        return spec.name

    def order(self, problem: Problem, spec: FieldSpec | None) -> float:
        """Return the place of a problem, the smallest first; ``spec``: its first field."""
        return 0

    def text(self, notice: Notice) -> str:
        """Return the text of a problem or notice, a template; another one than its own if this front end has one."""
        return notice.text

    def hint(self, problem: Problem) -> str:
        """Return the hint of a problem, a template; empty if it has none."""
        return problem.hint


class FlagDialect(Dialect):
    """The words of a command line: a field is called by its flag, an argument by its name in capitals."""

    def name(self, spec: FieldSpec) -> str:
        """Return the first long flag."""
        return spec.flag


class Wording:
    """A dialect that knows the fields of the mode that was asked for."""

    def __init__(self, dialect: Dialect, fields: Mapping[str, FieldSpec] | None = None) -> None:
        self.dialect = dialect
        self.fields: dict[str, FieldSpec] = dict(fields or {})

    def name(self, field: str) -> str:
        """Return what a field is called; one that the mode does not have keeps its name."""
        spec = self.fields.get(field)
        return self.dialect.name(spec) if spec is not None else field

    def text(self, notice: Notice) -> str:
        """Return what a problem or notice says."""
        return notice.fill(self.dialect.text(notice), self.name)

    def hint(self, problem: Problem) -> str | None:
        """Return the hint of a problem; None if it has none."""
        template = self.dialect.hint(problem)
        return problem.fill(template, self.name) if template else None

    def ordered(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return problems in the order of the dialect; those of one place stay as they are."""
        return tuple(sorted(problems, key=lambda problem: self.dialect.order(problem, self._spec(problem))))

    def error_text(self, error: SogniError) -> str:
        """Return the message of an error; of one about fields, the first problem."""
        problems = self.problems(error)
        return self.text(problems[0]) if problems else error.message

    def error_hint(self, error: SogniError) -> str | None:
        """Return the hint of an error; None if it has none."""
        problems = self.problems(error)
        return (self.hint(problems[0]) if problems else None) or error.hint

    def problems(self, error: SogniError) -> tuple[Problem, ...]:
        """Return the problems of an error, in order; none if it is about no field."""
        return self.ordered(error.problems) if isinstance(error, InputError) else ()

    def _spec(self, problem: Problem) -> FieldSpec | None:
        return self.fields.get(problem.fields[0]) if problem.fields else None


PYTHON = Dialect()
FLAGS = FlagDialect()
