"""The rules."""

# docs: policy
from __future__ import annotations

from collections.abc import Iterator

from sogni_core.context import SubmitFacts
from sogni_core.errors import MoneyError
from sogni_core.problem import Problem
from sogni_core.project import Project
from sogni_house_policy.plugin import TOO_EXPENSIVE
from sogni_house_policy.settings import HousePolicy


def project_rules(project: Project, facts: SubmitFacts) -> Iterator[Problem]:
    """Refuse a project with too many outputs or a forbidden word."""
    policy = facts.settings(HousePolicy)
    if policy.max_images is not None and project.count > policy.max_images:
        limit = {"max": policy.max_images, "value": project.count}
        yield Problem("house-policy.count", ("count",), "{count} must be at most {max}, not {value}.", limit)
    words = [word for word in policy.forbidden_words if word.lower() in project.prompt.lower()]
    if words:
        yield Problem("house-policy.words", ("prompt",), "{prompt} must not contain: {words}.", {"words": words})


async def within_limit(project: Project, facts: SubmitFacts) -> Project:
    """Refuse a project that costs too much, or whose price the network does not say."""
    limit = facts.settings(HousePolicy).max_price
    if limit is not None:
        price = await facts.price()
        if price is None:
            raise MoneyError(TOO_EXPENSIVE, f"The price is unknown; the limit is {limit:g}.")
        if price["amount"] > limit:
            raise MoneyError(TOO_EXPENSIVE, f"It costs {price['amount']:g} {price['token']}; the limit is {limit:g}.")
    return project


# docs: end
