"""Power over replicates: what it finds under no difference, how it grows, and the sizes it needs."""

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from ivigsim.errors import InputError
from ivigsim.trials.statistics import Design
from ivigsim.trials.statistics.cohorts import Cohorts
from ivigsim.trials.statistics.formulas import formula_for
from ivigsim.trials.statistics.power import power
from ivigsim.trials.statistics.replicates import Shares, Times, comparison

REPLICATES, N = 2000, 80


def rows(arm, seed, share):
    rng = np.random.default_rng(seed)
    size = REPLICATES * N
    response = rng.random(size) < share
    time = np.minimum(np.ceil(rng.exponential(12 / (0.5 + share), size)), 28.0)
    return pl.DataFrame(
        {
            "arm": arm,
            "replicate": np.repeat(np.arange(REPLICATES), N),
            "patient": np.tile(np.arange(N), REPLICATES),
            "day_7": response,
            "t50_d": time,
            "t50_event": time < 28,
        }
    )


def trial(kind, first, second, **more):
    design = Design(kind, ("a", "b"), "a", ("day_7",), ("t50",), **more)
    return Cohorts({"a": rows("a", 1, first), "b": rows("b", 2, second)}, {}, {}), design


@pytest.mark.parametrize("primary", ["day_7", "t50"])
def test_without_a_difference_one_in_twenty_parallel_replicates_is_significant(primary):
    found, design = trial("parallel", 0.5, 0.5, primary=primary)
    curve = power(found, design)[0]
    assert 0.04 < curve.power.value < 0.06


@pytest.mark.parametrize("primary", ["day_7", "t50"])
def test_without_a_difference_paired_tests_keep_their_level(primary):
    found, design = trial("paired", 0.5, 0.5, primary=primary)
    assert power(found, design)[0].power.value < 0.06  # exact tests stay below


@pytest.mark.parametrize("kind", ["parallel", "paired"])
@pytest.mark.parametrize("primary", ["day_7", "t50"])
def test_power_grows_with_patients_and_near_the_formula(kind, primary):
    found, design = trial(kind, 0.45, 0.7, primary=primary, sizes=(20, 40, 60))
    curve = power(found, design)[0]
    values = [point.power.value for point in curve.points]
    assert [point.n for point in curve.points] == [20, 40, 60, 80]
    assert values == sorted(values)
    last = curve.points[-1]
    assert last.formula == pytest.approx(last.power.value, abs=0.08)
    assert all(point.power.low <= point.power.value <= point.power.high for point in curve.points)


def test_the_size_needed_agrees_with_the_formula():
    found, design = trial("parallel", 0.45, 0.7)
    curve = power(found, design)[0]
    effect = proportion_effectsize(0.7, 0.45)
    expected = NormalIndPower().solve_power(effect, power=0.8, alpha=0.05)
    assert curve.needed.n == pytest.approx(expected, abs=8)
    assert curve.needed.low <= curve.needed.n <= curve.needed.high
    assert curve.estimate == pytest.approx(0.25, abs=0.01)
    assert curve.percentiles[0] < 0.25 < curve.percentiles[-1]


def test_smaller_sizes_are_the_first_patients():
    found, design = trial("parallel", 0.45, 0.7)
    cut = {arm: frame.filter(pl.col("patient") < 30) for arm, frame in found.by_arm.items()}
    whole = comparison(found, "b", "day_7", design).at(30)
    part = comparison(Cohorts(cut, {}, {}), "b", "day_7", design).at(30)
    np.testing.assert_array_equal(whole, part)


def test_more_than_was_looked_at_is_said():
    found, design = trial("parallel", 0.5, 0.52)
    needed = power(found, design)[0].needed
    assert (needed.n, needed.words) == (None, "more than 80")


def test_one_replicate_is_refused():
    found, design = trial("parallel", 0.5, 0.6)
    one = {arm: frame.filter(pl.col("replicate") == 0) for arm, frame in found.by_arm.items()}
    with pytest.raises(InputError, match="at least 2 replicates"):
        power(Cohorts(one, {}, {}), design)


def test_a_patient_missing_from_a_replicate_shortens_that_one_only():
    found, design = trial("parallel", 0.5, 0.6)
    less = {
        arm: frame.filter(~((pl.col("replicate") == 3) & (pl.col("patient") == 7)))
        for arm, frame in found.by_arm.items()
    }
    shares = comparison(Cohorts(less, {}, {}), "b", "day_7", design)
    assert shares.arm.shape == (REPLICATES, N)
    assert np.isnan(shares.arm).sum() == 1
    assert np.isnan(shares.arm[3, -1])


def test_nothing_to_tell_apart_has_no_formula():
    alike = np.ones((3, 10))
    assert formula_for(Shares(alike, alike, paired=True), 0.05)[1](10) is None
    assert formula_for(Shares(alike, alike, paired=False), 0.05)[1](10) == 0.05
    none = np.zeros((3, 10))
    times = Times(alike, none, alike, none, paired=False)
    assert formula_for(times, 0.05)[1](10) is None
    assert times.at(10)[0].tolist() == [1, 1, 1]
