"""Problems and notices about a request, as values: a rule, the fields concerned, and a text that names fields.

A text is a template. ``{name}`` stands for a field, which each front end calls in its own words (``--ref`` or ``ref``),
or for a fact. Facts are inserted last and never read again, so braces in a user's value survive.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any

from sogni_core.frozen import frozen
from sogni_core.json_value import json_value

FieldName = Callable[[str], str]
"""Names a field of a request the way its reader does."""


@frozen
class Notice:
    """Something a person should know of a request or a run that goes on all the same: a warning.

    Raises ValueError if a text names what is neither among the fields nor among the facts.
    """

    rule: str
    """Stable id, ``subject.what``: a front end may have its own words for it, and its own order."""
    fields: tuple[str, ...]
    """Names of the fields concerned, the one to change first; empty if the whole request is meant."""
    text: str
    """One sentence; fields and facts in braces."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Values for the text, and for programs. A list is shown with commas; a format may follow, ``{max:g}``."""

    @classmethod
    def of(cls, rule: str, text: str) -> Notice:
        """Make a notice of a text that is no template and names no field."""
        return Notice(rule, (), literal(text))

    def __post_init__(self) -> None:
        """Refuse a text that could not be shown."""
        self._check(self.text)

    @property
    def field(self) -> str | None:
        """The first field concerned; None if the whole request is meant."""
        return self.fields[0] if self.fields else None

    def as_json(self) -> dict[str, Any]:
        """Return what the journal keeps."""
        return {"rule": self.rule, "fields": list(self.fields), "text": self.text, "facts": json_value(self.facts)}

    @classmethod
    def from_json(cls, kept: object) -> Notice:
        """Read what the journal keeps; a plain text is a notice too, and what does not read is shown as it is."""
        facts: Mapping[str, Any] = kept if isinstance(kept, Mapping) else {"text": literal(str(kept))}
        try:
            fields = tuple(map(str, facts.get("fields", ())))
            notice = Notice(str(facts.get("rule", "run.warning")), fields, str(facts["text"]), facts.get("facts") or {})
            notice.said()
        except (KeyError, TypeError, ValueError):
            return Notice.of("run.warning", str(kept))
        return notice

    def said(self, name: FieldName = str) -> str:
        """Return the text, each field called what ``name`` says; by default its name in Python."""
        return self.fill(self.text, name)

    def fill(self, template: str, name: FieldName = str) -> str:
        """Fill in a template with these fields and facts; a front end may have one in its own words."""
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
    """One thing wrong with a request, found before anything is sent.

    ::

        Problem("postcard.length", ("greeting",), "{greeting} must be at most {max} characters.", {"max": 40})
    """

    code: str = "INVALID_ARGUMENT"
    """Registered code."""
    hint: str = ""
    """What to type instead; a template as ``text``. Empty: the remedy of the code."""

    def __post_init__(self) -> None:
        """Refuse a text that could not be shown."""
        self._check(self.text)
        self._check(self.hint)

    def hinted(self, name: FieldName = str) -> str | None:
        """Return the hint as :meth:`said` returns the text; None if there is none."""
        return self.fill(self.hint, name) if self.hint else None


def literal(text: str) -> str:
    """Return a template that shows a text as it is, its braces too."""
    return text.replace("{", "{{").replace("}", "}}")


def names_in(template: str) -> list[str]:
    """Return the names in braces, in order; raises ValueError for a brace too many."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


def _shown(value: object, spec: str) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return format(value, spec) if spec else str(value)
