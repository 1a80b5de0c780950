"""A subject, and the program with this mode."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with an image of a subject."""
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (512, 512), "teal").save("subject.jpg")
    return tmp_path


@pytest.fixture
def sogni_plugins() -> list[str]:
    """The mode, and the plugin that joins its clips."""
    return ["multiangle", "video", "devnet"]


@pytest.fixture
def run(sogni_cli: Any, devnet: Any, folder: Path) -> Callable[..., Any]:
    """Run ``sogni multiangle`` on a devnet."""

    def call(*argv: Any, **environ: str) -> Any:
        return sogni_cli("multiangle", *argv, "-q", environ={**devnet.environ, **environ})

    return call
