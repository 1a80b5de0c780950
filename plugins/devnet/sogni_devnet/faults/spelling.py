"""The text form of faults: ``withheld``, ``http_503 times=3 path=/v1/account/*``, ``drop_queued code=4010``."""

from __future__ import annotations

from typing import Any


def parse(text: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the options of a fault; ``times=all`` means every time. Raises :class:`ValueError`."""
    name, *words = text.split() or [""]
    options: dict[str, Any] = {}
    for word in words:
        option, mark, value = word.partition("=")
        if not mark:
            raise ValueError(f"{word!r} in fault {name!r} is not of the form option=value")
        options[option] = _value(option, value)
    return name, options


def _value(option: str, text: str) -> Any:
    if option == "times" and text == "all":
        return None
    if text in {"true", "false"}:
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
