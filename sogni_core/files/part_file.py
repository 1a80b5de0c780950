"""A file that is written beside its place and moved into it."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from sogni_core.errors import InputError
from sogni_core.files.failures import not_writable, translated
from sogni_core.frozen import frozen

_CHUNK = 1 << 20

_LONGEST_NAME = 255
"""Bytes of one path component on the usual file systems; the neighbour's own additions have to fit too."""

_DEVICES = ("/dev", "/dev/fd", "/dev/pts")
"""Folders of devices, and of links to what a process has open, such as ``/dev/stdout``. ``/proc`` has such links too;
``/dev/shm`` holds files.
"""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS, errno.EXDEV}
"""How file systems without hard links refuse one."""


@frozen
class Place:
    """Where a file goes, and whether it may replace one. Usable wherever a path is."""

    path: Path
    replace: bool = True
    """Whether it may replace another file. If not, and there is one in the end, it gets a numbered name instead."""
    tag: str = ""
    """Letters and digits in the name of the unfinished file, by which :func:`remove_parts` finds it."""

    def __fspath__(self) -> str:
        """Return the path."""
        return str(self.path)


class PartFile:
    """A file being written beside its final place; a context manager.

    ``with PartFile(path) as file: file.write(chunk); file.commit()``. Leaving the block without
    :meth:`commit`, for whatever reason, removes what was written. A symbolic link is written through.
    Every operating-system error becomes OUTPUT_NOT_WRITABLE, or INVALID_STATE if ``private``.
    """

    def __init__(self, path: str | os.PathLike[str], *, private: bool = False, durable: bool = True) -> None:
        """``private``: the file ends with mode 0600. Otherwise with the mode of the file it replaces, or by umask.

        ``path``: with a :class:`Place`, no other file is replaced unless the place says so. ``durable``: it outlives a
        power cut, for which the disk is waited for, from when :meth:`commit` returns.
        """
        self._place = path if isinstance(path, Place) else Place(Path(path))
        self.path = self._place.path
        """Where the file goes; after :meth:`commit`, where it is."""
        self.size = 0
        """Bytes written so far."""
        self.committed = False
        self._private = private
        self._durable = durable
        self._hash = hashlib.sha256()
        self._target = self.path
        self._part: Path | None = None
        self._stream: IO[bytes] | None = None

    @property
    def sha256(self) -> str:
        """Hex digest of what was written so far."""
        return self._hash.hexdigest()

    def __enter__(self) -> PartFile:
        with translated(self.path, self._private):
            self._target = target_of(self.path)
            mode, kept = mode_for(self._target, self._private) if self._place.replace else (0o666, None)
            self._part, descriptor = create_beside(self._target, mode, self._place.tag)
            try:
                self._stream = os.fdopen(descriptor, "wb")
                if kept is not None:
                    self._part.chmod(kept)
            except BaseException:
                os.close(descriptor) if self._stream is None else self._stream.close()
                self._part.unlink(missing_ok=True)
                raise
        return self

    def write(self, chunk: bytes | bytearray | memoryview) -> None:
        """Append bytes."""
        if self._stream is None:
            raise ValueError("the file is not open")
        with translated(self.path, self._private):
            self._stream.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def finish(self) -> Path:
        """End writing and return where the bytes are until :meth:`commit`, so that they can be checked first."""
        if self._part is None:
            raise ValueError("the file is not open")
        if self._stream is not None:
            with translated(self.path, self._private):
                self._stream.flush()
                if self._durable:
                    os.fsync(self._stream.fileno())
                self._stream.close()
            self._stream = None
        return self._part

    def reread(self) -> None:
        """Take size and digest from the file that :meth:`finish` returned, which somebody else changed since."""
        part = self.finish()
        with translated(self.path, self._private), part.open("rb+") as stream:
            self._hash, self.size = _digest(stream)
            if self._durable:
                os.fsync(stream.fileno())

    def commit(self) -> Path:
        """Put the file into its place, in one step, and return the path, which is another one if that was taken.

        A place that may be replaced, and a file with the same bytes: what was there before is gone.
        """
        part = self.finish()
        with translated(self.path, self._private):
            if self._place.replace:
                _replace(part, self._target)
            else:
                self._commit_beside_others(part)
            self.committed = True
            self._part = None
            if self._durable:
                _sync_folder(self._target.parent)
        return self.path

    def _commit_beside_others(self, part: Path) -> None:
        first, number = self.path, 1
        while not _appear(part, self._target):
            if self._has_same_bytes(part):
                _replace(part, self._target)
                return
            number += 1
            self.path = first.with_name(f"{first.stem}-{number}{first.suffix}")
            self._target = target_of(self.path)

    def _has_same_bytes(self, part: Path) -> bool:
        try:
            if self._target.stat().st_size != part.stat().st_size:
                return False
            with self._target.open("rb") as there, part.open("rb") as here:
                return _digest(there)[0].digest() == _digest(here)[0].digest()
        except OSError:
            return False

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            # Closing flushes, which may fail on a full disk; what counts here is the error already on its way.
            with suppress(OSError):
                self._stream.close()
            self._stream = None
        if self._part is not None:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)
            self._part = None


def write_atomic(
    path: str | os.PathLike[str], data: bytes | str, mode: int | None = 0o600, *, durable: bool = True
) -> None:
    """Write a whole file in one step; text as UTF-8 with the line breaks it has.

    ``mode`` None is for files of the user: umask decides, or the file that is replaced. Raises
    INVALID_STATE, or OUTPUT_NOT_WRITABLE if ``mode`` is None; the old file is then untouched. ``durable`` as for
    :class:`PartFile`.
    """
    with PartFile(path, private=mode is not None, durable=durable) as file:
        file.write(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
        part = file.finish()
        if mode is not None and mode != 0o600:
            with translated(file.path, private=True):
                part.chmod(mode)
        file.commit()


def remove_parts(folder: str | os.PathLike[str], tag: str) -> list[Path]:
    """Remove the unfinished files with a tag in a folder, which a killed process left there; return them.

    Call it only if whoever had the tag has ended. A folder that is gone or cannot be read has none.
    """
    if not tag.isalnum():
        return []
    left, removed = re.compile(rf"\..*\.{tag}-[0-9a-f]{{12}}\.part(\.copy)?"), []
    with suppress(OSError):
        for part in [Path(entry) for entry in os.scandir(folder) if left.fullmatch(entry.name)]:
            with suppress(OSError):
                part.unlink()
                removed.append(part)
    return removed


def target_of(path: Path) -> Path:
    """Return the file that is written for a path: what a link points to. Raises OUTPUT_NOT_WRITABLE for a device."""
    if os.name == "posix":
        step = path.absolute()
        for _ in range(40):
            folder = os.path.realpath(step.parent)
            if folder in _DEVICES or folder.startswith("/proc/"):
                raise _is_device(path)
            if not step.is_symlink():
                break
            step = Path(folder, step.readlink())
    return Path(os.path.realpath(path))


def create_beside(target: Path, mode: int, tag: str = "") -> tuple[Path, int]:
    """Create a new file in the folder of ``target``; returns its path and descriptor."""
    if len(os.fsencode(target.name)) > _LONGEST_NAME:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    token = f"{tag}-{os.urandom(6).hex()}" if tag else os.urandom(6).hex()
    part = target.with_name(f".{target.name[:40]}.{token}.part")
    return part, os.open(part, flags, mode)


def mode_for(target: Path, private: bool) -> tuple[int, int | None]:
    """Return the mode to create a file with, and the mode of the file it replaces if that is to be kept."""
    try:
        found = target.stat()
    except FileNotFoundError:
        # The system applies the umask to a new file; asking for the umask would change it for all threads.
        return (0o600 if private else 0o666), None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise _is_device(target)
    if not os.access(target, os.W_OK):
        # A rename would replace a write-protected file without asking.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return 0o600, None if private else stat.S_IMODE(found.st_mode) & 0o777


def _is_device(path: Path) -> InputError:
    hint = "Use -o - to write to standard output, or choose another path."
    return not_writable(path, "it is a device or a pipe, not a file", hint=hint)


def _digest(stream: IO[bytes]) -> tuple[hashlib._Hash, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest, size


def _appear(part: Path, target: Path) -> bool:
    """Put a file into a place where there is none, in one step; False if there is one."""
    try:
        if os.name == "nt":
            part.rename(target)  # refuses there what is a silent replacement elsewhere
            return True
        os.link(part, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _appear_without_links(part, target)
    part.unlink()
    return True


def _appear_without_links(part: Path, target: Path) -> bool:
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    _replace(part, target)
    return True


def _replace(part: Path, target: Path) -> None:
    # Windows refuses while another program, often a virus scanner, has the target open for a moment.
    for _ in range(20 if os.name == "nt" else 0):
        try:
            part.replace(target)
        except PermissionError:
            time.sleep(0.025)
        else:
            return
    part.replace(target)


def _sync_folder(folder: Path) -> None:
    # Without this a power cut can undo the rename. Where it cannot be done (Windows, some network file systems,
    # a folder that may be written but not read) the file itself is in place and safe all the same.
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
