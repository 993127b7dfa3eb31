"""Patients and event tables for runs of the engine."""

import polars as pl
import pytest

import ivigsim
from ivigsim.patients.population import load_population
from ivigsim.patients.sampling import sample_patients


@pytest.fixture(scope="session")
def event_table():
    """Rows of (time d, amount mg/kg, duration d) as a table in NONMEM columns."""

    def build(*rows):
        return pl.DataFrame(list(map(list, rows)), schema=["TIME", "AMT", "DUR"], orient="row")

    return build


@pytest.fixture(scope="session")
def run():
    """Simulate 12 patients for 14 days on one thread, or as asked."""

    def simulate(treatment, **settings):
        given = {"patients": 12, "seed": 5, "threads": 1, "allow_extreme": True} | settings
        if "times" not in given:
            given = {"days": 14} | given
        return ivigsim.simulate(treatment, **given)

    return simulate


@pytest.fixture
def people():
    """Parameters and initial states of 20 patients, to be changed at will."""
    return dict(sample_patients(load_population("adult-chronic"), 0, 20, seed=5).values)
