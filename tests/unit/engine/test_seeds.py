"""The hash has to be the original's, bit for bit: the vectors were made by the original function."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core._engine.prompt_hash import Hashed, hashed_text, js_number, prompt_hash
from sogni_core.project import Asset

LIGHTNING = "qwen_image_edit_2511_fp8_lightning"


def seed(counted: tuple[str, ...] = (), workflow: str = "image", **values: Any) -> int:
    base = {"prompt": "a cat wearing a hat", "model": "z_image_turbo_bf16", "width": 512, "height": 512}
    request: Any = SimpleNamespace(**(base | values))
    return prompt_hash(Hashed(request, workflow, frozenset(counted)))


@pytest.mark.parametrize(
    ("expected", "counted", "values"),
    [
        (342357531, (), {}),
        (3999937497, (), {"width": 768, "height": 768}),
        (151919823, ("steps", "guidance"), {"steps": 4, "guidance": 3.5}),
        (1828161017, ("guidance",), {"guidance": 1e-7}),
        (595459926, ("token_type",), {"token_type": "sogni"}),
        (3515576134, ("output_format",), {"output_format": "jpg"}),
        (2344102628, (), {"prompt": 'café 🐱 "q"\n<sks>\u2028'}),
        (2689663768, (), {"prompt": ""}),
        (3135481891, (), {"loras": ("a", "b"), "lora_strengths": (0.5, 1.0)}),
        (
            3820739021,
            (),
            {"prompt": "ocean waves at sunset", "workflow": "t2v", "model": "wan_v2.2-14b-fp8_t2v_lightx2v"},
        ),
        (
            851203400,
            (),
            {"prompt": "make the background a beach", "context": (Asset("photo.jpg"),), "model": LIGHTNING},
        ),
        (
            3836364664,
            ("output_format", "sampler", "scheduler", "guidance"),
            {
                "prompt": "studio portrait, same person",
                "angle_description": "studio portrait, same person",
                "context": (Asset("subject.jpg"),),
                "azimuth": "front-right",
                "model": LIGHTNING,
                "output_format": "jpg",
                "sampler": "euler",
                "scheduler": "simple",
                "loras": ("multiple_angles",),
                "lora_strengths": (0.9,),
                "guidance": 1.0,
            },
        ),
    ],
)
def test_the_originals_vectors(expected: int, counted: tuple[str, ...], values: dict[str, Any]) -> None:
    assert seed(counted, values.pop("workflow", "image"), **values) == expected


def test_what_nobody_chose_does_not_count() -> None:
    filled = {"steps": 4, "guidance": 3.5, "token_type": "spark", "output_format": "png", "sampler": "euler"}
    assert seed((), **filled) == 342357531


def test_a_new_option_never_enters() -> None:
    assert seed(("negative_prompt", "starting_image"), negative_prompt="x", starting_image=Asset("a")) == 342357531


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (0.9, "0.9"), (1e-7, "1e-7"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (0.0, "0"),
        (-0.0, "0"), (0.000001, "0.000001"), (1.5e-7, "1.5e-7"), (123456789012345680000.0, "123456789012345680000"),
        (-2.5, "-2.5"), (1.7976931348623157e308, "1.7976931348623157e+308"), (5e-324, "5e-324"), (100, "100"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_javascript_does(value: float, text: str) -> None:
    assert js_number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_reads_back(value: float) -> None:
    assert float(js_number(value)) == value


def test_a_lone_surrogate_is_escaped() -> None:
    assert hashed_text({"prompt": "a\udc80"}) == '{"prompt":"a\\udc80"}'
