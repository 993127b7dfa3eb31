"""Work for tests of the store and the executors; worker processes import it by its name."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

import ivigsim
from ivigsim.outcomes import per_patient
from ivigsim.trials.jobs import Job, jobs_of

SCENARIO = "title: A small trial\nsize: 60\narms: [{name: A}, {name: B}]\n"
JOBS = jobs_of(arms=2, replicates=2, size=60, per_job=25)


def count(job: Job) -> dict[str, pl.DataFrame]:
    """Make up patients from random numbers that the job alone decides."""
    rng = np.random.default_rng([job.arm, job.replicate, job.start])
    days = pl.Series(rng.lognormal(2, 1, job.count)).set(pl.Series(rng.random(job.count) < 0.1), None)
    keys = {"arm": "AB"[job.arm], "replicate": job.replicate}
    patient = np.arange(job.start, job.start + job.count)
    patients = {"patient": patient, "failed": rng.random(job.count) < 0.02}
    measured = {"responded": rng.random(job.count) < 0.7, "time_to_50_d": days}
    order = ["arm", "replicate", "patient", "failed", "responded", "time_to_50_d"]
    found = pl.DataFrame(patients | measured).with_columns(**{k: pl.lit(v) for k, v in keys.items()})
    courses = pl.DataFrame({"patient": np.repeat(patient, 3), "time_d": np.tile([0.0, 1.0, 2.0], job.count)})
    return {"patients": found.select(order), "courses": courses}


def simulated(job: Job) -> dict[str, pl.DataFrame]:
    """Simulate the patients of a job, other ones in each, and judge them."""
    seed = 1000 * job.arm + 100 * job.replicate + job.start
    treatment = ("IVIG 0.4 g/kg", "IVIG 1 g/kg")[job.arm]
    run = ivigsim.simulate(treatment, patients=job.count, seed=seed, days=8, threads=1)
    keys = {"arm": pl.lit("AB"[job.arm]), "replicate": pl.lit(job.replicate)}
    return {"patients": per_patient(run).with_columns(**keys)}


@dataclass(frozen=True)
class Slow:
    """Takes its time, and says in a folder which process was at what."""

    folder: Path
    seconds: float

    def __call__(self, job: Job) -> dict[str, pl.DataFrame]:
        (self.folder / f"{job.name}.{os.getpid()}").touch()
        time.sleep(self.seconds)
        return count(job)


@dataclass(frozen=True)
class Deadly:
    """Ends its process at one job: the first time only, or every time."""

    folder: Path
    job: str
    always: bool = False

    def __call__(self, job: Job) -> dict[str, pl.DataFrame]:
        mark = self.folder / "died"
        if job.name == self.job and (self.always or not mark.exists()):
            mark.touch()
            os._exit(9)
        return count(job)


def refuses(job: Job) -> dict[str, pl.DataFrame]:
    """Refuse one job."""
    if job == JOBS[3]:
        raise ivigsim.InputError("no such dose; accepted: one")
    return count(job)
