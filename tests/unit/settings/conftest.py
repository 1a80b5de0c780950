from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from sogni_core.settings.openclaw import OpenClawKeys
from sogni_core.settings.paths import Paths
from sogni_core.settings.values import Settings


class Defaults(BaseModel):
    model_config = ConfigDict(extra="forbid")
    steps: Annotated[int | None, Field(ge=1)] = None
    guidance: float | None = None


class Models(BaseModel):
    t2v: str = "wan-t2v"
    i2v: str = "wan-i2v"


class Video(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fps: Annotated[int, Field(ge=1, le=60, description="Frames per second.")] = 16
    ratio: float = 1.5
    loop: bool = False
    name: str = "clip"
    workflow: Literal["t2v", "i2v"] = "t2v"
    tags: tuple[str, ...] = ()
    models: Models = Models(i2v="special-i2v")
    model_defaults: dict[str, Defaults] = Field(default_factory=lambda: {"lcm": Defaults(steps=4)})
    token: SecretStr | None = None
    hidden: Annotated[str | None, Field(json_schema_extra={"secret": True}, max_length=5)] = None
    low: int = 1
    high: int = 10

    @model_validator(mode="after")
    def ordered(self) -> Video:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class Home:
    """An installation in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.environ = {
            "HOME": str(folder),
            "USERPROFILE": str(folder),
            "SOGNI_STATE_DIR": str(folder / "state"),
            "SOGNI_CACHE_DIR": str(folder / "cache"),
        }
        self.paths = Paths.of(self.environ)
        self.sections: dict[str, Callable[[], type[BaseModel]]] = {"video": lambda: Video}
        self.keys = OpenClawKeys()

    def config(self, text: str) -> None:
        self.paths.config.mkdir(parents=True, exist_ok=True)
        self.paths.config_file.write_text(text, encoding="utf-8")

    def openclaw(self, content: str | bytes | dict[str, Any]) -> Path:
        """Write the host's file: as it is, or around the configuration of our entry."""
        if isinstance(content, dict):
            content = json.dumps({"plugins": {"entries": {"sogni-gen": {"enabled": True, "config": content}}}})
        file = self.paths.home / ".openclaw" / "openclaw.json"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def settings(self, **environ: str) -> Settings:
        return Settings(self.sections, paths=self.paths, environ=self.environ | environ, openclaw=self.keys)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)
