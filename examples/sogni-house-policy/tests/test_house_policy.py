"""The policy on a network in memory: nothing is sent that it does not allow."""

from __future__ import annotations

from typing import Any

import pytest
import sogni_house_policy.plugin

from sogni_core.testing import check_plugin

LIMITS = {
    "SOGNI_HOUSE_POLICY__MAX_IMAGES": "4",
    "SOGNI_HOUSE_POLICY__FORBIDDEN_WORDS": "dragon,knight",
    "SOGNI_HOUSE_POLICY__MAX_PRICE": "20",
}

REFUSED = "Refused by house-policy (sogni-house-policy 0.1.0): "

BOTH_WAYS = pytest.mark.parametrize("dry", [(), ("--dry-run",)], ids=["run", "plan"])


@pytest.fixture
def call(sogni_cli: Any, sogni_network: Any) -> Any:
    """Return a function that runs the program with the policy and its limits."""

    def run(*argv: str, environ: Any = LIMITS) -> Any:
        plugins = ["house-policy", "postcard"]
        return sogni_cli(*argv, "--json", plugins=plugins, environ=environ, network=sogni_network)

    return run


def test_keeps_the_contract_of_plugins() -> None:
    check_plugin(sogni_house_policy.plugin)


# docs: test
@BOTH_WAYS
def test_refuses_what_is_not_allowed(dry: tuple[str, ...], call: Any, sogni_network: Any) -> None:
    called = call("image", "a Dragon", "-n", "5", *dry)
    assert called.exit_code == 2
    assert [problem["error"] for problem in called.json["problems"]] == [
        f"{REFUSED}--count must be at most 4, not 5.",
        f"{REFUSED}PROMPT must not contain: dragon.",
    ]
    assert sogni_network.projects == ()


# docs: end
@BOTH_WAYS
@pytest.mark.parametrize(("price", "said"), [(30, "It costs 30 spark; the limit is 20."),
                                             (None, "The price is unknown; the limit is 20.")])  # fmt: skip
def test_refuses_what_costs_too_much(
    price: float | None, said: str, dry: tuple[str, ...], call: Any, sogni_network: Any
) -> None:
    sogni_network.price(price)
    called = call("image", "a cat", *dry)
    assert (called.exit_code, called.json["errorCode"], called.json["error"]) == (4, "HOUSE_LIMIT", REFUSED + said)
    assert sogni_network.projects == ()


def test_lets_the_rest_pass(call: Any, sogni_network: Any) -> None:
    called = call("image", "a cat", "-n", "4")
    assert called.exit_code == 0, called
    (project,) = sogni_network.projects
    assert project.count == 4


def test_allows_everything_by_itself(call: Any) -> None:
    assert call("image", "a dragon", "-n", "5", environ={}).exit_code == 0


def test_holds_for_what_other_modes_submit(call: Any, sogni_network: Any) -> None:
    assert call("postcard", "Dragon Rock").json["error"] == f"{REFUSED}prompt must not contain: dragon."
    assert sogni_network.projects == ()
