"""ivigsim against libRoadRunner: same SBML, patients, doses, output times and tolerance, one core each."""

from __future__ import annotations

from statistics import median

import numpy as np
import roadrunner
from machine import one_core, stopwatch
from roadrunner_runs import DAYS, OUTPUTS, Events, Segments

import ivigsim
from ivigsim.engine.kernel import kernel
from ivigsim.model.compile import compiled_model

TREATMENT = "IVIG 1 g/kg daily x2"
TOLERANCE = 1e-6
REFERENCE = 1e-10


def simulate(patients: int) -> ivigsim.Simulation:
    return ivigsim.simulate(
        TREATMENT, patients=patients, days=DAYS, outputs=OUTPUTS, tolerance=TOLERANCE, threads=1
    )


def measure(quick: bool) -> dict[str, object]:
    """Time all in turns; a round's ratio is of neighbouring times, so that slow drifts cancel."""
    rounds, few, many = (3, 40, 2048) if quick else (9, 120, 6144)
    config = roadrunner.Config  # its fastest code
    config.setValue(config.LLVM_BACKEND, config.LLJIT)
    config.setValue(config.LLJIT_OPTIMIZATION_LEVEL, config.AGGRESSIVE)
    sim = simulate(few)
    runners, loading = _runners(sim)
    error = _errors(runners, sim)

    seconds: dict[str, list[float]] = {name: [] for name in (*runners, "ivigsim")}
    with one_core():
        for _ in range(rounds):
            for name, runner in runners.items():
                with stopwatch(seconds[name]):
                    for patient in range(few):
                        runner.run(patient)
            with stopwatch(seconds["ivigsim"]):
                simulate(many)
    patients = dict.fromkeys(runners, few) | {"ivigsim": many}
    each = {name: [1e3 * s / patients[name] for s in times] for name, times in seconds.items()}
    best = min(runners, key=lambda name: median(each[name]))
    fastest = np.min([each[name] for name in runners], axis=0)  # in each round, whichever way was fastest
    ratios = (fastest / each["ivigsim"]).tolist()
    return {
        "rounds": rounds,
        "ms_per_patient": {name: median(values) for name, values in each.items()},
        "fastest_roadrunner": best,
        "ratio": {"median": median(ratios), "min": min(ratios), "max": max(ratios)},
        "largest_relative_error": error,
        "roadrunner_load_s": loading,
    }


def _runners(sim: ivigsim.Simulation) -> tuple[dict[str, Events], float]:
    """Two ways to dose, each on the SBML as exported and without what stays still in this treatment."""
    model = compiled_model()
    names = (*model.states, *model.parameters)
    # ivigsim leaves out the drugs that nobody gets, so libRoadRunner is given the same smaller model too
    still = set(model.states) - set(kernel(OUTPUTS, ("IVIG",), TOLERANCE, 8).states)
    loading: list[float] = []
    with stopwatch(loading):
        runners = {"events": Events(sim, names)}
    runners["segments"] = Segments(sim, names)
    if still:
        runners["events, smaller model"] = Events(sim, names, still)
        runners["segments, smaller model"] = Segments(sim, names, still)
    return runners, loading[0]


def _errors(runners: dict[str, Events], sim: ivigsim.Simulation) -> dict[str, float]:
    """Largest relative error of platelets and IgG against libRoadRunner at 1e-10."""
    exact = runners["segments"]
    exact.tolerance(REFERENCE, REFERENCE / 100)
    truth = np.array([exact.run(patient) for patient in range(len(sim))])
    found = {"ivigsim": np.stack([sim[name] for name in OUTPUTS], axis=-1)}
    for name, runner in runners.items():
        # its default absolute tolerance of 1e-12 asks for more than ivigsim is asked for: this favours it
        runner.tolerance(TOLERANCE, TOLERANCE)
        found[name] = np.array([runner.run(patient) for patient in range(len(sim))])
    return {name: float(np.abs(values / truth - 1).max()) for name, values in found.items()}
