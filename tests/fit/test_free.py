"""The free parameters: priors, scales, and the populations they make."""

from importlib.resources import files

import numpy as np
import pytest

from ivigsim.fit.free import load_free, populations_at, read_free
from ivigsim.model.parameters import load_parameters
from ivigsim.patients.sampling import sample_patients

TEXT = files("ivigsim.fit").joinpath("free.tsv").read_text(encoding="utf-8")
IDS = [free.id for free in load_free()]


def point(**steps):
    return np.array([steps.get(name, 0.0) for name in IDS])


def test_the_origin_is_the_prior_median():
    for free in load_free():
        assert free.values(0.0) == pytest.approx(free.prior)


@pytest.mark.parametrize("free", load_free(), ids=IDS)
def test_values_rise_and_stay_on_their_scale(free):
    values = np.array([free.values(x) for x in (-5.0, -1.0, 0.0, 1.0, 5.0)])
    assert (np.diff(values, axis=0) > 0).all()
    assert (values > 0).all()
    assert free.scale == "log" or (values < 1).all()


def test_a_common_parameter_reaches_every_population():
    found = populations_at(point(steepness=1.0))
    assert {p.parameters["steepness"].value for p in found.values()} == {7 * np.exp(0.3)}


def test_a_childs_parameter_stays_with_children():
    found = populations_at(point(threshold_child=2.0))
    assert found["child-new"].parameters["rho50_ratio"].value == pytest.approx(0.8 * np.exp(0.4))
    assert found["adult-chronic"].parameters["rho50_ratio"].value == pytest.approx(0.8)


def test_a_common_spread_reaches_children_too():
    found = populations_at(point(threshold_spread=1.0))
    assert found["child-new"].parameters["rho50_ratio"].spread == pytest.approx(0.3 * np.exp(0.4))


def test_a_number_of_a_populations_own_stays():
    before = populations_at(point())["adult-new"].parameters["short_lived_share"]
    assert populations_at(point(short_lived=2.0))["adult-new"].parameters["short_lived_share"] == before


def test_patients_can_be_drawn_at_any_point():
    rng = np.random.default_rng(3)
    for _ in range(5):
        for population in populations_at(rng.standard_normal(len(IDS))).values():
            values = sample_patients(population, 0, 20, 1).values
            assert all(np.isfinite(array).all() for array in values.values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\tsteepness\t", "\tsteepnes\t", "'steepnes' is not in parameters.tsv"),
        ("\tchild-new\t", "\tchildren\t", "population 'children' does not exist"),
        ("\tvalue\tlog\t7\t", "\tvalue\tlog\t-7\t", "does not lie on the log scale"),
        ("\tvalue\tlog\t7\t0.3", "\tvalue\tlog\t7\t0", "prior_sd above 0"),
        ("\tvalue\tlog\t7\t", "\tmean\tlog\t7\t", "part is value or spread"),
        ("standdown\tstanddown_max", "steepness\tstanddown_max", "an id twice"),
        ("threshold_spread\trho50_ratio", "threshold_spread\tsteepness", "no spread between patients"),
    ],
)
def test_a_wrong_row_is_refused(old, new, message):
    assert old in TEXT
    with pytest.raises(ValueError, match=message):
        read_free(TEXT.replace(old, new, 1), load_parameters())
