"""`run.json`: what a run is of, what it is cut into and what it is made with."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivigsim.errors import InputError
from ivigsim.trials.jobs import Job
from ivigsim.trials.store_files import sha256
from ivigsim.trials.store_versions import versions

RECORD = "run.json"
SCENARIO = "scenario.yaml"
FORMAT = 1


@dataclass(frozen=True)
class Record:
    """What `run.json` holds.

    Attributes
    ----------
    title : str
    created : str
        Time in UTC.
    chunks, patients : int
        How many in all; patients count once per arm and replicate.
    cut : str
        SHA-256 of the names and sizes of the chunks, in order.
    inputs : mapping of str to str
        SHA-256 of other files that the scenario names, as populations.
    versions : mapping of str to str
        See `store_versions.versions`.
    python : str
        Version, for the record; it does not change the bytes.
    """

    title: str
    created: str
    chunks: int
    patients: int
    cut: str
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    python: str
    format: int = FORMAT

    @classmethod
    def new(cls, title: str, jobs: Sequence[Job], inputs: Mapping[str, str]) -> Record:
        """Describe a run that begins now."""
        return cls(
            title=title,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            chunks=len(jobs),
            patients=sum(job.count for job in jobs),
            cut=cut(jobs),
            inputs=dict(inputs),
            versions=versions(),
            python=platform.python_version(),
        )

    @classmethod
    def read(cls, folder: Path) -> Record:
        """Read it from the folder of a run.

        Raises
        ------
        InputError
            When there is none, or one that this version cannot read.
        """
        accepted = "accepted: a folder that `ivigsim trial` made"
        try:
            content: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            if content["format"] != FORMAT:
                raise InputError(
                    f"'{folder}' is a run of format {content['format']}; accepted: format {FORMAT}"
                )
            return cls(**content)
        except OSError as error:
            raise InputError(
                f"'{folder}' is no stored run ({error.strerror}: {RECORD}); {accepted}"
            ) from None
        except (ValueError, TypeError, KeyError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"'{folder / RECORD}' cannot be read ({error}); {accepted}") from None

    def text(self) -> bytes:
        """Return it as the file holds it."""
        return (json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n").encode()


def cut(jobs: Sequence[Job]) -> str:
    """Return the SHA-256 of how a trial is cut into chunks.

    Examples
    --------
    >>> cut([Job(0, 0, 0, 10)]) == cut([Job(0, 0, 0, 5), Job(0, 0, 5, 5)])
    False
    """
    return sha256("".join(f"{job.name} {job.count}\n" for job in jobs).encode())
