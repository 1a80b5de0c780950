"""What rules and workflows are called with, built for tests that call them directly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sogni_core._builtin.settings import ImageSettings
from sogni_core.errors import InputError
from sogni_core.settings.paths import Paths
from sogni_core.testing import MemoryNetwork, facts_for, plan_of, resolve


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.new("RGB", (640, 480)).save(path)
    return path


def test_a_request_is_filled_in_as_the_engine_does_it(sogni_request: Any, reference: Path) -> None:
    request = sogni_request("image", prompt="x", context=[str(reference)], width="768")
    assert (request.width, request.height, request.network) == (768, 512, "fast")
    assert request.model == "qwen_image_edit_2511_fp8_lightning"
    assert request.given == {"prompt", "context", "width"}
    assert (request.context[0].width, request.context[0].height) == (640, 480)
    assert isinstance(request.seed, int)


def test_settings_are_those_of_the_test(sogni_request: Any, sogni_home: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    sogni_home.config_file.parent.mkdir(parents=True)
    sogni_home.config_file.write_text("[image]\nwidth = 640\n")
    monkeypatch.setenv("SOGNI_COUNT", "3")
    request = sogni_request("image", prompt="x")
    assert (request.width, request.count, request.given) == (640, 3, {"prompt"})


def test_what_rules_refuse_can_be_built(sogni_request: Any) -> None:
    assert sogni_request("image", prompt="x", count=99).count == 99
    with pytest.raises(InputError):
        plan_of("image", prompt="x", count=99)


@pytest.mark.parametrize("fields", [{"prompt": "x", "width": "wide"}, {"prompt": "x", "context": ["none.png"]}, {}])
def test_values_that_are_not_valid_are_errors(sogni_request: Any, fields: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        sogni_request("image", **fields)


def test_facts_are_those_of_the_rules(sogni_home: Paths, reference: Path) -> None:
    facts = facts_for("image", context=[str(reference)])
    assert (facts.mode, facts.workflow, facts.given) == ("image", "edit", {"context"})
    assert facts.model.id == "qwen_image_edit_2511_fp8_lightning"
    assert facts.settings(ImageSettings).width == 512
    assert facts_for("image:text").workflow == "text"
    assert list(facts.missing("image")) == []


def test_a_plan_shows_the_projects_of_a_workflow(sogni_home: Paths, reference: Path) -> None:
    plan = plan_of("image", prompt="x", context=[str(reference)], count=2)
    (step,) = plan.steps
    assert (step.key, step.project.prompt, step.project.count) == ("image", "x", 2)
    assert list(step.project.assets) == ["contextImage1"]


def test_prices_and_files_come_from_the_network_of_the_test(sogni_home: Paths, reference: Path) -> None:
    network = MemoryNetwork("fast")
    network.price(2.5)
    network.serve("https://pictures.example/a.png", reference.read_bytes())
    plan = plan_of("image", network, prompt="x", context=["https://pictures.example/a.png"])
    assert plan.price == {"token": "spark", "amount": 2.5}
    assert resolve("image", network, prompt="x", context=["https://pictures.example/a.png"]).context[0].width == 640
    assert network.projects == ()


@pytest.mark.anyio
async def test_tests_that_are_coroutines_can_use_it(sogni_request: Any) -> None:
    assert sogni_request("image", prompt="x").prompt == "x"
