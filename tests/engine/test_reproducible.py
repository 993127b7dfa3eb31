"""The same numbers, bit for bit, whatever the chunks, the threads, the lanes and the neighbours."""

import numpy as np
import polars as pl
import pytest

import ivigsim
from ivigsim.engine.integrator import Integrator, SolverOptions
from ivigsim.engine.schedule import Doses
from ivigsim.engine.simulation import OUTPUTS

PATIENTS = 45
OWN_TABLE = pl.DataFrame(  # one ID per patient: some with a bolus, some twice, some beyond the end
    {
        "ID": range(PATIENTS),
        "TIME": [0.37 * (i % 60) for i in range(PATIENTS)],
        "AMT": [300.0 + 20 * i for i in range(PATIENTS)],
        "DUR": [0.0 if i % 4 == 0 else 0.05 * i for i in range(PATIENTS)],
        "II": [1.3] * PATIENTS,
        "ADDL": [i % 3 for i in range(PATIENTS)],
    }
)
TREATMENTS = {
    "untreated": None,
    "per kg": "IVIG 1 g/kg daily x2",
    "grams": "IVIG 70 g daily x2",  # per-kg amounts and infusion times then differ between patients
    "grams over a day": "IVIG 70 g over 24 h + IVIG 35 g from day 5",
    "own table": OWN_TABLE,
}


def simulate(name, **settings):
    given = {"patients": PATIENTS, "seed": 3, "days": 12, "threads": 1} | settings
    return ivigsim.simulate(TREATMENTS[name], **given)


@pytest.fixture(scope="module")
def reference():
    return {name: simulate(name) for name in TREATMENTS}


def assert_identical(sim, reference):
    assert sim.failures == reference.failures
    for name in OUTPUTS:
        assert np.array_equal(sim[name], reference[name])


@pytest.mark.parametrize("treatment", TREATMENTS)
@pytest.mark.parametrize("settings", [{"chunk": 1}, {"chunk": 7}, {"chunk": 8}, {"chunk": 44, "threads": 2}])
def test_chunks(treatment, settings, reference):
    assert_identical(simulate(treatment, **settings), reference[treatment])


@pytest.mark.parametrize("treatment", TREATMENTS)
@pytest.mark.parametrize("threads", [2, 3])
def test_threads(treatment, threads, reference):
    assert_identical(simulate(treatment, threads=threads, chunk=4), reference[treatment])


def test_many_chunks_at_once_on_many_threads():
    settings = {"patients": 1500, "seed": 8, "days": 5}
    one = ivigsim.simulate("IVIG 70 g", **settings, threads=1)
    for _ in range(3):
        assert_identical(ivigsim.simulate("IVIG 70 g", **settings, threads=4, chunk=16), one)


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_chunks_handed_over_one_by_one(treatment, reference):
    parts = list(
        ivigsim.simulate_chunks(
            TREATMENTS[treatment], patients=PATIENTS, seed=3, days=12, chunk=10, threads=2
        )
    )
    assert [len(part) for part in parts] == [10, 10, 10, 10, 5]
    for name in OUTPUTS:
        assert np.array_equal(np.vstack([part[name] for part in parts]), reference[treatment][name])


@pytest.mark.parametrize("treatment", ["per kg", "grams"])
def test_fewer_patients_are_the_first_of_many(treatment, reference):
    few = simulate(treatment, patients=11)
    for name in OUTPUTS:
        assert np.array_equal(few[name], reference[treatment][name][:11])


def solve(values, doses, rows, lanes=8):
    """Outputs of some patients in a given order, solved on their own."""
    chosen = Doses(*(x[rows] for x in (doses.target, doses.time, doses.amount, doses.duration)), ("IVIG",))
    part = {name: array[rows] for name, array in values.items()}
    options = SolverOptions(lanes=lanes)
    return Integrator(tuple(OUTPUTS), options, ("IVIG",)).solve(part, chosen, np.arange(15.0)).outputs


@pytest.fixture
def own_doses():
    """Two infusions of 20 patients with times and lengths of their own; some with a bolus instead."""
    shares = np.linspace(0.1, 0.9, 20)
    time = np.column_stack([np.where(np.arange(20) % 3, shares, 0.0), 3 + 10 * shares])
    duration = np.column_stack([np.where(np.arange(20) % 4, shares, 0.0), np.full(20, 0.25)])
    return Doses(np.zeros((20, 2), dtype=int), time, np.full((20, 2), 800.0), duration, ("IVIG",))


def test_neighbours_in_the_lanes(people, own_doses):
    whole = solve(people, own_doses, np.arange(20))
    for order in (
        np.arange(20)[::-1],
        np.random.default_rng(1).permutation(20),
        np.array([7]),
        np.array([2, 19, 4]),
    ):
        part = solve(people, own_doses, order)
        for name in OUTPUTS:
            assert np.array_equal(part[name], whole[name][order])


@pytest.mark.parametrize("lanes", [2, 4, 16])
def test_number_of_lanes(people, own_doses, lanes):
    # other code is compiled for another width, so rounding may differ; nothing more
    whole, other = (solve(people, own_doses, np.arange(20), n) for n in (8, lanes))
    for name in OUTPUTS:
        np.testing.assert_allclose(other[name], whole[name], rtol=1e-9)


@pytest.mark.parametrize("shared", [True, False])
def test_order_of_pace(people, own_doses, shared):
    doses = own_doses.rows(slice(0, 1)) if shared else own_doses
    pace = np.random.default_rng(2).permutation(20).astype(float)
    solver = Integrator(tuple(OUTPUTS), SolverOptions(), ("IVIG",))
    plain, sorted_ = (solver.solve(people, doses, np.arange(15.0), p).outputs for p in (None, pace))
    for name in OUTPUTS:
        assert np.array_equal(plain[name], sorted_[name])
