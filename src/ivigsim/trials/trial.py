"""A trial from its file to its analysis: run what is not stored yet, then read what is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ivigsim.checks import check_whole
from ivigsim.errors import InputError
from ivigsim.request import processors
from ivigsim.trials.cohort import Cohort, populations_of
from ivigsim.trials.dosing import Dosing
from ivigsim.trials.jobs import PATIENTS_PER_JOB, Job, jobs_of
from ivigsim.trials.loading import load_scenario, need_extra, read_scenario
from ivigsim.trials.scenario import Scenario
from ivigsim.trials.work import TrialWork, first_patient

if TYPE_CHECKING:
    import polars as pl

    from ivigsim.trials.statistics import Analysis, Design
    from ivigsim.trials.store import RunStore


_TRIED = 5_000  # patients of an arm whose doses are looked at before the run
RUNS = Path("runs")
LARGE = 50_000
"""Simulated patients from which on processes are worth their start (seconds)."""

KEYS = ("arm", "replicate", "patient", "failed")
READ = ("weight_kg", "rescues", "dropped_out_d", "rescued_d", "ivig_g", "baseline_1e9_per_l")


@dataclass(frozen=True)
class Trial:
    """A scenario and the folder of its run.

    Attributes
    ----------
    scenario : Scenario
    text : str
        The scenario as it is stored with the run.
    folder : Path
        Where its own population files lie.
    out : Path
        Folder of the run.
    """

    scenario: Scenario
    text: str
    folder: Path
    out: Path

    @classmethod
    def load(cls, path: Path, out: Path | None = None, changes: Mapping[str, object] | None = None) -> Trial:
        """Read a scenario file.

        Parameters
        ----------
        path : Path
        out : Path, optional
            Folder of the run; ``runs/`` and the name of the file by default.
        changes : mapping, optional
            Keys of the scenario to replace, as size, replicates and seed.

        Raises
        ------
        InputError
            When the file, or a change, is wrong.
        """
        scenario, text = load_scenario(path)
        if changes:
            import yaml

            text = yaml.safe_dump(yaml.safe_load(text) | dict(changes), sort_keys=False, allow_unicode=True)
            scenario = read_scenario(text, path.parent)
        return cls(scenario, text, path.parent, out or RUNS / path.stem)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs of the trial, in the order in which they are stored."""
        scenario = self.scenario
        per_job = PATIENTS_PER_JOB
        return jobs_of(len(scenario.arms), scenario.replicates, scenario.size, per_job)

    @property
    def simulated(self) -> int:
        """Patients to simulate in all."""
        return sum(job.count for job in self.jobs)

    @cached_property
    def design(self) -> Design:
        """What is compared."""
        from ivigsim.trials.statistics import Design

        scenario, cost = self.scenario, self.scenario.cost
        return Design(
            kind=scenario.design,
            arms=tuple(arm.name for arm in scenario.arms),
            reference=scenario.reference_arm,
            responses=tuple(endpoint.id for endpoint in scenario.endpoints if endpoint.is_response),
            times=tuple(endpoint.id for endpoint in scenario.endpoints if not endpoint.is_response),
            visits=scenario.kept_counts,
            price_per_g=cost.per_gram if cost else None,
            currency=cost.currency if cost else None,
            level=scenario.level,
            primary=scenario.primary_endpoint,
            target=scenario.power.target,
            sizes=tuple(scenario.power.sizes),
            labels={
                each.id: each.words + " (primary)" * (each.id == scenario.primary_endpoint)
                for each in scenario.endpoints
            },
        )

    def run(self, workers: int | None = None, scheduler: str | None = None) -> Analysis:
        """Simulate what is not stored yet, then analyse what is.

        Parameters
        ----------
        workers : int, optional
            Processes. By default one per processor for large trials; a small one runs in this process, on
            threads. Results do not depend on it.
        scheduler : str, optional
            Address of a Dask cluster to send the work to.

        Returns
        -------
        Analysis

        Raises
        ------
        InputError
            When the folder holds another run, or another process writes into it.
        Stopped
            When it was interrupted or could not go on; what is stored stays.
        """
        from ivigsim.trials.store_fill import fill

        need_extra()
        if workers is not None:
            check_whole("workers", workers, 1, 1024)
        processes = self._processes(workers, scheduler)
        threads = processors() if processes == 1 and scheduler is None else 1
        work = TrialWork(self.scenario, populations_of(self.scenario, self.folder), threads)
        self._check_doses(work)
        fill(self.store(), self.jobs, work, workers=processes, scheduler=scheduler)
        return self.analysis()

    def _check_doses(self, work: TrialWork) -> None:
        """Refuse, before anything is written, doses that the first patients cannot be given."""
        scenario = self.scenario
        for place, arm in enumerate(scenario.arms):
            first = first_patient(scenario, place, 0)
            cohort = Cohort(scenario, work.populations, place, first, min(scenario.size, _TRIED))
            try:
                Dosing(arm, scenario.rules_of(place), cohort.people[0], scenario.allow_extreme).check()
            except InputError as error:
                key = str(error).replace(
                    "allow_extreme=True (--allow-extreme)", "the key allow_extreme: true"
                )
                raise InputError(f"arm {arm.name!r}: {key}") from None

    def _processes(self, workers: int | None, scheduler: str | None) -> int:
        """Return how many processes to work in."""
        if workers is not None:
            return workers
        return processors() if self.simulated >= LARGE and scheduler is None else 1

    def store(self) -> RunStore:
        """Return the store of the run, begun when there is none."""
        from ivigsim.patients.population import is_file, population_bytes
        from ivigsim.trials.store import RunStore

        own = [group.name for group in self.scenario.populations if is_file(group.name)]
        inputs = {name: population_bytes(str(self.folder / name)) for name in own}
        return RunStore.create(self.out, self.text, self.jobs, title=self.scenario.title, inputs=inputs)

    def analysis(self) -> Analysis:
        """Analyse a complete run.

        Raises
        ------
        InputError
            When the run is not complete.
        """
        from ivigsim.trials.statistics import analyse

        return analyse(self.patients(), self.design)

    def judge(self, run: Path) -> Analysis:
        """Judge the stored courses of another run by the endpoints of this scenario; nothing is simulated.

        Raises
        ------
        InputError
            As `ivigsim.trials.judging.judged`.
        """
        from ivigsim.trials.judging import judged
        from ivigsim.trials.statistics import analyse

        need_extra()
        return analyse(judged(self.scenario, run, self.folder), self.design)

    def patients(self) -> pl.DataFrame:
        """Return what the analysis reads of a complete run, one row per patient."""
        from ivigsim.trials.store import RunStore

        table = RunStore.open(self.out).patients()
        design = self.design
        wanted = {*KEYS, *READ, *design.responses, *(f"count_day_{day:g}" for day in design.visits)}
        wanted |= {f"{name}_{part}" for name in design.times for part in ("d", "event")}
        return table.select([name for name in table.collect_schema().names() if name in wanted]).collect()
