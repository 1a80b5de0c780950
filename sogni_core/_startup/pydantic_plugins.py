"""Plugins of pydantic, which change how models are validated.

Unless told otherwise, pydantic looks through every installed distribution for them when the first model is created.
"""

from __future__ import annotations

import os


def disable() -> None:
    """Keep pydantic from loading plugins, unless the environment asks for some. Call it before pydantic is imported.

    It is also a matter of safety: validated values decide what is paid for, so no other package should change them.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
