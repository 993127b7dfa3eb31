"""The store of a run: a folder of Parquet files, one per chunk, that is never half-written.

::

    RUN/run.json             what the run is of, and what it is made with
    RUN/scenario.yaml        the scenario as given
    RUN/patients/*.parquet   a row per patient, a file per chunk
    RUN/courses/*.parquet    a row per patient and output, when the trial keeps them
    RUN/log.jsonl            what happened when: times, speed, stops
    RUN/manifest.json        every file with its SHA-256, once the run is complete
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ivigsim.errors import InputError
from ivigsim.trials.jobs import Job
from ivigsim.trials.store_files import TEMPORARY, sha256, sha256_of_file, write_whole
from ivigsim.trials.store_lock import LOCK, only_writer
from ivigsim.trials.store_log import LOG, Log, Stored
from ivigsim.trials.store_manifest import MANIFEST, Manifest
from ivigsim.trials.store_record import RECORD, SCENARIO, Record, cut

if TYPE_CHECKING:
    import polars as pl

    from ivigsim.trials.store_writer import RunWriter

PATIENTS = "patients"
COURSES = "courses"


class BrokenChunk(UserWarning):
    """A stored chunk is not as it was written, and will be computed again."""


@dataclass(frozen=True)
class RunStore:
    """A stored run, to read; `writing` gives what writes into it.

    Attributes
    ----------
    path : Path
        Folder of the run.
    record : Record
        What `run.json` holds.
    """

    path: Path
    record: Record

    @classmethod
    def create(
        cls,
        path: Path,
        scenario: str,
        jobs: Sequence[Job],
        *,
        title: str = "",
        inputs: Mapping[str, bytes] | None = None,
    ) -> RunStore:
        """Begin a run, or find the one that was begun there.

        Parameters
        ----------
        path : Path
            A new or empty folder, or one that holds a run of the same scenario.
        scenario : str
            Its text, stored as it is.
        jobs : sequence of Job
            All of the trial, in the order in which they are to be read.
        title : str
        inputs : mapping of str to bytes, optional
            Contents of other files that the scenario names, as populations; their hashes are kept.

        Raises
        ------
        InputError
            When the folder holds another run, or files that are no run.
        WriteFailed
            When it cannot be made.
        """
        hashes = {name: sha256(content) for name, content in (inputs or {}).items()}
        if (path / RECORD).exists():
            found = cls.open(path)
            found._check_same(scenario, jobs, hashes)
            return found
        _check_empty(path)
        path.mkdir(parents=True, exist_ok=True)
        with only_writer(path):
            if not (path / RECORD).exists():
                write_whole(path / SCENARIO, scenario.encode())
                record = Record.new(title, jobs, hashes)
                write_whole(path / RECORD, record.text())  # the last: a folder with it is a run
                return cls(path, record)
        return cls.create(path, scenario, jobs, title=title, inputs=inputs)  # another process was faster

    @classmethod
    def open(cls, path: Path) -> RunStore:
        """Open a stored run.

        Raises
        ------
        InputError
            When the folder is none.
        """
        return cls(path, Record.read(path))

    @property
    def scenario(self) -> str:
        """Text of the scenario."""
        try:
            return (self.path / SCENARIO).read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"'{self.path / SCENARIO}' cannot be read ({error.strerror}); accepted: the file as it"
                " was stored"
            ) from None

    @property
    def manifest(self) -> Manifest | None:
        """What the run consists of; None before it is complete."""
        return Manifest.read(self.path)

    @property
    def complete(self) -> bool:
        """Whether all chunks were stored."""
        return (self.path / MANIFEST).exists()

    @property
    def log(self) -> Log:
        """What happened when."""
        return Log(self.path / LOG)

    @property
    def stored(self) -> dict[str, tuple[Stored, ...]]:
        """Files of each chunk that was written, by the name of its job; the files are not looked at."""
        manifest = self.manifest
        return {**(manifest.chunks if manifest else {}), **self.log.chunks()}

    def pending(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Return the jobs that are still to be done, after a look at every stored byte.

        A chunk that is cut short, altered or gone is told of by a `BrokenChunk` warning and is to be done
        again; one whose writing did not end is just to be done.
        """
        stored = self.stored
        missing = []
        for job in jobs:
            why = next(filter(None, map(self.fault, stored.get(job.name, ()))), None)
            if why:
                warnings.warn(
                    f"{why} in '{self.path}'; the chunk is computed again", BrokenChunk, stacklevel=2
                )
            if why or job.name not in stored:
                missing.append(job)
        return tuple(missing)

    def fault(self, file: Stored) -> str | None:
        """Say what is wrong with a stored file; None when it is as it was written."""
        found = sha256_of_file(self.path / file.path)
        if found == file.sha256:
            return None
        return f"'{file.path}' is {'gone or unreadable' if found is None else 'not as it was written'}"

    def scan(self, kind: str = PATIENTS) -> pl.LazyFrame:
        """Return a table of a complete run, read as it is used, rows in the order of the jobs.

        Parameters
        ----------
        kind : str
            "patients", or "courses" when the trial keeps them.

        Raises
        ------
        InputError
            When the run is not complete or has no such table.
        """
        import polars as pl

        from ivigsim.errors import unknown

        manifest = self.manifest
        if manifest is None:
            raise InputError(
                f"'{self.path}' is not complete ({len(self.stored)} of {self.record.chunks} chunks);"
                " accepted: a complete run (nearest: the same `ivigsim trial` command goes on with it)"
            )
        paths = [self.path / file.path for file in manifest.files if file.path.startswith(f"{kind}/")]
        if not paths:
            raise unknown("table", kind, {file.path.split("/")[0] for file in manifest.files})
        for path in paths:
            if not path.exists():
                raise InputError(
                    f"'{path}' is gone; accepted: a run with all its files (nearest: the same `ivigsim trial`"
                    " command computes it again)"
                )
        return pl.scan_parquet(paths)

    def patients(self) -> pl.LazyFrame:
        """Return the patients of a complete run, read as they are used, in the order of the jobs."""
        return self.scan(PATIENTS)

    @contextmanager
    def writing(self) -> Iterator[RunWriter]:
        """Give what writes into the run, to one process at a time.

        Raises
        ------
        InputError
            When another process writes, or the run was begun with other versions.
        """
        from ivigsim.trials.store_versions import different, versions
        from ivigsim.trials.store_writer import RunWriter

        if other := different(self.record.versions, versions()):
            raise InputError(
                f"'{self.path}' was begun with other versions ({other}), so its bytes would not be the same;"
                f" accepted: the same versions, or another folder (nearest: '{_free(self.path)}')"
            )
        with only_writer(self.path):
            self.log.mend()
            for left in self.path.glob(f"**/*{TEMPORARY}"):
                left.unlink(missing_ok=True)
            yield RunWriter(self)

    def _check_same(self, scenario: str, jobs: Sequence[Job], inputs: Mapping[str, str]) -> None:
        """Refuse to go on with another trial."""
        from ivigsim.trials.store_differences import scenario_differences

        wrong = [str(each) for each in scenario_differences(self.scenario, scenario)]
        named = [
            name
            for name in {**self.record.inputs, **inputs}
            if self.record.inputs.get(name) != inputs.get(name)
        ]
        wrong += [f"the file {name!r} is not the same" for name in named]
        if not wrong and self.record.cut != cut(jobs):
            wrong = [f"it is cut into {self.record.chunks} chunks there and {len(jobs)} here, or other ones"]
        if wrong:
            more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
            raise InputError(
                f"'{self.path}' holds another trial: {'; '.join(wrong[:3])}{more}; accepted: the same"
                f" scenario, or another folder (nearest: '{_free(self.path)}')"
            )


def _check_empty(path: Path) -> None:
    """Refuse a folder with files that are no run; what a kill left at the very start does not count."""
    if path.exists() and not path.is_dir():
        raise InputError(f"'{path}' is a file; accepted: the name of a new folder")
    with suppress(FileNotFoundError):
        strange = sorted(
            each.name for each in path.iterdir() if not each.name.startswith((SCENARIO, RECORD, LOCK))
        )
        if strange:
            raise InputError(
                f"the folder '{path}' holds '{strange[0]}' and is no run; accepted: a new folder (nearest:"
                f" '{_free(path)}')"
            )


def _free(path: Path) -> Path:
    """Return the next name that no file or folder has."""
    number = 2
    while (found := path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    return found
