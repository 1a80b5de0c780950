"""Stop pydantic from searching for plugins.

When the first model is created, pydantic searches every installed distribution for plugins that change validation.
Bench ``ablation``: with the search, ``sogni image --help`` takes 9 ms more (of 300). It is also a matter of safety:
validated values decide what is paid for, so no other package should change validation.
"""

from __future__ import annotations

import os


def disable() -> None:
    """Stop the search, unless the environment configures it. Call it before pydantic is imported."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
