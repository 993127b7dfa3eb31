"""The SBML of a patient, doses as events, run by libRoadRunner and COPASI as any user would run it."""

import numpy as np
import polars as pl
import pytest

import ivigsim
from ivigsim.engine.simulation import OUTPUTS

# infusion and bolus at time 0 and later, one infusion across the end
TABLE = pl.DataFrame(
    [(0.0, 200.0, 0.0), (0.0, 800.0, 0.25), (3.0, 300.0, 0.0), (3.0, 500.0, 0.5), (29.0, 900.0, 4.0)],
    schema=["TIME", "AMT", "DUR"],
    orient="row",
)


@pytest.fixture(scope="module")
def patient():
    """A simulation of three patients and the SBML of the last."""
    sim = ivigsim.simulate(TABLE, patients=3, seed=2, days=30)
    return sim, sim.to_sbml(patient=2)


def assert_same(found, sim, rtol):
    """Output at a dose edge is before the dose here, and may be after it in another tool."""
    beside_doses = ~np.isin(sim.time, [0.0, 3.0])
    for i, name in enumerate(OUTPUTS):
        np.testing.assert_allclose(found[beside_doses, i], sim[name][2][beside_doses], rtol=rtol)


def test_libroadrunner(patient):
    roadrunner = pytest.importorskip("roadrunner")
    sim, sbml = patient
    runner = roadrunner.RoadRunner(sbml)
    runner.integrator.setValue("relative_tolerance", 1e-9)
    runner.integrator.setValue("absolute_tolerance", 1e-11)
    runner.timeCourseSelections = list(OUTPUTS)
    assert_same(np.array(runner.simulate(0, 30, 31)), sim, 1e-4)
    runner.reset()  # a second run gives the dose at time 0 again
    assert_same(np.array(runner.simulate(0, 30, 31)), sim, 1e-4)


PROCEDURE = {  # name: treatment, the days of its bolus doses
    "splenectomy": ("splenectomy on day 5.5", []),
    "IVIG before it": ("IVIG 1 g/kg daily x2 + splenectomy on day 7", [7.0]),
    "at the start": ("splenectomy", [0.0]),
    "rituximab": ("rituximab 375 mg/m2 every 7 d x4", []),
    "rituximab in mg": ("rituximab 700 mg every 7 d x2 + splenectomy on day 40 + anti-D 50 ug/kg", [40.0]),
}


@pytest.mark.parametrize("name", PROCEDURE)
def test_splenectomy_and_rituximab_in_libroadrunner(name):
    roadrunner = pytest.importorskip("roadrunner")
    treatment, edges = PROCEDURE[name]
    outputs = ("platelets", "igg", "haemoglobin", "spleen_removed", "b_cells", "rituximab")
    sim = ivigsim.simulate(
        treatment,
        patients=2,
        seed=4,
        days=60,
        covariates={"splenectomised": False, "rhd_positive": True},
        outputs=outputs,
        tolerance=1e-9,
    )
    runner = roadrunner.RoadRunner(sim.to_sbml(patient=1))
    runner.integrator.setValue("relative_tolerance", 1e-10)
    runner.integrator.setValue("absolute_tolerance", 1e-12)
    runner.timeCourseSelections = list(outputs)
    found = np.array(runner.simulate(0, 60, 61))
    beside = ~np.isin(sim.time, edges)  # on a bolus, output is before it here and after it there
    for i, output in enumerate(outputs):
        np.testing.assert_allclose(found[beside, i], sim[output][1][beside], rtol=1e-5, atol=1e-7)
    assert sim["spleen_removed"][1, -1] == ("splenectomy" in treatment)
    assert (sim["b_cells"][1, -1] < 0.9) == ("rituximab" in treatment)


def test_copasi(patient):
    copasi = pytest.importorskip("COPASI")
    sim, sbml = patient
    data = copasi.CRootContainer.addDatamodel()
    assert data.importSBMLFromString(sbml)
    # days 0, 0.25, 3, 3.5, 29 and the end of the last infusion, after the run
    assert data.getModel().getEvents().size() == 6
    task = data.getTask("Time-Course")
    task.setMethodType(copasi.CTaskEnum.Method_deterministic)
    task.getMethod().getParameter("Relative Tolerance").setDblValue(1e-9)
    task.getMethod().getParameter("Absolute Tolerance").setDblValue(1e-11)
    task.getProblem().setDuration(30.0)
    task.getProblem().setStepNumber(30)
    task.getProblem().setTimeSeriesRequested(True)
    assert task.process(True)
    series = task.getTimeSeries()
    columns = [series.getSBMLId(i, data) for i in range(series.getNumVariables())]
    steps = range(series.getRecordedSteps())
    times = [series.getConcentrationData(step, 0) for step in steps]
    rows = [max(s for s in steps if times[s] == time) for time in sim.time]  # an event repeats its time
    found = np.array(
        [[series.getConcentrationData(row, columns.index(name)) for name in OUTPUTS] for row in rows]
    )
    assert_same(found, sim, 1e-4)
