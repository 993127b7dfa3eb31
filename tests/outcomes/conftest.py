"""The smallest thing that looks like a simulation, for courses worked out by hand."""

from dataclasses import dataclass, field

import numpy as np
import pytest


@dataclass
class FakeSimulation:
    time: np.ndarray
    outputs: dict[str, np.ndarray]
    failures: dict[int, str] = field(default_factory=dict)

    @property
    def stored(self):
        return tuple(self.outputs)

    @property
    def failed(self):
        patients = len(next(iter(self.outputs.values())))
        return np.isin(np.arange(patients), list(self.failures))

    def __getitem__(self, output):
        return self.outputs[output]


def make(time, platelets, igg=None, failures=None):
    """Rows of failed patients become NaN, as the engine leaves them."""
    outputs = {"platelets": np.array(platelets, dtype=float)}
    if igg is not None:
        outputs["igg"] = np.array(igg, dtype=float)
    for values in outputs.values():
        values[list(failures or {})] = np.nan
    return FakeSimulation(np.array(time, dtype=float), outputs, failures or {})


def make_random(patients, days=60, seed=0):
    """Platelets that rise, peak near day 7 and fall back, and IgG of two infusions, with spread."""
    rng = np.random.default_rng(seed)
    time = np.arange(days + 1.0)
    height = rng.lognormal(4.5, 1.0, (patients, 1))
    shape = (time / 7) ** 2 * np.exp(2 - 2 * time / 7)
    platelets = rng.uniform(5, 20, (patients, 1)) + height * shape
    half_life = rng.uniform(18, 35, (patients, 1))
    igg = 11 + 24 * np.where(time > 0, 0.5 ** (time / half_life), 0.0)
    return make(time, platelets, igg)


@pytest.fixture(scope="session")
def fake():
    """A simulation from output times, platelets and IgG."""
    return make


@pytest.fixture(scope="session")
def random_courses():
    """A simulation of a number of patients."""
    return make_random
