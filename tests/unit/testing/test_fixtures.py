"""The fixtures for authors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sogni_core.testing import isolated_environ


def test_home_is_of_its_own(sogni_home: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.getbasetemp()
    for place in (sogni_home.home, sogni_home.config, sogni_home.state, sogni_home.cache):
        assert place.is_relative_to(base)
    assert Path.home() == sogni_home.home
    kept = {name for name in os.environ if name.startswith(("SOGNI_", "OPENCLAW_"))}
    assert kept == {"SOGNI_STATE_DIR", "SOGNI_CACHE_DIR"}


def test_an_isolated_environment_leaves_out_what_is_ours(tmp_path: Path) -> None:
    theirs = {"PATH": "/bin", "SOGNI_API_KEY": "k", "sogni_password": "p", "OPENCLAW_CONFIG_PATH": "x", "HOME": "/h"}
    environ = isolated_environ(tmp_path, theirs)
    assert environ["PATH"] == "/bin"
    assert environ["HOME"] == str(tmp_path)
    assert not {"SOGNI_API_KEY", "sogni_password", "OPENCLAW_CONFIG_PATH"} & set(environ)


def test_the_program_is_called_in_this_process(sogni_cli: Any) -> None:
    called = sogni_cli("version", "--json")
    assert called.exit_code == 0
    assert called.json["name"] == "sogni-core"
    assert sogni_cli("nothing-of-that-name", "--json").exit_code == 2


def test_the_environment_of_a_call_ends_with_it(sogni_cli: Any) -> None:
    called = sogni_cli("config", "explain", "image.width", "--json", environ={"SOGNI_IMAGE__WIDTH": "640"})
    assert called.json["layers"][0]["value"] == 640
    assert "SOGNI_IMAGE__WIDTH" not in os.environ


def test_what_is_typed_reaches_the_program(sogni_cli: Any) -> None:
    called = sogni_cli("login", "--username", "a", "--password-stdin", "--json", stdin="two\nlines\n")
    assert called.json["errorCode"] == "INVALID_ARGUMENT"


def test_more_than_one_object_is_not_json(sogni_cli: Any) -> None:
    with pytest.raises(AssertionError, match="expected one JSON object"):
        _ = sogni_cli("version").json


@pytest.mark.anyio
async def test_an_app_over_some_plugins(sogni_app: Any, devnet: Any) -> None:
    async with sogni_app(plugins=[], environ=devnet.environ) as app:
        assert [*app.modes] == ["image"]
        result = await app.run("image", prompt="a cat", width=256, height=256)
    assert result.urls
    assert devnet.job_requests[0]["keyFrames"][0]["positivePrompt"] == "a cat"


def test_a_distribution_is_there_for_one_test(sogni_site: Any, sogni_cli: Any) -> None:
    module = "from sogni_core.plugin import *\nfrom sogni_core.plugin import hookimpl\n"
    sogni_site("sogni-here", plugins={"here": "sogni_here"}, files={"sogni_here.py": module})
    rows = sogni_cli("plugins", "--json").json["plugins"]
    assert "here" in [row["name"] for row in rows]


def test_the_pytest_plugin_imports_nothing_of_the_application() -> None:
    probe = (
        "import sys, pytest; before = set(sys.modules); import sogni_core.testing.pytest_plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=50)
    assert done.stdout.split() == ["sogni_core", "sogni_core.testing", "sogni_core.testing.pytest_plugin"]
