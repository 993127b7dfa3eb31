"""libRoadRunner at 1e-10 gives the same platelets and IgG, and the same rates of change."""

import heyoka as hy
import numpy as np
import polars as pl
import pytest

import ivigsim
from ivigsim.model.compile import compiled_model
from ivigsim.treatment import as_doses

OUTPUTS = ("platelets", "igg")
TIMES = np.arange(61.0)
TREATMENTS = {
    "1 g/kg x2": "IVIG 1 g/kg daily x2",
    "0.4 g/kg x5": "IVIG 0.4 g/kg daily x5",
    "0.5 g/kg": "IVIG 0.5 g/kg",
    "grams, then more": "IVIG 70 g over 24 h + IVIG 30 g over 6 h from day 20.5",
    "bolus in a table": pl.DataFrame(
        {"TIME": [0.0, 2.5, 7.0], "AMT": [600.0, 400.0, 300.0], "DUR": [0.25, 0.0, 0.5], "ADDL": [0, 0, 3]}
    ).with_columns(II=pl.when(pl.col("ADDL") > 0).then(7.0).otherwise(0.0)),
}


@pytest.mark.parametrize("name", TREATMENTS)
def test_fifty_random_patients(name, oracle, draw):
    treatment = TREATMENTS[name]
    sim = ivigsim.simulate(treatment, patients=draw.count, seed=draw.seed, days=60)
    table, _ = as_doses(treatment, draw.sizes()[0], draw.count)
    for patient in range(draw.count):
        row = patient if len(table.time_d) > 1 else 0
        doses = list(zip(table.time_d[row], table.amount[row], table.duration_d[row], strict=True))
        expected = oracle.course(draw.values(patient), doses, TIMES, OUTPUTS)
        for i, output in enumerate(OUTPUTS):
            np.testing.assert_allclose(sim[output][patient], expected[:, i], rtol=1e-4)


@pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-9])
def test_error_falls_with_the_tolerance(tolerance, oracle, draw):
    outputs = ("platelets", "igg", "autoantibody", "haemoglobin", "phagocytosis")
    sim = ivigsim.simulate(
        "IVIG 1 g/kg over 6 h daily x2", patients=10, seed=draw.seed, days=60, tolerance=tolerance
    )
    doses = [(0.0, 1000.0, 0.25), (1.0, 1000.0, 0.25)]
    for patient in range(10):
        expected = oracle.course(draw.values(patient), doses, TIMES, outputs)
        for i, output in enumerate(outputs):
            np.testing.assert_allclose(sim[output][patient], expected[:, i], rtol=100 * tolerance)


def test_rates_of_change_away_from_the_steady_state(oracle, draw):
    model = compiled_model()
    rates = hy.cfunc(model.rhs, vars=hy.make_vars(*model.states))
    rng = np.random.default_rng(4)
    for patient in range(draw.count):
        values = draw.values(patient) | {"ivig_rate": float(rng.uniform(0, 6000))}
        for state in model.states:
            values[state] = float(values[state] * rng.lognormal(0, 0.4) + rng.uniform(0, 0.01))
        oracle.set(values)
        expected = np.array([oracle.runner.model[f"{state}'"] for state in model.states])
        found = rates(
            np.array([values[name] for name in model.states]),
            pars=np.array([values[name] for name in model.parameters[: model.solved_with]]),
        )
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
        assert (expected != 0).mean() > 0.8
