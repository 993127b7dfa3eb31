"""Files written whole or not at all, and their hashes."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".tmp"  # no reader's "*.parquet" finds it


class WriteFailed(OSError):
    """A file of a run could not be written; what was there before is untouched.

    Examples
    --------
    >>> import errno
    >>> str(WriteFailed(errno.ENOSPC, "No space left on device", "runs/x/run.json"))
    "cannot write 'runs/x/run.json' (No space left on device)"
    """

    def __str__(self) -> str:
        """Return it in words."""
        return f"cannot write '{self.filename}' ({self.strerror})"

    @classmethod
    def of(cls, path: Path, error: OSError) -> WriteFailed:
        """Name the file that an error was about."""
        return cls(error.errno, error.strerror or str(error), str(path))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, also when the power fails.

    Raises
    ------
    WriteFailed
        With the name of the file; an earlier one of that name is as it was.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise WriteFailed.of(path, error) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal digits.

    Examples
    --------
    >>> sha256(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str | None:
    """Return the SHA-256 of a file, None when there is none or it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
