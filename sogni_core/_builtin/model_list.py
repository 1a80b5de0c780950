"""The command ``models``."""

from __future__ import annotations

from typing import Any

from sogni_core._builtin.account import NetworkOption
from sogni_core._core_app import CoreApp
from sogni_core.errors import SogniError
from sogni_core.result import Report


async def models(app: CoreApp, network: NetworkOption = None) -> Report:
    """List models, with live worker counts where a network is reachable."""
    known = {model.id: model for model in app.registry.models()}
    warnings: list[str] = []
    live: dict[str, Any] = {}
    try:
        live = {model.id: model for model in await app.models(network)}
    except SogniError as error:
        if error.exit_code not in (5, 6):
            raise
        warnings.append(f"Could not fetch live worker counts: {error.message}")
    rows = []
    for model_id in [*known, *(name for name in live if name not in known)]:
        entry = app.registry.model(model_id)
        there = live.get(model_id)
        rows.append({
            "id": model_id,
            "media": (there.media if there is not None else "") or entry.media,
            "speed": entry.speed or None,
            "use": entry.use or (there.name if there is not None else None) or None,
            "seconds": entry.seconds,
            "defaults": dict(entry.defaults),
            "limits": {name: list(v) if isinstance(v, tuple) else v for name, v in entry.limits.items()},
            "workers": there.workers if there is not None else (0 if live else None),
        })
    return Report({"type": "models", "models": rows}, _table(rows, bool(live)), tuple(warnings))


def _table(rows: list[dict[str, Any]], live: bool) -> list[str]:
    width = max((len(row["id"]) for row in rows), default=0)
    lines = []
    for row in rows:
        workers = f"{row['workers']:>4} workers  " if live else ""
        said = ", ".join(part for part in (row["speed"], row["use"]) if part)
        lines.append(f"{row['id']:<{width}}  {row['media']:<5}  {workers}{said}".rstrip())
    return lines
