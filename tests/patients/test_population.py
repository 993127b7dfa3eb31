"""Populations: what comes with the package is complete, and a wrong file is refused with its reason."""

import copy
import tomllib
from importlib.resources import files

import pytest
from pydantic import ValidationError

from ivigsim import InputError
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import Population, load_population, population_names


def good():
    text = files("ivigsim.patients").joinpath("populations", "adult-chronic.toml").read_text("utf-8")
    return {"name": "test", **tomllib.loads(text)}


def changed(path, value):
    """The good file with one entry changed, or taken out when the value is None."""
    content = copy.deepcopy(good())
    *folders, last = path
    table = content
    for folder in folders:
        table = table[folder]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return content


@pytest.mark.parametrize("name", population_names())
def test_populations_load_and_name_their_sources(name):
    population = load_population(name)
    assert set(population.covariates) == set(COVARIATES)
    for spread in population.covariates.values():
        assert spread.source
        if spread.source.startswith("assumed"):
            assert len(spread.source.split()) >= 4, "assumed, but why?"


SEX, WEIGHT, COUNT = (("covariates", name) for name in ("sex", "weight_kg", "baseline_platelets"))


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (WEIGHT, None, "covariates missing: ['weight_kg']"),
        (("covariates", "shoe_size"), good()["covariates"]["weight_kg"], "unknown: ['shoe_size']"),
        ((*WEIGHT, "unit"), "lb", "covariate weight_kg has unit 'lb', not 'kg'"),
        ((*WEIGHT, "unit"), None, "unit"),
        ((*WEIGHT, "source"), None, "source"),
        ((*WEIGHT, "source"), "", "at least 3 characters"),
        ((*WEIGHT, "median"), -70, "greater than 0"),
        ((*WEIGHT, "spread"), 0, "greater than 0"),
        ((*WEIGHT, "median"), "heavy", "valid number"),
        ((*WEIGHT, "medain"), 70, "Extra inputs are not permitted"),
        ((*WEIGHT, "kind"), "lognormall", "lognormall"),
        ((*COUNT, "median"), 25, "median 25 is not between low 2 and high 20"),
        ((*SEX, "probabilities"), {"F": 0.6, "M": 0.5}, "add up to 1.1, not 1"),
        ((*SEX, "probabilities"), {"F": 1.4, "M": -0.4}, "probabilities"),
        (("covariates", "anti_gpib", "probability"), 1.2, "less than or equal to 1"),
        (("title",), None, "title"),
        (("colour",), "blue", "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(path, value, says):
    with pytest.raises(ValidationError) as error:
        Population.model_validate(changed(path, value))
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*SEX, "probabilities"), {"F": 0.6, "male": 0.4}),
        ((*SEX, "kind"), "probability"),
        (("covariates", "fcgr3a", "probabilities"), {"VV": 0.5, "FV": 0.5}),
        ((*COUNT, "high"), 500),
    ],
)
def test_levels_and_bounds_the_model_does_not_know_are_refused(path, value):
    with pytest.raises(ValidationError):
        Population.model_validate(changed(path, value))


def test_unknown_population_gives_the_nearest():
    with pytest.raises(InputError, match=r"unknown population 'adult-cronic'.*\(nearest: 'adult-chronic'\)"):
        load_population("adult-cronic")
