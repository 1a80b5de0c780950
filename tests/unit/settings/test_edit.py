from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sogni_core.errors import ConfigError
from sogni_core.settings.edit import set_value, unset

from .conftest import Home

FILE = "~/.config/sogni/config.toml"


def written(home: Home) -> dict[str, Any]:
    return tomllib.loads(home.paths.config_file.read_text(encoding="utf-8"))


def test_a_value_is_converted_written_and_in_force(home: Home) -> None:
    change = set_value(home.settings(), "video.fps", "24")
    assert written(home) == {"video": {"fps": 24}}
    assert (change.value.value, change.value.origin, change.hidden_by, change.changed) == (24, FILE, "", True)
    if os.name == "posix":
        assert stat.S_IMODE(home.paths.config_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(home.paths.config.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("key", "text", "tree"),
    [
        ("safety_filter", "no", {"safety_filter": False}),
        ("seed_strategy", "PROMPT_HASH", {"seed_strategy": "prompt-hash"}),
        ("video.tags", "a, b", {"video": {"tags": ["a", "b"]}}),
        ("video.tags", "", {"video": {"tags": []}}),
        ("video.models.t2v", "x", {"video": {"models": {"t2v": "x"}}}),
        ('model_defaults."wan_v2.2".steps', "4", {"model_defaults": {"wan_v2.2": {"steps": 4}}}),
        ("model_defaults", '{"a": {"steps": 4}}', {"model_defaults": {"a": {"steps": 4}}}),
        ("model_defaults", "{}", {"model_defaults": {}}),
        ("video.token", "hunter2", {"video": {"token": "hunter2"}}),
        ("network", 'über "x" \\', {"network": 'über "x" \\'}),
    ],
)
def test_every_kind_of_value(home: Home, key: str, text: str, tree: dict[str, Any]) -> None:
    set_value(home.settings(), key, text)
    assert written(home) == tree
    assert home.settings().check() == ()


def test_other_values_stay_and_lost_comments_are_told(home: Home) -> None:
    home.config("# mine\ncount = 2\n[other]\nx = 1\n")
    change = set_value(home.settings(), "video.fps", "24")
    assert written(home) == {"count": 2, "other": {"x": 1}, "video": {"fps": 24}}
    assert change.warnings == (f"Comments in {FILE} were not kept.",)
    assert set_value(home.settings(), "video.fps", "25").warnings == ()


def test_a_higher_layer_that_hides_the_value_is_named(home: Home) -> None:
    change = set_value(home.settings(SOGNI_VIDEO__FPS="30"), "video.fps", "24")
    assert change.hidden_by == "environment SOGNI_VIDEO__FPS"
    assert change.value.value == 30
    assert set_value(home.settings(SOGNI_VIDEO__FPS="bad"), "video.fps", "24").hidden_by == ""


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("video.fps", "99", "less than or equal to 60"),
        ("video.fps", "0x10", "video.fps is not valid: "),
        ("video.fsp", "1", "not a known setting"),
        ("model_defaults.a.stps", "1", "not a known setting"),
        ("video.low", "11", "low must not be above high"),
        ("video.model_defaults", "x", "should be JSON"),
        ("video", "1", "not a known setting"),
        ("", "1", "not a key"),
    ],
)
def test_what_is_refused_changes_nothing(home: Home, key: str, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        set_value(home.settings(), key, text)
    assert raised.value.code == "INVALID_CONFIG"
    assert message in raised.value.message
    assert not home.paths.config_file.exists()


def test_the_nearest_name_is_offered(home: Home) -> None:
    with pytest.raises(ConfigError) as raised:
        set_value(home.settings(), "video.fsp", "24")
    assert raised.value.hint == "Did you mean video.fps?"


def test_a_refused_secret_is_not_repeated(home: Home) -> None:
    with pytest.raises(ConfigError) as raised:
        set_value(home.settings(), "video.hidden", "hunter2")
    assert "hunter2" not in f"{raised.value} {raised.value.details} {raised.value.hint}"


def test_a_file_that_cannot_be_read_is_left_alone(home: Home) -> None:
    home.config("count = ")
    with pytest.raises(ConfigError) as raised:
        set_value(home.settings(), "count", "2")
    assert raised.value.code == "INVALID_CONFIG"
    assert home.paths.config_file.read_text() == "count = "


def test_a_single_value_where_a_table_is_needed(home: Home) -> None:
    home.config("video = 1\n")
    with pytest.raises(ConfigError):
        set_value(home.settings(), "video.fps", "2")


def test_unset(home: Home) -> None:
    home.config('count = 2\n[video]\nfps = 20\n[video.models]\nt2v = "x"\n')
    change = unset(home.settings(), "video.models.t2v")
    assert (change.changed, change.value.origin) == (True, "built-in")
    assert written(home) == {"count": 2, "video": {"fps": 20}}
    unset(home.settings(), "video.fps")
    assert written(home) == {"count": 2}
    assert unset(home.settings(), "video.fps").changed is False


def test_an_unknown_key_can_be_taken_out_but_only_if_it_is_there(home: Home) -> None:
    home.config("cuont = 2\n[other.deep]\nx = 1\n")
    assert unset(home.settings(), "cuont").changed is True
    assert unset(home.settings(), "other.deep.x").changed is True
    assert written(home) == {}
    with pytest.raises(ConfigError):
        unset(home.settings(), "cuont")


def test_no_change_is_lost_between_processes(home: Home, tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "from sogni_core.settings import Paths, Settings\n"
        "from sogni_core.settings.edit import set_value\n"
        "settings = Settings({}, paths=Paths.of(os.environ), environ=os.environ)\n"
        "for n in range(5): set_value(settings, f'model_defaults.{sys.argv[1]}{n}.steps', '4')\n"
    )
    environ = {**os.environ, **home.environ}
    processes = [subprocess.Popen([sys.executable, "-c", code, name], env=environ) for name in "abc"]
    assert [process.wait(50) for process in processes] == [0, 0, 0]
    assert len(written(home)["model_defaults"]) == 15
