"""`manifest.json`: every file of a complete run with its hash, the same however the run came about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ivigsim.errors import InputError
from ivigsim.trials.store_log import Stored

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a complete run consists of.

    Attributes
    ----------
    scenario_sha256 : str
    versions : mapping of str to str
    chunks : mapping of str to tuple of Stored
        Files by the name of their job, in the order of the jobs.
    """

    scenario_sha256: str
    versions: Mapping[str, str]
    chunks: Mapping[str, tuple[Stored, ...]]

    @property
    def files(self) -> list[Stored]:
        """Every file, in the order of the jobs."""
        return [file for files in self.chunks.values() for file in files]

    @property
    def sha256(self) -> str:
        """SHA-256 of the whole run: over one line per file, as the program ``sha256sum`` prints it."""
        lines = [f"{self.scenario_sha256}  scenario.yaml"]
        lines += [f"{file.sha256}  {file.path}" for file in self.files]
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()

    def text(self) -> bytes:
        """Return it as the file holds it."""
        rows: dict[str, int] = {}
        for file in self.files:
            kind = file.path.split("/")[0]
            rows[kind] = rows.get(kind, 0) + file.rows
        content = {
            "sha256": self.sha256,
            "rows": rows,
            "versions": dict(self.versions),
            "scenario_sha256": self.scenario_sha256,
            "chunks": {name: [asdict(file) for file in files] for name, files in self.chunks.items()},
        }
        return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Read it from the folder of a run; None when the run is not complete.

        Raises
        ------
        InputError
            When it cannot be read, or is not as it was written.
        """
        path = folder / MANIFEST
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            chunks = {name: tuple(Stored(**f) for f in files) for name, files in content["chunks"].items()}
            found = cls(content["scenario_sha256"], content["versions"], chunks)
            whole = found.sha256 == content["sha256"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(
                f"'{path}' cannot be read ({error}); accepted: the file as it was written, or none (then the"
                " log of the run is read instead)"
            ) from None
        if not whole:
            raise InputError(
                f"'{path}' was altered: its total is not that of its files; accepted: the file as it was"
                " written, or none (then the log of the run is read instead)"
            )
        return found
