"""Drawing patients: spread as stated, covariates fixed without touching anything else."""

import numpy as np
import pytest

import ivigsim
from ivigsim import InputError
from ivigsim.model.parameters import load_parameters
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import load_population
from ivigsim.patients.sampling import sample_patients

FIXED = {
    "sex": "F",
    "age_years": 33,
    "weight_kg": 20,
    "height_cm": 150,
    "blood_group": "B",
    "rhd_positive": False,
    "fcgr3a": "VF",
    "fcgr2a": "RR",
    "anti_gpib": True,
    "splenectomised": True,
    "baseline_platelets": 30,
    "baseline_igg": 5,
}


def draw(count=300, start=0, seed=6, covariates=None):
    return sample_patients(load_population("adult-chronic"), start, count, seed, covariates)


def test_every_covariate_is_tried_here():
    assert set(FIXED) == set(COVARIATES)


@pytest.mark.parametrize("name", FIXED)
def test_a_fixed_covariate_leaves_the_other_draws_alone(name):
    free, fixed = draw(), draw(covariates={name: FIXED[name]})
    assert (fixed.covariates[name] == FIXED[name]).all()
    may_follow = {"sex": {"height_cm"}}.get(name, set())
    for other in set(COVARIATES) - {name} - may_follow:
        assert np.array_equal(free.covariates[other], fixed.covariates[other]), other
    scaled = {
        "sex": "haemoglobin_baseline",
        "blood_group": "isoagglutinin_coat",
        "baseline_igg": "igg_baseline",
    }
    for p in load_parameters().values():
        if p.spread_kind in ("lognormal", "logitnormal") and p.id != scaled.get(name):
            assert np.array_equal(free.values[p.id], fixed.values[p.id]), p.id


def test_parts_are_parts_of_the_whole():
    whole, part = draw(), draw(count=40, start=100)
    for name, array in part.values.items():
        assert np.array_equal(array, whole.values[name][100:140]), name
    for name, array in part.covariates.items():
        assert np.array_equal(array, whole.covariates[name][100:140]), name


def test_seeds_give_other_patients():
    one, other = draw(), draw(seed=7)
    assert not np.isin(one.covariates["weight_kg"], other.covariates["weight_kg"]).any()


SPREAD = [p for p in load_parameters().values() if p.spread_kind in ("lognormal", "logitnormal")]


@pytest.mark.parametrize("parameter", SPREAD, ids=lambda p: p.id)
def test_parameters_are_spread_as_the_table_says(parameter):
    n = 4000
    values = draw(n, covariates={"blood_group": "A", "sex": "F"}).values[parameter.id]
    middle, spread = parameter.value, parameter.spread
    if parameter.id == "haemoglobin_baseline":
        middle *= load_parameters()["haemoglobin_factor_F"].value
    if parameter.id == "isoagglutinin_coat":
        middle *= load_parameters()["isoagglutinin_factor_A"].value
    if parameter.spread_kind == "lognormal":
        z = (np.log(values) - np.log(middle)) / spread
    else:
        assert ((values > 0) & (values < 1)).all()
        z = (np.log(values / (1 - values)) - np.log(middle / (1 - middle))) / spread
    assert abs(z.mean()) < 4 / np.sqrt(n)
    assert z.std() == pytest.approx(1, abs=4 / np.sqrt(2 * n))


def test_covariates_are_spread_as_the_population_says():
    n, population = 20_000, load_population("adult-chronic").covariates
    found = draw(n).covariates
    for name, spread in population.items():
        if spread.kind == "categories":
            for level, probability in spread.probabilities.items():
                assert (found[name] == level).mean() == pytest.approx(probability, abs=0.015), (name, level)
        elif spread.kind == "probability":
            assert found[name].mean() == pytest.approx(spread.probability, abs=0.015), name
        elif spread.kind in ("lognormal", "logitnormal"):
            assert np.median(found[name]) == pytest.approx(spread.median, rel=0.03), name
        if spread.kind == "logitnormal":
            assert ((found[name] > spread.low) & (found[name] < spread.high)).all(), name
    women = found["sex"] == "F"
    taller = found["height_cm"][~women].mean() - found["height_cm"][women].mean()
    assert taller == pytest.approx(population["height_cm"].mean.M - population["height_cm"].mean.F, abs=0.5)


def test_the_table_of_patients():
    table = ivigsim.simulate(patients=7, days=1).patients
    assert table.height == 7
    assert table["patient"].to_list() == list(range(7))
    assert set(COVARIATES) <= set(table.columns)
    assert len(set(table.columns)) == len(table.columns)


@pytest.mark.parametrize(
    ("covariates", "says"),
    [
        ({"weigth_kg": 70}, "unknown covariate 'weigth_kg'; accepted: .* (nearest: 'weight_kg')"),
        ({"weight_kg": 0.5}, "weight_kg is 0.5 kg; accepted: 2 to 300 (nearest: 2)"),
        ({"weight_kg": float("nan")}, "weight_kg is nan; accepted is a number in kg"),
        ({"weight_kg": "70"}, "weight_kg is '70'; accepted is a number in kg"),
        ({"weight_kg": True}, "weight_kg is True; accepted is a number in kg"),
        ({"splenectomised": 1}, "splenectomised is 1; accepted: True or False"),
        ({"fcgr3a": "FV"}, "unknown value of covariate fcgr3a 'FV'; accepted: FF, VF, VV"),
        ({"baseline_platelets": 1e9}, "accepted: 1 to 150 (nearest: 150)"),
    ],
)
def test_a_wrong_covariate_is_one_clear_sentence(covariates, says):
    with pytest.raises(InputError) as error:
        ivigsim.simulate(patients=3, covariates=covariates)
    for part in says.split(" .* "):
        assert part in str(error.value)
    assert "\n" not in str(error.value)
