"""libRoadRunner (CVODE) as an independent solver of the same SBML, driven from dose edge to dose edge."""

from itertools import pairwise

import numpy as np
import pytest

from ivigsim.model.compile import compiled_model
from ivigsim.model.sbml import patient_sbml
from ivigsim.patients.population import load_population
from ivigsim.patients.sampling import Draw


@pytest.fixture(scope="session")
def draw():
    """Fifty random patients, drawn one by one."""
    return Draw(load_population("adult-chronic"), 0, 50, 11, {}, {})


class RoadRunner:
    """The equations of one patient in libRoadRunner."""

    def __init__(self, sbml):
        roadrunner = pytest.importorskip("roadrunner")  # it has no wheel for ARM Linux
        self.runner = roadrunner.RoadRunner(sbml)
        self.runner.integrator.setValue("relative_tolerance", 1e-10)
        self.runner.integrator.setValue("absolute_tolerance", 1e-12)
        self.names = (*compiled_model().states, *compiled_model().parameters)
        known = self.runner.model.getGlobalParameterIds()
        self._places = [known.index(name) for name in self.names]

    def set(self, values):
        self.runner.model.setGlobalParameterValues(self._places, [values[name] for name in self.names])

    def course(self, values, doses, times, outputs):
        """Outputs (times, outputs) under doses, each (time d, amount mg/kg, duration d); 0 d is a bolus."""
        model = self.runner.model
        self.set(values)
        self.runner.timeCourseSelections = list(outputs)
        edges = {0.0, times[-1], *(t for t, _, _ in doses), *(t + d for t, _, d in doses)}
        edges = sorted(edge for edge in edges if edge <= times[-1])
        rows = {0.0: [model[name] for name in outputs]}
        for start, end in pairwise(edges):
            bolus = sum(a for t, a, d in doses if d == 0 and t == start) / (
                values["V_c"] * values["volume_factor"]
            )
            model["igg_infused"] += bolus
            model["isoagglutinin"] += bolus
            model["igg_dimer"] += bolus * values["dimer_share"]
            model["ivig_rate"] = sum(a / d for t, a, d in doses if d > 0 and t <= start < t + d)
            inside = [start, *(t for t in times if start < t < end), end]
            found = np.array(self.runner.simulate(times=inside))
            rows |= dict(zip(inside[1:], found[1:], strict=True))
        return np.array([rows[t] for t in times])


@pytest.fixture(scope="session")
def oracle(draw):
    """One libRoadRunner for all patients: loading takes seconds, setting values microseconds."""
    return RoadRunner(patient_sbml(draw.values(0)))
