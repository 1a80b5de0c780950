from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogni_core.settings.keys import join_key, split_key, variable
from sogni_core.settings.paths import Paths


def test_documented_places(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    paths = Paths.of(home)
    assert paths.config == tmp_path / ".config" / "sogni"
    assert paths.credentials == paths.config / "credentials"
    assert paths.last_render == paths.config / "last-render.json"
    assert "sogni" in paths.state.parts
    assert "sogni" in paths.cache.parts
    assert paths.shown(paths.config_file) == "~/.config/sogni/config.toml"
    assert paths.shown(Path("/elsewhere")) == str(Path("/elsewhere"))


def test_folders_of_the_users_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = Paths.of({
        "HOME": str(tmp_path),
        "USERPROFILE": str(tmp_path),
        "SOGNI_CONFIG_DIR": "~/mine",
        "SOGNI_STATE_DIR": str(tmp_path / "state"),
        "SOGNI_CACHE_DIR": "cache",
    })
    assert (paths.config, paths.state, paths.cache) == (tmp_path / "mine", tmp_path / "state", tmp_path / "cache")
    assert paths.journal == tmp_path / "state" / "journal.db"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("count", ("count",)),
        ("video.fps", ("video", "fps")),
        ('a."wan_v2.2-14b".steps', ("a", "wan_v2.2-14b", "steps")),
        ("a.'x y'", ("a", "x y")),
        ('a."q\\"q"', ("a", 'q"q')),
    ],
)
def test_keys_are_split(key: str, parts: tuple[str, ...]) -> None:
    assert split_key(key) == parts


@pytest.mark.parametrize("key", ["", ".", "a.", ".a", "a..b", "a b", "a=1", "a\n", '"open', '"a"b', "é"])
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(ValueError, match="is not a key"):
        split_key(key)


@given(st.lists(st.text(st.characters()), min_size=1))
def test_keys_survive_being_joined(parts: list[str]) -> None:
    assert split_key(join_key(parts)) == tuple(parts)


def test_what_cannot_be_seen_in_a_key_is_escaped() -> None:
    assert join_key(("a b", "é", "\u202e", "\ud800", "\x7f")) == r'"a b"."é"."\u202e"."\ud800"."\u007f"'


def test_variables() -> None:
    assert variable(("token_type",)) == "SOGNI_TOKEN_TYPE"
    assert variable(("video", "fps")) == "SOGNI_VIDEO__FPS"


def test_paths_need_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from sogni_core.settings import Paths\n"
        "Paths.of({'SOGNI_STATE_DIR': '/s', 'SOGNI_CACHE_DIR': '/c', 'HOME': '/h', 'USERPROFILE': '/h'})\n"
        "import sogni_core.settings.credentials\n"
        "print([name for name in ('pydantic', 'tomllib', 'filelock', 'platformdirs') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
