"""How likely published rows are: by hand, and what differences between trials do to it."""

from math import comb, exp, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigsim.evidence import load_rows
from ivigsim.fit.likelihood import (
    Observed,
    log_likelihood,
    observed,
    patients_counted,
    shown,
    stabilised,
    stabilised_data,
)

ROWS = {row.id: row for row in load_rows()}


def density(row, centre, spread=0.0, tau=0.0):
    return float(np.exp(log_likelihood([row], np.array([centre]), np.array([spread]), tau)[0]))


def test_a_share_is_binomial():
    row = observed(ROWS["E019"])  # 80.7% of 57
    assert (row.form, row.n, row.value) == ("binomial", 57, 46)
    assert density(row, 0.7) == pytest.approx(comb(57, 46) * 0.7**46 * 0.3**11)


def test_a_median_is_an_order_statistic():
    row = observed(ROWS["E023"])  # of the 46 who responded
    assert (row.form, row.n, row.value) == ("binomial", 46, 23)
    days = np.array([10.0] * 30 + [20.0] * 10)
    assert shown(ROWS["E023"], (days,)).centre == pytest.approx(30.5 / 41)


def test_a_median_counts_ties_half():
    assert shown(ROWS["E027"], (np.array([1.0, 2.0, 2.0, 3.0]),)).centre == pytest.approx(2.5 / 5)


def test_a_mean_is_normal_with_the_published_or_the_simulated_spread():
    published = observed(ROWS["E141"])  # 7.8 g/L, SD 5.6, n = 174
    assert published.se == pytest.approx(5.6 / sqrt(174))
    row = observed(ROWS["E062"])  # n = 18, no SD
    assert row.se is None
    se = 40.0 / sqrt(18)
    assert density(row, 80.0, 40.0) == pytest.approx(exp(-0.5 * (12 / se) ** 2) / (se * sqrt(2 * pi)))


def test_a_difference_of_shares_is_in_percent():
    groups = (np.array([1.0, 1.0, 0.0, 0.0]), np.zeros(4))
    found = shown(ROWS["E154"], groups)
    assert found.centre == 50.0
    assert found.spread == pytest.approx(50.0)


def test_rows_over_responders_count_responders():
    assert patients_counted(ROWS["E019"]) == 57
    assert patients_counted(ROWS["E023"]) == 46


@given(st.floats(0.05, 0.95), st.floats(0.01, 0.5))
def test_differences_between_trials_make_a_surprise_less_surprising(p, tau):
    row = Observed("E0", "a trial", "binomial", 60, 30.0, None)
    far = abs(p - 0.5) > 2.5 * sqrt(0.25 / 60 + (0.5 * tau) ** 2)
    if far:
        assert density(row, p, tau=tau) > density(row, p)


def test_on_the_stabilised_scale_noise_is_that_of_n():
    rows = [Observed("E0", "t", "binomial", 50, 25.0, None), Observed("E1", "t", "normal", 25, 3.0, None)]
    data, noise = stabilised_data(rows, np.array([0.0, 10.0]), tau=0.0)
    assert data[0] == pytest.approx(pi / 2)
    assert noise == pytest.approx([1 / sqrt(50.5), 2.0])
    assert stabilised(rows, np.array([0.5, 3.0])) == pytest.approx([pi / 2, 3.0])
    rng = np.random.default_rng(1)
    for p in (0.1, 0.5, 0.9):  # the scale does what it is for
        shares = rng.binomial(50, p, 20_000) / 50
        assert (2 * np.arcsin(np.sqrt(shares))).std() == pytest.approx(1 / sqrt(50.5), rel=0.12)
