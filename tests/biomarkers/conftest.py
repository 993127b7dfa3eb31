"""A ranking, and the simulation it rests on, that the tests share."""

import pytest

import ivigsim
from ivigsim.outcomes import TRIAL_DAY_7
from ivigsim.prediction import load_markers
from ivigsim.prediction.evidence import gather
from ivigsim.prediction.measure import outputs_needed

TWO_DAYS = "IVIG 1 g/kg daily x2"
PATIENTS = 400


@pytest.fixture(scope="session")
def ranking():
    """All markers in 400 patients, with few repeats."""
    return ivigsim.biomarkers(TWO_DAYS, patients=PATIENTS, seed=1, repeats=2)


@pytest.fixture(scope="session")
def markers():
    """All markers."""
    return tuple(load_markers().values())


@pytest.fixture(scope="session")
def sim(markers):
    """The simulation behind the ranking."""
    return ivigsim.simulate(TWO_DAYS, patients=PATIENTS, seed=1, days=7, outputs=outputs_needed(markers))


@pytest.fixture(scope="session")
def evidence(sim, markers):
    """What is known of these patients."""
    return gather(sim, markers, TRIAL_DAY_7)
