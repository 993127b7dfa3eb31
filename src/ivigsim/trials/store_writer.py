"""What writes chunks into a run, and at the end its manifest."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivigsim.trials.jobs import Job
from ivigsim.trials.store import BrokenChunk, RunStore
from ivigsim.trials.store_files import sha256, write_whole
from ivigsim.trials.store_manifest import MANIFEST, Manifest

if TYPE_CHECKING:
    from ivigsim.trials.store_parquet import Packed


@dataclass(frozen=True)
class RunWriter:
    """Writes chunks into a run while it holds the lock; see `RunStore.writing`.

    Attributes
    ----------
    store : RunStore
    """

    store: RunStore

    def write(self, job: Job, tables: Mapping[str, Packed], **details: float | str) -> None:
        """Store the tables of a job: the files whole, then a line in the log.

        Parameters
        ----------
        job : Job
        tables : mapping of str to Packed
            By kind, "patients" always.
        **details
            For the log alone, as seconds.

        Raises
        ------
        WriteFailed
            With nothing of the job counted as stored.
        """
        files = []
        for kind, table in sorted(tables.items()):
            path = f"{kind}/{job.name}.parquet"
            write_whole(self.store.path / path, table.content)
            files.append({"path": path, "rows": table.rows, "sha256": table.sha256})
        self.store.log.add("chunk", {"job": job.name, "files": files, **details})

    def finish(self, jobs: Sequence[Job]) -> Manifest:
        """Write the manifest of a run whose jobs are all stored.

        It depends on the files alone, not on when or in which order they were written.
        """
        store = self.store
        before, chunks = store.manifest, store.stored
        in_order = {job.name: chunks[job.name] for job in jobs}
        whole = Manifest(sha256(store.scenario.encode()), store.record.versions, in_order)
        if before is not None and before.sha256 != whole.sha256:
            warnings.warn(
                f"chunks of '{store.path}' that were computed again have other bytes than at first",
                BrokenChunk,
                stacklevel=2,
            )
        write_whole(store.path / MANIFEST, whole.text())
        return whole
