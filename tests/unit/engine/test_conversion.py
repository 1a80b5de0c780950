from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError

from sogni_core._engine.conversion import convert, problems_of
from sogni_core.frontend.dialect import FLAGS, Wording
from sogni_core.request import Argument, Option, Request


class Sample(Request):
    prompt: Annotated[str, Argument("Text.", missing="No prompt provided.")]
    size: Annotated[int, Field(ge=1), Option("-w", "--size", help="Size.")] = 1
    seed: Annotated[int, Field(ge=0, le=4294967295), Option("-s", "--seed", help="Seed.")] = 0
    scale: Annotated[float | None, Option("--scale", help="Scale.")] = None
    names: Annotated[tuple[str, ...], Option("--name", help="Names.", separator=",")] = ()
    weights: Annotated[tuple[float, ...], Option("--weight", help="Weights.", separator=",")] = ()
    paths: Annotated[tuple[str, ...], Option("--path", help="Paths.")] = ()
    colour: Annotated[Literal["red", "green"], Option("--colour", help="Colour.")] = "red"
    loud: Annotated[bool, Option("--loud/--soft", help="Loud.")] = False


def messages(**given: Any) -> list[str]:
    values, problems = convert(Sample, given)
    broken = [problem.field or "" for problem in problems]
    try:
        Sample.model_validate(values)
    except ValidationError as error:
        problems += problems_of(error, Sample, {}, skip=broken)
    wording = Wording(FLAGS, Sample.specs())
    return [wording.text(problem) for problem in problems]


def value(name: str, raw: Any) -> Any:
    values, problems = convert(Sample, {"prompt": "x", name: raw})
    assert problems == []
    return getattr(Sample.model_validate(values), name)


def test_texts_become_what_the_fields_ask_for() -> None:
    assert value("size", "512.0") == 512
    assert value("scale", "1e-7") == 1e-7
    assert value("names", ["a, b,,", "c"]) == ("a", "b", "c")
    assert value("weights", ["0.5,1"]) == (0.5, 1.0)
    assert value("paths", ["a,b", "c"]) == ("a,b", "c")
    assert value("names", "a") == ("a",)
    assert value("weights", [0.5]) == (0.5,)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"size": "x"}, "--size must be an integer."),
        ({"size": "1.5"}, "--size must be an integer."),
        ({"size": "0"}, "--size must be >= 1."),
        ({"size": ""}, "--size must be an integer."),
        ({"seed": "-1"}, "--seed must be between 0 and 4294967295."),
        ({"seed": "4294967296"}, "--seed must be between 0 and 4294967295."),
        ({"scale": "1e999"}, "--scale must be a number."),
        ({"scale": float("inf")}, "--scale must be a number."),
        ({"weights": ["1,x"]}, "--weight must be a number."),
        ({"colour": "blue"}, '--colour must be "red" or "green".'),
        ({"loud": "maybe"}, "--loud must be true or false."),
        ({"size": [1, 2]}, "--size must be an integer."),
    ],
)
def test_one_wrong_value_is_said_in_one_sentence(given: dict[str, Any], expected: str) -> None:
    assert messages(prompt="x", **given) == [expected]


def test_all_problems_are_found_at_once() -> None:
    assert messages(size="x", seed="-1", colour="blue") == [
        "--size must be an integer.",
        "No prompt provided.",
        "--seed must be between 0 and 4294967295.",
        '--colour must be "red" or "green".',
    ]


def test_an_unknown_field_names_the_nearest() -> None:
    _, problems = convert(Sample, {"colr": "red"})
    assert [problem.said() for problem in problems] == ["Unknown option 'colr'."]
    assert [problem.hinted() for problem in problems] == ["Did you mean colour?"]
    assert Wording(FLAGS, Sample.specs()).hint(problems[0]) == "Did you mean --colour?"


def test_none_counts_as_not_given() -> None:
    assert convert(Sample, {"prompt": "x", "size": None}) == ({"prompt": "x"}, [])
