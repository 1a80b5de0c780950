"""Samplers and schedulers by alias."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core.media import aliases


@pytest.mark.parametrize(("display", "alias"), aliases.SAMPLERS.items())
def test_every_sampler_by_either_name(display: Any, alias: Any) -> None:
    for typed in (display, display.lower(), display.upper(), f" {display} ", alias, alias.replace("_", "-")):
        assert aliases.sampler(typed) == alias


@pytest.mark.parametrize(("display", "alias"), aliases.SCHEDULERS.items())
def test_every_scheduler_by_either_name(display: Any, alias: Any) -> None:
    for typed in (display, display.lower(), display.replace(" ", ""), alias, alias.upper()):
        assert aliases.scheduler(typed) == alias


@pytest.mark.parametrize(
    ("typed", "alias"),
    [("DPM++SDE", "dpmpp_sde"), ("dpm++_2m_sde", "dpmpp_2m_sde"), ("LCM", "lcm"), ("UNIPC", "uni_pc")],
)
def test_people_write_them_in_many_ways(typed: Any, alias: Any) -> None:
    assert aliases.sampler(typed) == alias


@pytest.mark.parametrize("name", ["res_multistep", "er_sde", "", "Karras", "ÄÖ ü"])
def test_what_is_not_known_passes_unchanged(name: Any) -> None:
    assert aliases.sampler(name) == name


@given(st.text())
def test_an_alias_of_an_alias_is_itself(name: Any) -> None:
    assert aliases.sampler(aliases.sampler(name)) == aliases.sampler(name)
    assert aliases.scheduler(aliases.scheduler(name)) == aliases.scheduler(name)
