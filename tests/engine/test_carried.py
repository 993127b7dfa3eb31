"""A course cut into stretches is the course in one go, wherever the cuts lie."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigsim.engine.carried import Carried
from ivigsim.engine.integrator import Integrator, SolverOptions
from ivigsim.engine.schedule import Doses, schedules
from ivigsim.request import prepare

OUTPUTS = ("platelets", "igg")


def course(cuts, treatment, end=20.0, patients=13, options=None):
    """Outputs of patients carried over the cuts, and the times."""
    run = prepare(treatment, patients=patients, times=[0.0, end])
    people = run.draw(0, patients).patients()
    doses = run.doses(0, patients)
    solver = Integrator(OUTPUTS, options or SolverOptions(1e-9), run.inputs)
    carried = Carried(solver, people.values, people.values["immune_loss"])
    grid = np.union1d(np.arange(0.0, end + 1), cuts)
    found, last = [], -1.0
    for stop in [*cuts, end]:
        times = grid[(grid > last) & (grid <= stop)]
        found.append(carried.advance(doses, times))
        last = stop
    return grid, {name: np.hstack([part[name] for part in found]) for name in OUTPUTS}, carried.failures


@pytest.mark.parametrize("treatment", ["IVIG 1 g/kg daily x2", "IVIG 1 g/kg over 36 h", "IVIG 70 g daily x3"])
@pytest.mark.parametrize("cuts", [[1.0], [0.05, 1.0, 1.1], [1.5, 7.0], [2.0, 2.0 + 2e-9]])
def test_cuts_change_nothing(treatment, cuts):
    grid, found, failures = course(cuts, treatment)
    _, whole, _ = course([], treatment)
    daily = np.isin(grid, np.arange(0.0, 21.0))
    assert not failures
    for name in OUTPUTS:
        np.testing.assert_allclose(found[name][:, daily], whole[name], rtol=2e-6)


def test_cut_inside_a_multiple_course():
    both = ["IVIG 0.4 g/kg over 10 h daily x5", "methylprednisolone 30 mg/kg daily x3"]
    grid, found, _ = course([0.2, 0.4, 2.0, 3.2], both)
    _, whole, _ = course([], both)
    daily = np.isin(grid, np.arange(0.0, 21.0))
    np.testing.assert_allclose(found["platelets"][:, daily], whole["platelets"], rtol=2e-6)


def test_failed_patients_stay_failed_and_do_not_harm_others():
    _, found, failures = course([3.0], "IVIG 1 g/kg daily x2", options=SolverOptions(1e-9, max_steps=1))
    assert len(failures) == 13
    assert np.isnan(found["platelets"]).all()


DOSES = st.lists(
    st.tuples(st.integers(0, 40), st.floats(1, 2000), st.sampled_from([0.0, 0.1, 0.25, 3.0])),
    min_size=1,
    max_size=5,
)


@settings(max_examples=200, deadline=None)
@given(DOSES, st.lists(st.integers(1, 39), max_size=4, unique=True))
def test_every_dose_is_given_once_over_the_cuts(row, cuts):
    times, amounts, durations = (np.array([column], dtype=float) for column in zip(*row, strict=True))
    doses = Doses(np.zeros(times.shape, dtype=int), times * 0.25, amounts, durations, ("IVIG",))
    total = 0.0
    stops = [0.0, *(0.25 * np.sort(cuts)), 10.0]
    for begin, end in pairwise(stops):
        (part,) = schedules(doses, 1, end, begin)
        assert part.edges[0, 0] == begin
        assert part.edges[0, -1] == end
        total += float(part.rates[0, :, 0] @ np.diff(part.edges[0]) + part.boluses.sum())
    (whole,) = schedules(doses, 1, 10.0)
    wanted = float(whole.rates[0, :, 0] @ np.diff(whole.edges[0]) + whole.boluses.sum())
    assert total == pytest.approx(wanted, rel=1e-7)
