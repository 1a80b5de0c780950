"""Problems and notices about a request: a rule, the fields concerned, and a text that names fields.

The text is a template. ``{name}`` is a field, which each front end names in its own way (``--ref`` or ``ref``), or a
fact. Facts are inserted last and not parsed, so braces in a user's value are kept.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from sogni_core.frozen import frozen
from sogni_core.json_value import json_value

if TYPE_CHECKING:
    from sogni_core.plugin import ErrorCode

FieldName = Callable[[str], str]
"""Returns the name of a field as its reader knows it."""


@frozen
class Notice:
    """A warning about a request or a run, which continues.

    Raises ValueError if the text names something that is neither a field nor a fact.
    """

    rule: str
    """Stable id, ``subject.what``. A front end may have its own words for it, and its own order."""
    fields: tuple[str, ...]
    """Names of the fields concerned, first the one to change; empty if it concerns the whole request."""
    text: str
    """One sentence, with fields and facts in braces."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Values for the text, and for programs. A list is shown with commas; a format may follow, ``{max:g}``."""

    @classmethod
    def of(cls, rule: str, text: str) -> Notice:
        """Return a notice with a text that is not a template and names no fields."""
        return Notice(rule, (), literal(text))

    def __post_init__(self) -> None:
        """Check that the text names only fields and facts."""
        self._check(self.text)

    @property
    def field(self) -> str | None:
        """The first field concerned; None if it concerns the whole request."""
        return self.fields[0] if self.fields else None

    def as_json(self) -> dict[str, Any]:
        """Return what the journal keeps."""
        return {"rule": self.rule, "fields": list(self.fields), "text": self.text, "facts": json_value(self.facts)}

    @classmethod
    def from_json(cls, kept: object) -> Notice:
        """Return a notice from the form that the journal stores. Plain or unreadable content becomes its text."""
        facts: Mapping[str, Any] = kept if isinstance(kept, Mapping) else {"text": literal(str(kept))}
        try:
            fields = tuple(map(str, facts.get("fields", ())))
            notice = Notice(str(facts.get("rule", "run.warning")), fields, str(facts["text"]), facts.get("facts") or {})
            notice.said()
        except (KeyError, TypeError, ValueError):
            return Notice.of("run.warning", str(kept))
        return notice

    def said(self, name: FieldName = str) -> str:
        """Return the text, with fields named by ``name``; by default, they have their Python names."""
        return self.fill(self.text, name)

    def fill(self, template: str, name: FieldName = str) -> str:
        """Return a template with these fields and facts filled in."""
        return "".join(self._parts(template, name))

    def _parts(self, template: str, name: FieldName) -> Iterator[str]:
        for literal, key, spec, _ in string.Formatter().parse(template):
            yield literal
            if key is not None:
                yield name(key) if key in self.fields else _shown(self.facts[key], spec or "")

    def _check(self, template: str) -> None:
        for name in names_in(template):
            if name not in self.fields and name not in self.facts:
                raise ValueError(f"{self.rule}: {{{name}}} is neither a field nor a fact of this problem")


@frozen
class Problem(Notice):
    """An error in a request, found before anything is sent.

    ::

        Problem("postcard.length", ("greeting",), "{greeting} must be at most {max} characters.", {"max": 40})
    """

    code: str | ErrorCode = "INVALID_ARGUMENT"
    """Name of an error code of the core, or the :class:`sogni_core.plugin.ErrorCode` of a plugin."""
    hint: str = ""
    """What to type instead, a template like ``text``; empty for the remedy of the code."""

    def __post_init__(self) -> None:
        """Check that the text names only fields and facts."""
        self._check(self.text)
        self._check(self.hint)

    @property
    def code_name(self) -> str:
        """Name of the code, the ``errorCode`` of JSON output."""
        return self.code if isinstance(self.code, str) else self.code.name

    def hinted(self, name: FieldName = str) -> str | None:
        """Return the hint, with fields named by ``name``; None if there is none."""
        return self.fill(self.hint, name) if self.hint else None


def literal(text: str) -> str:
    """Return a template for a text that may contain braces."""
    return text.replace("{", "{{").replace("}", "}}")


def names_in(template: str) -> list[str]:
    """Return the names in braces, in order; raises ValueError for unbalanced braces."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


def _shown(value: object, spec: str) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return format(value, spec) if spec else str(value)
