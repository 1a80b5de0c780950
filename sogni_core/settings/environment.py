"""The environment as a layer: ``SOGNI_VIDEO__FPS=24`` is ``video.fps``.

``__`` separates parts, which are lower-cased. The items of a list may be separated by commas; a list or a table may be
JSON: ``SOGNI_IMAGE__MODEL_DEFAULTS='{"flux1-schnell-fp8": {"steps": 4}}'``. An empty variable counts as unset.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sogni_core.settings.keys import PREFIX
from sogni_core.settings.layers import Entry, SettingProblem

NOT_SETTINGS: Mapping[str, str] = {
    "SOGNI_API_KEY": "API key of the account.",
    "SOGNI_CACHE_DIR": "Folder for what can be fetched again.",
    "SOGNI_CONFIG_DIR": "Folder of credentials, config.toml and last-render.json.",
    "SOGNI_DEBUG": "1: show where an error happened.",
    "SOGNI_FFMPEG": "The ffmpeg program, for plugins that need one.",
    "SOGNI_IDEMPOTENCY_KEY": "Idempotency key of the call; the option --idempotency-key is stronger.",
    "SOGNI_PASSWORD": "Password of the account.",
    "SOGNI_PLUGINS": "Names of the plugins to load, separated by commas; -NAME for all but NAME; empty for none.",
    "SOGNI_PLUGIN_PATH": "Plugin files, and folders with plugin files, to load.",
    "SOGNI_PROFILE": "Name of the profile: an account with its own settings.",
    "SOGNI_STATE_DIR": "Folder of the journal, login tokens and runs.",
    "SOGNI_USERNAME": "User name of the account.",
}
"""Variables that are not settings, and what each is."""


class Environment:
    """The ``SOGNI_*`` variables."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {
            name: value
            for name, value in environ.items()
            if name.upper().startswith(PREFIX) and value and name.upper() not in NOT_SETTINGS
        }

    def entries(self, section: str, sections: Collection[str]) -> Iterator[Entry]:
        """Return the entries of a section."""
        spelled = {name.lower().replace("-", "_"): name for name in sections if name}
        for variable, text in sorted(self._environ.items()):
            parts = tuple(variable[len(PREFIX) :].lower().split("__"))
            owner = spelled.get(parts[0], "") if len(parts) > 1 else ""
            if owner == section:
                path = parts[1:] if owner else parts
                yield Entry(path, text, f"environment {variable}", text=True, foreign=not owner)

    def problems(self, sections: Collection[str]) -> Iterator[SettingProblem]:
        """Return nothing: the environment can always be read, and unknown names are found per section."""
        yield from ()
