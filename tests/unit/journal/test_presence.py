from __future__ import annotations

import os
from pathlib import Path

from sogni_core._journal.locks import hold, is_held
from sogni_core._journal.presence import Presence, is_present


def test_a_presence_lasts_until_it_ends(tmp_path: Path) -> None:
    folder = tmp_path / "present"
    presence = Presence(folder)
    assert is_present(folder, presence.name)
    presence.end()
    assert not is_present(folder, presence.name)
    assert not list(folder.iterdir())


def test_old_files_of_the_dead_are_swept_those_of_the_living_stay(tmp_path: Path) -> None:
    living = Presence(tmp_path)
    old, damaged, young = (f"{number}-{number * 12}" for number in "123")
    for name in (old, damaged, young, "notes"):
        (tmp_path / name).touch()
    (tmp_path / damaged).write_bytes(b"garbage" * 1000)
    for name in (old, damaged, "notes", living.name):
        os.utime(tmp_path / name, (0, 0))
    second = Presence(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {living.name, damaged, young, "notes", second.name}
    assert is_present(tmp_path, living.name)
    living.end()
    second.end()


def test_looking_does_not_disturb(tmp_path: Path) -> None:
    path = tmp_path / "x"
    assert not is_held(path)
    assert not path.exists()
    held = hold(path)
    assert held is not None
    assert is_held(path)
    assert hold(path) is None
    assert is_held(path)
    assert [found.name for found in tmp_path.iterdir()] == ["x"]
    held.release()
    assert not is_held(path)
    again = hold(path)
    assert again is not None
    again.release()
    assert path.stat().st_size == 0
