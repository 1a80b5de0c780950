"""Reads a reference file of the user: whether it exists, what it is, and how large."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import replace
from pathlib import Path

from sogni_core.errors import InputError
from sogni_core.media.container import READABLE, read_container
from sogni_core.media.image import measure
from sogni_core.media.kind import HEAD, content_type
from sogni_core.project import Asset
from sogni_core.text import quote_path

_CHUNK = 1 << 20
_ARTICLES = {"image": "an", "audio": "an"}


def read_asset(asset: Asset, *, kind: str = "image", digest: bool | None = None) -> Asset:
    """Return ``asset`` with absolute path, content type, size, SHA-256, and the measures of its kind.

    These are width and height for an image; width, height and seconds for MP4 and QuickTime. The file is ``asset.path``
    if it was fetched, else ``asset.source`` with ``~`` expanded. ``kind``: ``image``, ``audio`` or ``video``.
    ``digest``: whether to compute the SHA-256; None computes it for images only, since reading a whole film takes about
    as long as sending it to a near server. Raises MISSING_FILE for a file that cannot be read (missing, a folder, a
    pipe or device, no permission), and UNSUPPORTED_MEDIA for one that is empty, of another kind, damaged, or cut short.
    """
    path = asset.path or Path(os.path.expanduser(asset.source))  # noqa: PTH111 - must not raise for an unknown user
    try:
        # Checked before it is opened: opening a pipe would wait until somebody writes into it.
        _regular(path.stat().st_mode)
        path = path.absolute()
        head, size, sha256 = _hashed(path) if digest or (digest is None and kind == "image") else _read_head(path)
        found = content_type(head)
        width, height, seconds = 0, 0, 0.0
        if found in READABLE and kind != "image":
            # Files with sound alone often have the brand of a video.
            found, width, height, seconds, *_ = read_container(path)
        if size == 0 or found.partition("/")[0] != kind:
            raise _unsupported(path, kind, found, size)
        if kind == "image":
            width, height = measure(path)[1:]
    except (OSError, ValueError) as error:
        # A path with a NUL character, or one that the system cannot encode, raises ValueError.
        raise _missing(path, error) from error
    return replace(
        asset, path=path, content_type=found, size=size, width=width, height=height, seconds=seconds, sha256=sha256
    )


def _hashed(path: Path) -> tuple[bytes, int, str]:
    """Return the first bytes of a file, its size and its SHA-256; memory does not grow with the file."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb", buffering=0) as stream:
        _regular(os.fstat(stream.fileno()).st_mode)
        head = b""
        while chunk := stream.read(_CHUNK):
            if len(head) < HEAD:
                head += chunk[: HEAD - len(head)]
            digest.update(chunk)
            size += len(chunk)
    return head, size, digest.hexdigest()


def _read_head(path: Path) -> tuple[bytes, int, str]:
    """Return the first bytes of a file, its size, and no digest."""
    with path.open("rb", buffering=0) as stream:
        found = os.fstat(stream.fileno())
        _regular(found.st_mode)
        return stream.read(HEAD), found.st_size, ""


def _regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "Not a regular file")


def _missing(path: Path, error: OSError | ValueError) -> InputError:
    number = error.errno if isinstance(error, OSError) else None
    name = errno.errorcode.get(number or errno.EINVAL, "EIO")
    reason = (error.strerror if isinstance(error, OSError) else None) or "Not a valid path"
    return InputError(
        "MISSING_FILE",
        f"Failed to read media file: {quote_path(path)}",
        details={"path": str(path), "cause": f"{name}: {reason}"},
    )


def _unsupported(path: Path, kind: str, found: str, size: int) -> InputError:
    reason = (
        "it is empty"
        if size == 0
        else f"it is {found}"
        if found
        else f"it is not {_ARTICLES.get(kind, 'a')} {kind} file"
    )
    hint = None if kind == "image" else f"Use {_ARTICLES.get(kind, 'a')} {kind} file."
    return InputError(
        "UNSUPPORTED_MEDIA",
        f"Cannot use {quote_path(path)} as {kind}: {reason}.",
        hint=hint,
        details={"path": str(path), "contentType": found or None},
    )
