"""The file ``last-render.json``: what ``--last-seed``, ``--last-image`` and ``sogni last`` look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sogni_core._engine.prompt_hash import LARGEST
from sogni_core.errors import InputError
from sogni_core.files import private_folder, write_atomic
from sogni_core.json_value import json_value
from sogni_core.plugin import Medium
from sogni_core.result import Result


class LastRender:
    """The last render as it stands on disk. A file that does not read is an InputError NO_LAST_RENDER."""

    def __init__(self, path: Path, medium: Callable[[str], Medium | None]) -> None:
        """``medium`` finds a medium by its name."""
        self.path = path
        self._medium = medium

    def read(self) -> dict[str, Any]:
        """Return what the file holds."""
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            raise InputError("NO_LAST_RENDER", "No previous render found.") from None
        except (OSError, ValueError, RecursionError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
            raise InputError("NO_LAST_RENDER", f"The last render cannot be read: {self.path}: {reason}.") from None
        if not isinstance(found, dict):
            raise InputError("NO_LAST_RENDER", f"The last render cannot be read: {self.path}: it is not an object.")
        return found

    def seed(self) -> int | None:
        """Return the seed of the last render, 0 included; None if it has no usable one."""
        seed = self.read().get("seed")
        usable = isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed <= LARGEST
        return seed if usable else None

    def image(self) -> str:
        """Return the path of the last render's image if it is still there, else its first URL."""
        found = self.read()
        made = found.get("type")
        medium = self._medium(made) if isinstance(made, str) else None
        if medium is not None and not next(iter(medium.formats.values())).startswith("image/"):
            raise InputError("NO_LAST_RENDER", f"The last render is of the type {made}, not an image.")
        local = found.get("localPath")
        if isinstance(local, str) and local and Path(local).is_file():
            return local
        urls = found.get("urls")
        if isinstance(urls, list) and urls and isinstance(urls[0], str):
            return urls[0]
        raise InputError("NO_LAST_RENDER", "The last render has no image that is still there.")

    def write(self, result: Result, now: datetime) -> None:
        """Keep a successful result; private, since URLs of results are as good as the results."""
        stamp = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields: Mapping[str, Any] = result.as_json()
        kept = {"timestamp": stamp, "type": fields.get("type")}
        for name, value in fields.items():
            if name in ("success", "type", "warnings", "cost"):
                continue
            if name == "urls":
                kept["projectId"] = result.project_ids[0] if result.project_ids else None
            kept[name] = value
        private_folder(self.path.parent)
        # For convenience only, and written by every run: not worth two waits for the disk.
        write_atomic(self.path, json.dumps(json_value(kept), indent=2, ensure_ascii=False) + "\n", durable=False)
