"""Dialects: how a front end names fields, orders problems, and words messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sogni_core.errors import InputError, SogniError
from sogni_core.problem import Notice, Problem

if TYPE_CHECKING:
    from sogni_core.field import FieldSpec


class Dialect:
    """The dialect of Python: fields have their names, and problems come in the order in which they were found.

    Derive from it and override what is different; see :class:`FlagDialect`.
    """

    def name(self, spec: FieldSpec) -> str:
        """Return the name of a field."""
        return spec.name

    def order(self, problem: Problem, spec: FieldSpec | None) -> float:
        """Return the place of a problem, smallest first. ``spec`` is its first field."""
        return 0

    def text(self, notice: Notice) -> str:
        """Return the template for the text of a problem or notice. Override it to use other words."""
        return notice.text

    def hint(self, problem: Problem) -> str:
        """Return the template for the hint of a problem; empty if it has none."""
        return problem.hint


class FlagDialect(Dialect):
    """The dialect of a command line: options are named by their flags, arguments in capitals."""

    def name(self, spec: FieldSpec) -> str:
        """Return the first long flag."""
        return spec.flag


class Wording:
    """A dialect with the fields of one mode."""

    def __init__(self, dialect: Dialect, fields: Mapping[str, FieldSpec] | None = None) -> None:
        self.dialect = dialect
        self.fields: dict[str, FieldSpec] = dict(fields or {})

    def name(self, field: str) -> str:
        """Return the name of a field. A field that the mode does not have keeps its name."""
        spec = self.fields.get(field)
        return self.dialect.name(spec) if spec is not None else field

    def text(self, notice: Notice) -> str:
        """Return the text of a problem or notice."""
        return notice.fill(self.dialect.text(notice), self.name)

    def hint(self, problem: Problem) -> str | None:
        """Return the hint of a problem; None if it has none."""
        template = self.dialect.hint(problem)
        return problem.fill(template, self.name) if template else None

    def ordered(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return problems in the order of the dialect. Problems with the same place keep their order."""
        return tuple(sorted(problems, key=lambda problem: self.dialect.order(problem, self._spec(problem))))

    def error_text(self, error: SogniError) -> str:
        """Return the text of the first problem of an error, or its message if it has none."""
        problems = self.problems(error)
        return self.text(problems[0]) if problems else error.message

    def error_hint(self, error: SogniError) -> str | None:
        """Return the hint of an error; None if it has none."""
        problems = self.problems(error)
        return (self.hint(problems[0]) if problems else None) or error.hint

    def problems(self, error: SogniError) -> tuple[Problem, ...]:
        """Return the problems of an error, in order; empty if it is not about a request."""
        return self.ordered(error.problems) if isinstance(error, InputError) else ()

    def _spec(self, problem: Problem) -> FieldSpec | None:
        return self.fields.get(problem.fields[0]) if problem.fields else None


PYTHON = Dialect()
FLAGS = FlagDialect()
