"""One writer per run: a lock that goes away with the process that holds it."""

from __future__ import annotations

import errno
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ivigsim.errors import InputError

LOCK = ".lock"
_NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK}


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Be the only process that writes into a run.

    The operating system holds the lock and drops it when the process ends, however it ends; a file that a
    dead process left is taken over.

    Raises
    ------
    InputError
        When another process writes there now.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with only_writer(Path(name)):
    ...         print(is_held(Path(name)))
    ...     print(is_held(Path(name)))
    True
    False
    """
    path = folder / LOCK
    handle = _taken(path)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()  # Windows keeps a file that is open; it does no harm
        os.close(handle)


def is_held(folder: Path) -> bool:
    """Say whether a process writes into a run now."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(handle)
    finally:
        os.close(handle)


def _taken(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _lock(handle):
            os.close(handle)
            raise InputError(
                f"another process{_holder(path)} writes into '{path.parent}'; accepted: to wait for its end,"
                " or another folder"
            )
        if _is_at(handle, path):
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
            return handle
        os.close(handle)  # its holder removed it between our two steps


def _is_at(handle: int, path: Path) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False


def _lock(handle: int) -> bool:
    """Try to take the lock; a disk without locks is told of and trusted."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            return False
        warnings.warn("this disk has no locks; see to it that one process writes the run", stacklevel=4)
    return True


def _holder(path: Path) -> str:
    """Return the number of the process that holds the lock, as far as it can be read."""
    with suppress(OSError, UnicodeError):
        number = path.read_text(encoding="ascii").strip()
        return f" ({number})" if number.isdigit() else ""
    return ""
