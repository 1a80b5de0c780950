"""Modules are imported in a thread; what is withheld is absent meanwhile and no longer."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sogni_core._startup import imports
from sogni_core.testing.distribution import on_path

pytestmark = pytest.mark.anyio


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "slow_library.py").write_text(
        "import threading\nthread = threading.current_thread()\n"
        "try:\n    import slow_command_line\n    command_line = True\n"
        "except ImportError:\n    command_line = False\n"
    )
    (tmp_path / "slow_command_line.py").write_text("")
    (tmp_path / "broken_library.py").write_text("raise RuntimeError('broken')\n")
    with on_path(tmp_path):
        yield tmp_path


@pytest.mark.usefixtures("site")
async def test_a_module_is_imported_in_another_thread_without_what_is_withheld() -> None:
    await imports.load("slow_library", without=["slow_command_line"])
    library = sys.modules["slow_library"]
    assert library.thread is not threading.current_thread()
    assert not library.command_line
    assert "slow_command_line" not in sys.modules


@pytest.mark.usefixtures("site")
async def test_an_import_that_fails_says_so_each_time_and_withholds_nothing_afterwards() -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            await imports.load("broken_library", without=["slow_command_line"])
    assert "slow_command_line" not in sys.modules


@pytest.mark.usefixtures("site")
async def test_what_was_imported_before_is_not_withheld() -> None:
    import slow_command_line

    with imports.withheld("slow_command_line"):
        assert sys.modules["slow_command_line"] is slow_command_line
    assert sys.modules["slow_command_line"] is slow_command_line
