"""Files made on this machine appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sogni_core._engine.local_file import make
from sogni_core._engine.run_context import extension
from sogni_core.errors import InputError
from sogni_core.project import AudioProject, ImageProject, VideoProject

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
    with pytest.raises(InputError, match="no image, sound or video"):
        await make(old, nonsense)
    assert (old.read_bytes(), [path.name for path in folder.iterdir()]) == (b"old", ["a.png"])


def test_a_file_that_is_named_here_has_the_extension_of_its_medium() -> None:
    assert extension(ImageProject(model="m", prompt="x")) == ".png"
    assert extension(ImageProject(model="m", prompt="x", output_format="jpg")) == ".jpg"
    assert extension(VideoProject(model="m", prompt="x")) == ".mp4"
    assert extension(AudioProject(model="m", prompt="x", output_format="flac")) == ".flac"
