"""Which runs there are, how far each is, and whether its files are as they were written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ivigsim.errors import InputError
from ivigsim.trials.store import RunStore
from ivigsim.trials.store_files import sha256
from ivigsim.trials.store_lock import is_held
from ivigsim.trials.store_record import RECORD, SCENARIO


@dataclass(frozen=True)
class Summary:
    """A run in a line.

    Attributes
    ----------
    folder, title, created : str
        Created in UTC.
    state : str
        "complete", "running" or "stopped".
    chunks, stored : int
        All, and those that are stored.
    patients : int
        Of the complete run, in all arms and replicates.
    ivigsim : str
        Version.
    sha256 : str or None
        Of all files of a complete run.
    """

    folder: str
    title: str
    created: str
    state: str
    chunks: int
    stored: int
    patients: int
    ivigsim: str
    sha256: str | None


def find_runs(folder: Path) -> tuple[RunStore, ...]:
    """Return the runs in a folder, at any depth, the oldest first.

    Raises
    ------
    InputError
        When there is no such folder, or a run in it cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder '{folder}'; accepted: one that holds runs (nearest: 'runs')")
    found = []
    for place, folders, files in os.walk(folder):
        if RECORD in files:
            found.append(RunStore.open(Path(place)))
            folders.clear()  # a run holds no runs
        folders[:] = sorted(name for name in folders if not name.startswith("."))
    return tuple(sorted(found, key=lambda store: (store.record.created, str(store.path))))


def summary(store: RunStore) -> Summary:
    """Return a run in a line; its files are not looked at."""
    manifest, record = store.manifest, store.record
    state = "complete" if manifest else "running" if is_held(store.path) else "stopped"
    return Summary(
        folder=str(store.path),
        title=record.title,
        created=record.created,
        state=state,
        chunks=record.chunks,
        stored=len(manifest.chunks if manifest else store.stored),
        patients=record.patients,
        ivigsim=record.versions.get("ivigsim", "unknown"),
        sha256=manifest.sha256 if manifest else None,
    )


def faults(store: RunStore) -> tuple[str, ...]:
    """Read every stored byte and say what is not as it was written; empty when all is."""
    manifest = store.manifest
    files = [file for each in store.stored.values() for file in each]
    found = [fault for file in files if (fault := store.fault(file))]
    if manifest is not None and sha256(store.scenario.encode()) != manifest.scenario_sha256:
        found.append(f"'{SCENARIO}' is not as it was written")
    kinds = {file.path.split("/")[0] for file in files}
    own = {file.path for file in files}
    there = {
        path.relative_to(store.path).as_posix()
        for kind in kinds
        for path in store.path.glob(f"{kind}/*.parquet")
    }
    found += [
        f"'{name}' does not belong to the run, but '*.parquet' reads it" for name in sorted(there - own)
    ]
    return tuple(found)
