"""The presigned file store: uploads and results, in a folder that is deleted with the server.

The signature of a URL covers one method, one file, one content type, and the time of expiry.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from sogni_devnet.content_type import HEAD, content_type

FREE_TYPE = "*"
"""In a signature: the upload was announced without a content type, as by clients before 5.1."""


@dataclass(frozen=True)
class StoredFile:
    """One complete file."""

    id: str
    owner: str
    """Wallet address."""
    project: str
    slot: str
    """Slot of an upload; ``complete`` or ``preview`` for a result."""
    job: str | None
    """``imgID`` of a result; None for an upload."""
    path: Path
    size: int
    """Bytes."""
    content_type: str | None
    """Type that was announced with the upload, or created by the worker."""
    sniffed: str | None
    """Type by its first bytes."""


@dataclass(frozen=True)
class _Promise:
    owner: str
    project: str
    slot: str
    content_type: str | None


class Storage:
    """Complete files by (project, slot) and (project, job, slot)."""

    def __init__(self, url_seconds: int, clock: Callable[[], float]) -> None:
        self.base_url = ""
        self._folder = tempfile.TemporaryDirectory(prefix="sogni-devnet-", ignore_cleanup_errors=True)
        self._url_seconds = url_seconds
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._promises: dict[str, _Promise] = {}
        self._files: dict[tuple[str, str | None, str], StoredFile] = {}
        self._by_id: dict[str, StoredFile] = {}

    def __iter__(self) -> Iterator[StoredFile]:
        return iter(list(self._files.values()))

    def close(self) -> None:
        """Delete everything."""
        self._folder.cleanup()

    def upload_url(self, owner: str, project: str, slot: str, mime: str | None) -> str:
        """Return a URL for one PUT of this type; any type if ``mime`` is None."""
        file_id = secrets.token_hex(16)
        self._promises[file_id] = _Promise(owner, project, slot, mime)
        return self._presign("upload", file_id, mime or FREE_TYPE)

    def download_url(self, file: StoredFile) -> str:
        """Return a URL to download this file."""
        return self._presign("result", file.id, FREE_TYPE)

    def announced(self, file_id: str) -> str | None:
        """Return the announced content type of an upload."""
        return self._promises[file_id].content_type

    def checks(self, action: str, file_id: str, expires: str, signature: str) -> str | None:
        """Return why this URL is not valid; None if it is valid."""
        if file_id not in self._promises and file_id not in self._by_id:
            return "NoSuchKey"
        mime = self._promises[file_id].content_type if action == "upload" and file_id in self._promises else None
        if not hmac.compare_digest(signature.encode(), self._signature(action, file_id, expires, mime).encode()):
            return "SignatureDoesNotMatch"
        return "AccessDenied: Request has expired" if int(expires) <= self._clock() else None

    def part(self, file_id: str) -> Path:
        """Return a new path for an upload, which counts only when ``finish`` is called."""
        return Path(self._folder.name) / f"{file_id}-{secrets.token_hex(4)}"

    def finish(self, file_id: str, part: Path, size: int, head: bytes) -> StoredFile:
        """Add a complete upload. A second one for the same slot replaces the first."""
        promise = self._promises[file_id]
        file = StoredFile(
            file_id, promise.owner, promise.project, promise.slot, None, part, size, promise.content_type,
            content_type(head),
        )  # fmt: skip
        return self._keep(file)

    def add_result(self, owner: str, project: str, job: str, slot: str, data: bytes, mime: str) -> StoredFile:
        """Store the bytes of a result. It writes a file, so call it in another thread than the event loop."""
        path = self.part(secrets.token_hex(16))
        path.write_bytes(data)
        return self.adopt_result(owner, project, job, slot, path, mime)

    def adopt_result(self, owner: str, project: str, job: str, slot: str, path: Path, mime: str) -> StoredFile:
        """Add a file that a worker wrote to a path of ``part``. It reads the file, so call it in another thread."""
        with path.open("rb") as file:
            head = file.read(HEAD)
        size = path.stat().st_size
        return self._keep(
            StoredFile(secrets.token_hex(16), owner, project, slot, job, path, size, mime, content_type(head))
        )

    def lose(self, file_id: str) -> None:
        """Remove a file by the id in its URL."""
        file = self._by_id.pop(file_id, None)
        if file is not None:
            del self._files[file.project, file.job, file.slot]

    def upload(self, project: str, slot: str) -> StoredFile | None:
        """Return the upload of a slot."""
        return self._files.get((project, None, slot))

    def result(self, project: str, job: str, slot: str = "complete") -> StoredFile | None:
        """Return the result or the preview of a job."""
        return self._files.get((project, job, slot))

    def by_id(self, file_id: str) -> StoredFile | None:
        """Return a file by the id in its URL."""
        return self._by_id.get(file_id)

    def _keep(self, file: StoredFile) -> StoredFile:
        self._files[file.project, file.job, file.slot] = file
        self._by_id[file.id] = file
        return file

    def _presign(self, action: str, file_id: str, mime: str) -> str:
        expires = str(int(self._clock() + self._url_seconds))
        query = {
            "X-Amz-Expires": str(self._url_seconds),
            "X-Amz-Until": expires,
            "X-Amz-Signature": self._signature(action, file_id, expires, mime),
        }
        return f"{self.base_url}/files/{action}/{file_id}?{urlencode(query)}"

    def _signature(self, action: str, file_id: str, expires: str, mime: str | None) -> str:
        message = "\n".join((action, file_id, expires, mime or FREE_TYPE))
        return hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest()
