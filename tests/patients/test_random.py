"""Keyed random numbers: patient i of seed s draws the same number of a quantity, whoever else is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigsim.patients.random import normal, uniform

SEEDS = st.integers(0, 2**63 - 1)


@given(SEEDS, st.integers(0, 2**40), st.integers(1, 50), st.data())
def test_a_part_is_the_part_of_the_whole(seed, start, count, data):
    skip = data.draw(st.integers(0, count - 1))
    for draw in (uniform, normal):
        whole = draw(seed, "V_c", start, count)
        assert np.array_equal(whole[skip:], draw(seed, "V_c", start + skip, count - skip))


@given(SEEDS, SEEDS)
def test_seeds_and_quantities_have_streams_of_their_own(seed, other):
    here = uniform(seed, "V_c", 0, 8)
    assert not np.isin(here, uniform(seed, "k_12", 0, 8)).any()
    if seed != other:
        assert not np.isin(here, uniform(other, "V_c", 0, 8)).any()


def test_neighbouring_patients_do_not_share_numbers():
    assert len(np.unique(uniform(1, "sex", 0, 100_000))) == 100_000


@pytest.mark.parametrize("quantity", ["sex", "weight_kg", "production_excess"])
def test_uniform_and_normal_have_their_distribution(quantity):
    # Kolmogorov-Smirnov distance of 50,000 draws: below 0.0087 in 999 of 1000 such tests
    n = 50_000
    ranks = np.arange(1, n + 1) / n
    assert np.abs(np.sort(uniform(2, quantity, 0, n)) - ranks).max() < 0.0087
    z = np.sort(normal(2, quantity, 0, n))
    assert np.abs(z).max() < 6
    for quantile, expected in [(0.025, -1.96), (0.25, -0.6745), (0.5, 0.0), (0.75, 0.6745), (0.975, 1.96)]:
        assert z[int(quantile * n)] == pytest.approx(expected, abs=0.04)


def test_two_quantities_are_not_correlated():
    z = [normal(3, quantity, 0, 50_000) for quantity in ("weight_kg", "height_cm", "baseline_igg")]
    assert np.abs(np.corrcoef(z) - np.eye(3)).max() < 0.02
