"""Problems are values; a front end names their fields, orders them, and may have words of its own."""

from __future__ import annotations

import copy
import pickle
from typing import Annotated

import pytest

from sogni_core.errors import InputError, ServiceError, SogniError
from sogni_core.field import FieldSpec
from sogni_core.frontend.dialect import FLAGS, PYTHON, Dialect, Wording
from sogni_core.frontend.objects import error_object
from sogni_core.problem import Notice, Problem, literal
from sogni_core.project import Asset
from sogni_core.request import Argument, Option, Request

HOSTILE = "{ref} {0} {} }{ \x1b[31m"


class Card(Request):
    title: Annotated[str, Argument("Title.")] = ""
    ref: Annotated[Asset | None, Option("-r", "--ref", help="Picture.")] = None
    last_image: Annotated[bool, Option("--last-image/--no-last-image", help="Last picture.", fills="ref")] = False


MISSING = Problem("card.ref", ("ref", "last_image"), "{ref} is required.", hint="Use {ref} or {last_image}.")


def test_each_front_end_names_the_fields() -> None:
    assert (MISSING.said(), MISSING.hinted()) == ("ref is required.", "Use ref or last_image.")
    flags = Wording(FLAGS, Card.specs())
    assert (flags.text(MISSING), flags.hint(MISSING)) == ("--ref is required.", "Use --ref or --last-image.")
    assert flags.name("title") == "TITLE"
    assert flags.name("of another mode") == "of another mode"


def test_braces_in_a_value_survive() -> None:
    said = Problem("card.title", ("title", "ref"), "{title} must not be {value!r}: {value}.", {"value": HOSTILE})
    assert Wording(FLAGS, Card.specs()).text(said) == f"TITLE must not be {HOSTILE}: {HOSTILE}."
    assert Notice.of("x.y", HOSTILE).said() == HOSTILE
    assert Problem("x.y", ("ref",), literal(HOSTILE)).said() == HOSTILE


def test_a_field_comes_before_a_fact_of_its_name() -> None:
    said = Problem("card.title", ("title",), "{title} has {length:02d} of {allowed}.",
                   {"title": "no", "length": 7, "allowed": ["a", "b"]})  # fmt: skip
    assert said.said() == "title has 07 of a, b."


@pytest.mark.parametrize("text", ["{ref} is required.", "{", "{}"])
def test_a_text_that_could_not_be_shown_is_refused_where_it_is_made(text: str) -> None:
    with pytest.raises(ValueError):
        Problem("card.ref", (), text)
    with pytest.raises(ValueError):
        Problem("card.ref", (), "Fine.", hint=text)


class Backwards(Dialect):
    """The last problem first, and a word of its own."""

    def order(self, problem: Problem, spec: FieldSpec | None) -> float:
        return -len(problem.fields)

    def text(self, notice: Notice) -> str:
        return "Where is {ref}?" if notice.rule == "card.ref" else notice.text


def test_a_front_end_orders_problems_and_has_words_of_its_own() -> None:
    first = Problem("card.title", ("title",), "{title} is too long.")
    error = InputError.of([first, MISSING])
    assert (str(error), error.field, error.hint) == ("title is too long.", "title", None)
    assert [problem.rule for problem in Wording(PYTHON).problems(error)] == ["card.title", "card.ref"]
    backwards = Wording(Backwards(), Card.specs())
    assert backwards.error_text(error) == "Where is ref?"
    found = error_object(error, backwards)
    assert (found["field"], [one["field"] for one in found["problems"]]) == ("ref", ["ref", "title"])


def test_an_error_without_problems_is_one_about_the_whole_request() -> None:
    error = InputError("MISSING_FILE", "no {file}", hint="{look}", details={"path": "x"})
    (problem,) = error.as_problems()
    assert (problem.said(), problem.hinted(), problem.code_name, problem.field) == (
        "no {file}",
        "{look}",
        "MISSING_FILE",
        None,
    )
    assert "field" not in error_object(error)


def test_more_details_change_nothing_else() -> None:
    cause = OSError("gone")
    try:
        raise InputError.of([MISSING]) from cause
    except InputError as caught:
        error: SogniError = caught
    more = error.with_details({"runId": "7", "max": 1}, hint="Look.")
    assert isinstance(more, InputError)
    assert (more.code, more.problems, more.hint, more.__cause__) == ("INVALID_ARGUMENT", (MISSING,), "Look.", cause)
    assert (more.details, error.details) == ({"runId": "7", "max": 1}, {})
    assert ServiceError("JOB_FAILED", "x", details={"runId": "1"}).with_details({"runId": "2"}).details["runId"] == "1"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_can_be_copied_and_sent_to_another_process(again: type[InputError]) -> None:
    other = again(InputError.of([MISSING]).with_details({"runId": "7"}))  # type: ignore[arg-type]
    assert (str(other), other.problems, other.details) == ("ref is required.", (MISSING,), {"runId": "7"})
