"""Files that appear whole or not at all, where results go, and private folders and locks.

A file is written next to its place and renamed into it, so that a reader, a crash or a full disk never
meets half of one. Operating-system errors leave this module translated: OUTPUT_NOT_WRITABLE for files
of the user, INVALID_STATE for files that the program keeps for itself.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath, PureWindowsPath
from typing import IO, TypeVar

from sogni_core.errors import ConfigError, InputError
from sogni_core.text import quote_path

PurePathT = TypeVar("PurePathT", bound=PurePath)

_CHUNK = 1 << 20

_LONGEST_NAME = 255
"""Bytes of one path component on the usual file systems; the neighbour's own additions have to fit too."""

_PORTS = (f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³")
_WINDOWS_DEVICES = frozenset(("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", *_PORTS))


class PartFile:
    """A file being written next to its final place; a context manager.

    ``with PartFile(path) as file: file.write(chunk); file.commit()``. Leaving the block without
    :meth:`commit`, for whatever reason, removes what was written. A symbolic link is written through.
    Every operating-system error becomes OUTPUT_NOT_WRITABLE, or INVALID_STATE if ``private``.
    """

    def __init__(self, path: str | os.PathLike[str], *, private: bool = False, durable: bool = True) -> None:
        """``private``: the file ends with mode 0600. Otherwise with the mode of the file it replaces, or by umask.

        ``durable``: it outlives a power cut, for which the disk is waited for, from when :meth:`commit` returns.
        """
        self.path = Path(path)
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
        with _translated(self.path, self._private):
            self._target = Path(os.path.realpath(self.path))
            mode, kept = _mode_for(self._target, self._private)
            self._part, descriptor = _create_beside(self._target, mode)
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
        with _translated(self.path, self._private):
            self._stream.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def finish(self) -> Path:
        """End writing and return where the bytes are until :meth:`commit`, so that they can be checked first."""
        if self._part is None:
            raise ValueError("the file is not open")
        if self._stream is not None:
            with _translated(self.path, self._private):
                self._stream.flush()
                if self._durable:
                    os.fsync(self._stream.fileno())
                self._stream.close()
            self._stream = None
        return self._part

    def reread(self) -> None:
        """Take size and digest from the file that :meth:`finish` returned, which somebody else changed since."""
        part = self.finish()
        digest, size = hashlib.sha256(), 0
        with _translated(self.path, self._private), part.open("rb+") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
            if self._durable:
                os.fsync(stream.fileno())
        self._hash, self.size = digest, size

    def commit(self) -> None:
        """Put the file into its place, in one step; what was there before is gone."""
        part = self.finish()
        with _translated(self.path, self._private):
            _replace(part, self._target)
            self.committed = True
            self._part = None
            if self._durable:
                _sync_folder(self._target.parent)

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
            with _translated(file.path, private=True):
                part.chmod(mode)
        file.commit()


def absolute(path: str | os.PathLike[str]) -> Path:
    """Return a path as a person means it: ``~`` expanded, relative to the current folder."""
    return Path(os.path.expanduser(path)).absolute()  # noqa: PTH111 - must not raise for an unknown user


def numbered(path: PurePathT, count: int) -> list[PurePathT]:
    """Return where ``count`` outputs go: ``[path]`` for one, else ``name-1.png``, ``name-2.png``, …"""
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{place}{path.suffix}") for place in range(1, count + 1)]


def prepare_output(path: str | os.PathLike[str]) -> Path:
    """Make sure that a file can be written at ``path``, and return it absolute, ``~`` expanded.

    Missing parent folders are made and a file is created next to the place and removed again, since
    nothing less says for certain that it will work. Raises OUTPUT_NOT_WRITABLE.
    """
    given = Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises for an unknown user
    reason = refusal(given)
    if reason:
        raise _not_writable(given, reason)
    with _translated(given, private=False):
        absolute = given.absolute()
        target = Path(os.path.realpath(absolute))
        target.parent.mkdir(parents=True, exist_ok=True)
        _mode_for(target, private=False)
        part, descriptor = _create_beside(target, 0o600)
        try:
            os.close(descriptor)
        finally:
            part.unlink()
    return absolute


def refusal(path: PurePath) -> str | None:
    """Return why no file can have this path on its system, None if nothing is known against it."""
    if not path.name:
        return "it names a folder"
    if "\0" in str(path):
        return "it contains a NUL character"
    if any("\ud800" <= char <= "\udfff" for char in str(path)):
        return "it is not text"  # bytes of another encoding: neither the journal nor JSON can hold them
    if isinstance(path, PureWindowsPath):
        for part in path.parts[1 if path.anchor else 0 :]:
            if part.partition(".")[0].rstrip().upper() in _WINDOWS_DEVICES:
                return f"{part} is the name of a device on Windows"
            if part not in {".", ".."} and part.endswith((" ", ".")):
                return "Windows drops blanks and dots at the end of a name"
            if any(char in '<>:"|?*' or char < " " for char in part):
                return 'Windows allows none of < > : " | ? * in a name'
    return None


def private_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder for this user alone (mode 0700) with its parents, and return it.

    A folder that is already there keeps its mode: it may be one that the user chose and shares.
    Raises INVALID_STATE.
    """
    folder = Path(path)
    with _translated(folder, private=True):
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def locked(path: str | os.PathLike[str], seconds: float = 10.0) -> Iterator[None]:
    """Hold the lock file ``path`` against other processes; the system frees it if this one dies.

    Raises INVALID_STATE if it cannot be had within ``seconds``.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=seconds, mode=0o600)
    with _translated(Path(path), private=True):
        try:
            lock.acquire()
        except Timeout:
            raise ConfigError(
                "INVALID_STATE",
                f"Another process has held {quote_path(path)} for {seconds:g} seconds.",
                hint="Wait for other sogni commands to end.",
                details={"path": str(path)},
            ) from None
    try:
        yield
    finally:
        lock.release()


def _create_beside(target: Path, mode: int) -> tuple[Path, int]:
    """Create a new file in the folder of ``target``; returns its path and descriptor."""
    if len(os.fsencode(target.name)) > _LONGEST_NAME:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    part = target.with_name(f".{target.name[:40]}.{os.urandom(6).hex()}.part")
    return part, os.open(part, flags, mode)


def _mode_for(target: Path, private: bool) -> tuple[int, int | None]:
    """Return the mode to create a file with, and the mode of the file it replaces if that is to be kept."""
    try:
        found = target.stat()
    except FileNotFoundError:
        # The system applies the umask to a new file; asking for the umask would change it for all threads.
        return (0o600 if private else 0o666), None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "Not a regular file")
    if not os.access(target, os.W_OK):
        # A rename would replace a write-protected file without asking.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return 0o600, None if private else stat.S_IMODE(found.st_mode) & 0o777


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


@contextmanager
def _translated(path: Path, private: bool) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        reason = (error.strerror if isinstance(error, OSError) else None) or "the path is not valid"
        cause = errno.errorcode.get(number, "") if number else "EINVAL"
        if not private:
            raise _not_writable(path, reason[:1].lower() + reason[1:], cause) from error
        raise ConfigError(
            "INVALID_STATE",
            f"Cannot use {quote_path(path)}: {reason[:1].lower() + reason[1:]}.",
            details={"path": str(path), "cause": cause},
        ) from error


def _not_writable(path: PurePath, reason: str, cause: str = "EINVAL") -> InputError:
    details = {"path": str(path), "cause": cause}
    return InputError("OUTPUT_NOT_WRITABLE", f"Cannot write {quote_path(path)}: {reason}.", details=details)
