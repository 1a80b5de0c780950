"""Files made on this machine appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sogni_core._engine.local_file import make
from sogni_core.errors import InputError

pytestmark = pytest.mark.anyio


async def paint(part: Path) -> None:
    Image.new("RGB", (8, 6), "teal").save(part, "PNG")


async def test_what_is_made_is_measured_and_in_its_place(folder: Path) -> None:
    made = await make(folder / "new" / "a.png", paint)
    assert (made.path, made.content_type, made.width, made.height) == (folder / "new" / "a.png", "image/png", 8, 6)
    assert made.size == (folder / "new" / "a.png").stat().st_size
    assert [path.name for path in (folder / "new").iterdir()] == ["a.png"]


async def test_what_fails_leaves_nothing_and_keeps_the_old_file(folder: Path) -> None:
    old = folder / "a.png"
    old.write_bytes(b"old")

    async def fail(part: Path) -> None:
        part.write_bytes(b"half")
        raise RuntimeError("broke")

    async def nonsense(part: Path) -> None:
        part.write_bytes(b"neither picture nor sound")

    with pytest.raises(RuntimeError, match="broke"):
        await make(old, fail)
    with pytest.raises(InputError, match="not an image, sound or video"):
        await make(old, nonsense)
    assert (old.read_bytes(), [path.name for path in folder.iterdir()]) == (b"old", ["a.png"])
