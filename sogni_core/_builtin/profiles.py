"""Commands about whose account pays: list profiles, show the account in use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sogni_core.app import App
from sogni_core.errors import AuthError
from sogni_core.result import Report
from sogni_core.settings import Settings
from sogni_core.settings.credentials import ONLY_FILE, ORDER, Credentials, read
from sogni_core.settings.profiles import profile_names, require_profile


def profiles(app: App) -> Report:
    """List the profiles and the account of each. The star marks the one in use."""
    current, rows = app.settings.paths, []
    for name in ("", *profile_names(current)):
        paths = replace(current, profile=name)
        place = Settings(app.settings.sections, paths=paths, environ=app.environ).located
        found = read(place, app.environ, ONLY_FILE if name else ORDER).credentials
        rows.append({"name": name or None, "current": name == current.profile, **_account(found)})
    width = max(len(row["name"] or _NONE) for row in rows)
    text = [f"{'*' if row['current'] else ' '} {row['name'] or _NONE:<{width}}  {_said(row)}" for row in rows]
    return Report({"type": "profiles", "profiles": rows}, text)


def whoami(app: App) -> Report:
    """Show whose account pays, and where its credentials come from. Nothing is sent."""
    paths = app.paths
    require_profile(paths)
    found = read(paths, app.environ, ONLY_FILE if paths.profile else ORDER)
    if found.error is not None:
        raise found.error
    if found.credentials is None:
        raise AuthError("MISSING_CREDENTIALS", "No Sogni credentials found.", details={"profile": paths.profile})
    row = {"profile": paths.profile or None, **_account(found.credentials)}
    settings = {name: app.settings.value(name).value for name in ("network", "token_type")}
    text = [
        _said(row),
        f"profile: {row['profile'] or _NONE}",
        f"network: {settings['network']}, paid in {settings['token_type']}",
    ]
    fields = {"type": "whoami", **row, "network": settings["network"], "tokenType": settings["token_type"]}
    return Report(fields, text, found.warnings)


_NONE = "(none)"
"""Shown where no profile is chosen."""


def _account(credentials: Credentials | None) -> dict[str, Any]:
    """Return what may be shown of an account: never a secret."""
    if credentials is None:
        return {"account": None, "kind": None, "credentials": None}
    kind = "api-key" if credentials.api_key else "password"
    return {"account": credentials.username or None, "kind": kind, "credentials": credentials.origin}


def _said(row: dict[str, Any]) -> str:
    if row["kind"] is None:
        return "no credentials"
    who = "an API key" if row["kind"] == "api-key" else row["account"]
    return f"{who}, from {row['credentials']}"
