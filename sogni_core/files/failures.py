"""Operating-system errors as errors of this program."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from sogni_core.errors import ConfigError, InputError
from sogni_core.text import quote_path


@contextmanager
def translated(path: Path, private: bool) -> Iterator[None]:
    """Translate the errors of the system: OUTPUT_NOT_WRITABLE, or INVALID_STATE for private files."""
    try:
        yield
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        reason = (error.strerror if isinstance(error, OSError) else None) or "the path is not valid"
        cause = errno.errorcode.get(number, "") if number else "EINVAL"
        if not private:
            raise not_writable(path, reason[:1].lower() + reason[1:], cause) from error
        raise ConfigError(
            "INVALID_STATE",
            f"Cannot use {quote_path(path)}: {reason[:1].lower() + reason[1:]}.",
            details={"path": str(path), "cause": cause},
        ) from error


def not_writable(path: PurePath, reason: str, cause: str = "EINVAL", hint: str | None = None) -> InputError:
    """Return the error of an output path where no file can be written."""
    details = {"path": str(path), "cause": cause}
    return InputError("OUTPUT_NOT_WRITABLE", f"Cannot write {quote_path(path)}: {reason}.", hint=hint, details=details)
