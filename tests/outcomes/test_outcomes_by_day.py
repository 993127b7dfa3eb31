from functools import reduce
from itertools import pairwise
from operator import add

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.outcomes import DayDistribution, share_at_least, wilson


def chunks_of(sim, cuts, fake):
    edges = [0, *sorted(cuts), len(sim["platelets"])]
    return [fake(sim.time, sim["platelets"][a:b]) for a, b in pairwise(edges)]


def test_shares_by_hand_without_the_failed(fake):
    sim = fake(
        [0, 1, 7], [[10, 50, 90], [10, 20, 60], [10, 10, 10], [0, 0, 0]], failures={3: "step too small"}
    )
    table = share_at_least(sim, 50).to_polars()
    assert table["share"].to_list() == [0, 1 / 3, 2 / 3]
    assert table["n"].to_list() == [3, 3, 3]
    low, high = wilson([0, 1, 2], 3)
    assert table["low"].to_list() == low.tolist()
    assert table["high"].to_list() == high.tolist()


@settings(max_examples=20)
@given(cuts=st.sets(st.integers(1, 199), max_size=5))
def test_chunks_add_up(cuts, fake, random_courses):
    sim = random_courses(200)
    parts = chunks_of(sim, cuts, fake)
    whole, summed = share_at_least(sim, 50), reduce(add, (share_at_least(part, 50) for part in parts))
    np.testing.assert_array_equal(whole.reached, summed.reached)
    assert whole.n == summed.n == 200
    days = reduce(add, (DayDistribution.of(part) for part in parts))
    np.testing.assert_array_equal(days.counts, DayDistribution.of(sim).counts)


@pytest.mark.parametrize("patients", [1, 2, 5, 36, 1001])
def test_quantiles_are_right_to_half_a_percent(patients, random_courses):
    sim = random_courses(patients)
    days = DayDistribution.of(sim)
    assert days.n == patients
    np.testing.assert_allclose(days.quantile(0.5), np.median(sim["platelets"], axis=0), rtol=0.005)
    wanted = [0.05, 0.25, 0.75, 0.95]
    exact = np.quantile(sim["platelets"], wanted, axis=0, method="averaged_inverted_cdf").T
    np.testing.assert_allclose(days.quantile(wanted), exact, rtol=0.005)


def test_extreme_quantiles_and_zeros(fake):
    days = DayDistribution.of(fake([0, 1], [[0, 5], [0, 50], [0, 500]]))
    np.testing.assert_allclose(days.quantile([0, 1])[1], [5, 500], rtol=0.005)
    assert (days.quantile([0, 0.5, 1])[0] <= 1e-3).all()


def test_highest_median(fake):
    sim = fake([0, 4, 8], [[10, 90, 80], [10, 20, 149], [10, 10, 300]])
    value, day = DayDistribution.of(sim).highest_median()
    assert (round(value), day) == (149, 8)


def test_chunks_that_do_not_belong_together_are_refused(fake):
    sim, other = fake([0, 1], [[10, 20]]), fake([0, 2], [[10, 20]])
    with pytest.raises(InputError, match="different output times"):
        share_at_least(sim, 50) + share_at_least(other, 50)
    with pytest.raises(InputError, match=r"threshold 50\.0 and 30\.0"):
        share_at_least(sim, 50) + share_at_least(sim, 30)
    with pytest.raises(InputError, match="different output times"):
        DayDistribution.of(sim) + DayDistribution.of(other)


def test_values_that_no_bin_holds_are_refused(fake):
    with pytest.raises(InputError, match="outside 0 to 100000"):
        DayDistribution.of(fake([0, 1], [[10, 1e5]]))
    with pytest.raises(InputError, match=r"quantile 1\.5 lies outside"):
        DayDistribution.of(fake([0, 1], [[10, 20]])).quantile(1.5)


def test_nobody_has_no_quantile_and_no_interval(fake):
    nobody = fake([0, 1], [[10, 20]], failures={0: "step too small"})
    with pytest.raises(InputError, match="no patient finished"):
        DayDistribution.of(nobody).quantile(0.5)
    with pytest.raises(InputError, match="a share of 0 patients"):
        share_at_least(nobody, 50).to_polars()
