"""`log.jsonl`: what happened in a run, line by line; until it is complete, also the hashes of its chunks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivigsim.trials.store_files import WriteFailed

LOG = "log.jsonl"


@dataclass(frozen=True)
class Stored:
    """One file of a chunk as it was written.

    Attributes
    ----------
    path : str
        Within the run, with "/".
    rows : int
    sha256 : str
    """

    path: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Log:
    """The log of a run.

    Attributes
    ----------
    path : Path
    """

    path: Path

    def events(self, kind: str | None = None) -> Iterator[dict[str, Any]]:
        """Give the events in order, of one kind or all; a line that a kill cut off is passed over."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            with suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict) and kind in (None, event.get("event")):
                    yield event

    def chunks(self) -> dict[str, tuple[Stored, ...]]:
        """Return the files of each chunk that was written, by its job; the last writing counts."""
        return {
            event["job"]: tuple(Stored(**file) for file in event["files"]) for event in self.events("chunk")
        }

    def add(self, event: str, details: Mapping[str, Any]) -> None:
        """Add a line, on the disk when this returns.

        Raises
        ------
        WriteFailed
            With the log as it was before.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **details}, ensure_ascii=False) + "\n"
        try:
            with self.path.open("ab") as file:
                before = file.tell()
                try:
                    file.write(line.encode())
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), before)
                    raise
        except OSError as error:
            raise WriteFailed.of(self.path, error) from None

    def mend(self) -> None:
        """Cut off half a line that a kill left, so that the next line stands alone."""
        with suppress(FileNotFoundError), self.path.open("rb+") as file:
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)
