"""Files whose place a setting names."""

from __future__ import annotations

from pathlib import Path

import pytest

from sogni_core.errors import ConfigError
from sogni_core.settings.core import MOST, CoreSettings
from sogni_core.settings.credentials import Credentials, forget, read, store

from .conftest import Home


def test_without_settings_the_places_are_the_documented_ones(home: Home) -> None:
    assert home.settings().located == home.paths


def test_settings_move_the_files_and_a_tilde_is_this_home(home: Home, tmp_path: Path) -> None:
    other = tmp_path / "other"
    paths = home.settings(
        SOGNI_CREDENTIALS_PATH="~/other/mine", SOGNI_LAST_RENDER_PATH=str(other / "last.json")
    ).located
    assert (paths.credentials, paths.last_render) == (other / "mine", other / "last.json")
    assert (paths.config_file, paths.state) == (home.paths.config_file, home.paths.state)
    assert paths.expanded(home.settings().core.media_inbound_dir) == tmp_path / ".clawdbot" / "media" / "inbound"


@pytest.mark.parametrize("text", ["mine", "./mine", "~you/mine", "~", "a\0b", "/", "C:mine"])
def test_a_path_that_depends_on_the_current_folder_or_cannot_be_is_none(home: Home, text: str) -> None:
    settings = home.settings(SOGNI_CREDENTIALS_PATH=text, SOGNI_LAST_RENDER_PATH=text, SOGNI_MEDIA_INBOUND_DIR=text)
    assert settings.located == home.paths
    assert {problem.key for problem in settings.problems} == {
        "credentials_path",
        "last_render_path",
        "media_inbound_dir",
    }
    with pytest.raises(ConfigError, match="credentials_path") as raised:
        settings.require("credentials_path")
    assert raised.value.code == "INVALID_CONFIG"


def test_a_value_to_insist_on(home: Home) -> None:
    assert home.settings(SOGNI_NETWORK="relaxed").require("network").value == "relaxed"
    assert home.settings().require("network").origin == "built-in"


def test_credentials_are_kept_where_they_are_named(home: Home, tmp_path: Path) -> None:
    paths = home.settings(SOGNI_CREDENTIALS_PATH="~/a/b/mine").located
    store(paths, Credentials("me", "pw"))
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir() if path.suffix != ".lock") == ["mine"]
    found = read(paths, {}).credentials
    assert found is not None
    assert (found.username, found.origin) == ("me", "~/a/b/mine")
    assert not home.paths.config.exists()
    assert forget(paths)
    assert read(paths, {}).credentials is None


def test_as_many_outputs_as_one_may_ask_for_are_a_default(home: Home) -> None:
    assert home.settings(SOGNI_COUNT=str(MOST)).core.count == MOST == CoreSettings().max_count
    assert home.settings(SOGNI_COUNT=str(MOST + 1), SOGNI_MAX_COUNT="99").core.count == 1
