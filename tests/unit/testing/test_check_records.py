"""The contract finds what an author can get wrong in codes, observers, credential sources and finishers."""

from __future__ import annotations

from typing import Any

import pytest

from sogni_core.testing import check_plugin

HOOK = "from sogni_core.plugin import *\nfrom sogni_core.plugin import hookimpl\n@hookimpl\ndef "

WRONG = {
    "a code that is not registered": (
        "sogni_commands():\n    return [Command('stamps', 'x', 'stamps.work:run')]",
        "from sogni_core.plugin import ErrorCode\nDRY = ErrorCode('DRY', 'InputError', 'Dry.')\ndef run(app): ...",
        "error code DRY is not registered; add it with sogni_errors"),
    "a code twice": (
        "sogni_errors():\n    return [ErrorCode('DRY', 'InputError', 'Dry.'), ErrorCode('DRY', 'MoneyError', 'Dry.')]",
        "", "error code 'DRY' is registered 2 times"),
    "a code of the core": (
        "sogni_errors():\n    return [ErrorCode('TIMEOUT', 'InputError', 'Late.')]", "", "'TIMEOUT' is claimed by"),
    "an observer of nothing": (
        "sogni_observers():\n    return [Observer('idle')]", "",
        "Observer needs at least one of before_submit, after_step, after_run"),
    "an observer of one argument": (
        "sogni_observers():\n    return [Observer('idle', before_submit='stamps.work:run')]", "def run(project): ...",
        "observer idle: stamps.work:run does not take two arguments"),
    "an observer that is not there": (
        "sogni_observers():\n    return [Observer('idle', after_run='stamps.work:gone')]", "", "observer idle: "),
    "an observer twice": (
        "sogni_observers():\n    return [Observer('idle', after_run='stamps.work:run')] * 2",
        "def run(end, facts): ...",
        "observer 'idle' is registered 2 times"),
    "a rule about nothing": (
        "sogni_validators():\n    return [Validator(('*',))]", "", "Validator needs at least one of target, projects"),
    "a rule about projects that is a coroutine": (
        "sogni_validators():\n    return [Validator(('*',), projects='stamps.work:run')]",
        "async def run(project, facts): ...", "validator stamps.work:run: stamps.work:run is not a plain function"),
    "a source that is a coroutine": (
        "sogni_credentials():\n    return [CredentialSource('ring', 'stamps.work:run')]", "async def run(network): ...",
        "credential source ring: stamps.work:run is not a plain function"),
    "a source without argument": (
        "sogni_credentials():\n    return [CredentialSource('ring', 'stamps.work:run')]", "def run(): ...",
        "does not take one argument, the name of the network"),
    "a finisher of one argument": (
        "sogni_finishers():\n    return [Finisher('edge', 'stamps.work:run')]", "def run(path): ...",
        "finisher edge: stamps.work:run does not take two arguments"),
    "a finisher that fails otherwise": (
        "sogni_finishers():\n    return [Finisher('edge', 'stamps.work:run', fails='softly')]", "",
        "Finisher.fails must look like"),
    "a target in the plugin's own module": (
        "sogni_finishers():\n    return [Finisher('edge', 'stamps.plugin:run')]\ndef run(path, facts): ...", "",
        "target stamps.plugin:run is in the plugin's own module"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_one_thing_wrong(kind: str, sogni_site: Any) -> None:
    hook, work, said = WRONG[kind]
    files = {"stamps/__init__.py": "", "stamps/plugin.py": f"{HOOK}{hook}\n", "stamps/work.py": f"{work}\n"}
    sogni_site("sogni-stamps", plugins={"stamps": "stamps.plugin"}, files=files)
    with pytest.raises(AssertionError) as caught:
        check_plugin("stamps.plugin")
    assert said in str(caught.value)
