"""Times to an event, against the textbook data of Freireich 1963 and against lifelines."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time
from statsmodels.duration.hazard_regression import PHReg

from ivigsim.trials.statistics.replicates import log_ranks
from ivigsim.trials.statistics.restricted import days_apart, last_known_day, restricted_mean
from ivigsim.trials.statistics.survival import (
    Order,
    first_of_two,
    grouped,
    hazard_ratio,
    kaplan_meier,
    log_rank,
    paired_hazard_ratio,
)

# Weeks of remission in acute leukaemia, Freireich 1963 Blood 21:699, in Cox 1972; + is censored
DRUG = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read(text):
    words = text.split()
    times = np.array([float(word.rstrip("+")) for word in words])
    return times, np.array([not word.endswith("+") for word in words])


def group(times, events):
    return grouped(pl.Series(np.asarray(times, dtype=float)), pl.Series(np.asarray(events, dtype=bool)))


@pytest.fixture(scope="module")
def drug():
    return group(*read(DRUG))


@pytest.fixture(scope="module")
def placebo():
    return group(*read(PLACEBO))


def test_kaplan_meier_as_in_textbooks(drug, placebo):
    curve = kaplan_meier(drug)
    at = dict(zip(curve.days, curve.share, strict=True))
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {day: round(at[day], 3) for day in published} == published
    assert (curve.median.value, kaplan_meier(placebo).median.value) == (23, 8)
    assert curve.median.high is None  # the upper limit of the curve stays above a half


def test_limits_hold_the_curve(drug):
    curve = kaplan_meier(drug)
    rows = zip(curve.low, curve.share, curve.high, strict=True)
    assert all(low <= share + 1e-12 and share <= high + 1e-12 for low, share, high in rows)
    assert curve.at_risk[0] == 21


def test_log_rank_as_in_textbooks(drug, placebo):
    # chi-squared 16.79 on 1 degree of freedom
    assert log_rank([drug, placebo]) == pytest.approx(4.17e-5, rel=0.01)


def test_hazard_ratio_as_in_textbooks(drug, placebo):
    # Efron's ties: coefficient 1.572, standard error 0.412
    found = hazard_ratio(placebo, drug)
    assert np.log(found.value) == pytest.approx(1.572, abs=5e-4)
    assert np.log(found.high / found.low) / 2 / 1.959964 == pytest.approx(0.412, abs=5e-4)


samples = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=2, max_size=25)


@given(samples, samples)
def test_hazard_ratio_turns_round(first, second):
    a, b = (group(*zip(*rows, strict=True)) for rows in (first, second))
    forth, back = hazard_ratio(a, b), hazard_ratio(b, a)
    assert (forth.value is None) == (back.value is None)
    if forth.value is not None and 1e-3 < forth.value < 1e3:
        assert forth.value * back.value == pytest.approx(1, rel=1e-5)
        assert forth.low < forth.value < forth.high


def test_hazard_ratio_is_the_library_s():
    rng = np.random.default_rng(4)
    times = np.ceil(rng.exponential(np.repeat([8.0, 5.0], 60)))
    events = rng.random(120) < 0.8
    arm = np.repeat([0.0, 1.0], 60)
    fitted = PHReg(times, arm[:, None], status=events.astype(int), ties="efron").fit()
    found = hazard_ratio(group(times[60:], events[60:]), group(times[:60], events[:60]))
    assert np.log(found.value) == pytest.approx(fitted.params[0], abs=1e-6)
    assert np.log(found.high / found.low) / 2 / 1.959964 == pytest.approx(fitted.bse[0], rel=1e-4)


def test_no_event_is_no_hazard_ratio():
    none, some = group([5, 6], [False, False]), group([2, 5], [True, True])
    assert hazard_ratio(none, some).value is None
    assert log_rank([none, none]) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # lifelines with this pandas
def test_many_log_ranks_are_the_library_s_one_by_one():
    rng = np.random.default_rng(5)
    t, u = np.ceil(rng.exponential(8, (6, 30))), np.ceil(rng.exponential(5, (6, 30)))
    e, f = rng.random((6, 30)) < 0.8, rng.random((6, 30)) < 0.8
    t[2, 20:] = np.nan  # never at risk
    p, ratio = log_ranks(t, e, u, f)
    for row in range(6):
        there = np.isfinite(t[row])
        found = logrank_test(t[row][there], u[row], e[row][there], f[row])
        assert p[row] == pytest.approx(found.p_value, rel=1e-6)
    assert ratio.mean() < 1  # the arm has the later events


def test_a_million_patients_overflow_nothing():
    rng = np.random.default_rng(8)
    t, u = (np.minimum(np.ceil(rng.exponential(mean, (1, 500_000))), 28.0) for mean in (9.0, 8.97))
    p, ratio = log_ranks(t, t < 28, u, u < 28)
    a, b = group(t[0], t[0] < 28), group(u[0], u[0] < 28)
    assert p[0] == pytest.approx(log_rank([a, b]), rel=1e-6)
    assert ratio[0] == pytest.approx(hazard_ratio(a, b).value, rel=2e-3)


def test_paired_order_by_hand():
    #        earlier  later   both at once  both censored  event on the day of censoring
    t, e = np.array([1.0, 9.0, 3.0, 9.0, 5.0]), np.array([True, False, True, False, True])
    u, f = np.array([4.0, 2.0, 3.0, 9.0, 5.0]), np.array([True, True, True, False, False])
    first, second, together = first_of_two(t, e, u, f)
    assert (first.tolist(), second.tolist()) == (
        [True, False, False, False, True],
        [False, True] + [False] * 3,
    )
    assert together.tolist() == [False, False, True, False, False]


def test_paired_hazard_ratio_is_the_stratified_cox_model():
    rng = np.random.default_rng(6)
    t, u = np.ceil(rng.exponential(5, 80)), np.ceil(rng.exponential(9, 80))
    seen = np.ones(80, bool)
    first, second, together = first_of_two(t, seen, u, seen)
    alone = ~together  # two events at once say nothing of their order
    frame = pd.DataFrame(
        {
            "t": np.r_[t[alone], u[alone]],
            "arm": np.repeat([1.0, 0.0], alone.sum()),
            "who": [*range(alone.sum())] * 2,
        }
    )
    fitted = PHReg(frame["t"], frame[["arm"]], strata=frame["who"]).fit()
    found = paired_hazard_ratio(Order(int(first.sum()), int(second.sum()), int(together.sum()), 0))
    assert np.log(found.value) == pytest.approx(fitted.params[0], abs=1e-5)
    assert found.low < found.value < found.high
    assert paired_hazard_ratio(Order(5, 0, 0, 0)).value is None


def test_restricted_mean_is_the_library_s(drug):
    from lifelines import KaplanMeierFitter

    times, events = read(DRUG)
    mean, _ = restricted_mean(drug, times, events, 30.0)
    fitted = KaplanMeierFitter().fit(times, events)
    assert mean == pytest.approx(restricted_mean_survival_time(fitted, t=30.0), rel=1e-9)


def test_parts_of_the_restricted_mean_are_its_derivatives(drug):
    times, events = read(DRUG)
    mean, parts = restricted_mean(drug, times, events, 30.0)
    assert parts.sum() == pytest.approx(0, abs=1e-9)
    many = 20_000  # a patient more among so many moves the mean by their part
    for extra in (0, 3, 13, 20):
        repeats = np.full(21, many)
        repeats[extra] += 1
        t, e = np.repeat(times, repeats), np.repeat(events, repeats)
        moved, _ = restricted_mean(group(t, e), t[:1], e[:1], 30.0)
        assert (moved - mean) * many == pytest.approx(parts[extra], rel=1e-3, abs=1e-4)


def test_days_apart_without_censoring_is_the_paired_t_interval():
    from scipy.stats import ttest_rel

    t, u = np.array([3.0, 5.0, 8.0, 2.0, 9.0]), np.array([4.0, 9.0, 9.0, 3.0, 9.0])
    seen = np.ones(5, bool)
    a, b = group(t, seen), group(u, seen)
    until = last_known_day(a, b)
    found = days_apart(restricted_mean(a, t, seen, until), restricted_mean(b, u, seen, until), 0.95)
    expected = ttest_rel(t, u).confidence_interval()
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))
