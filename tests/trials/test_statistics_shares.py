"""Shares of two arms, against published tables and the libraries."""

from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportions_ztest

from ivigsim.errors import InputError
from ivigsim.trials.statistics.proportions import (
    Pairs,
    difference,
    mcnemar_p,
    paired_difference,
    paired_ratio,
    ratio,
    score_p,
)


# Newcombe 1998 Stat Med 17:873, Table II, method 10
@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_of_independent_shares(counts, low, high):
    found = difference(*counts)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


# Cavo 2012 as in Fagerland, Lydersen & Laake 2017, Statistical Analysis of Contingency Tables, chapter 8
CAVO = Pairs(both=59, arm_only=6, reference_only=16, neither=80)


def test_paired_shares_as_published():
    apart, times = paired_difference(CAVO), paired_ratio(CAVO)
    assert [round(x, 4) for x in (apart.value, apart.low, apart.high)] == [-0.0621, -0.1186, -0.0046]
    assert [round(x, 4) for x in (times.value, times.low, times.high)] == [0.8667, 0.7579, 0.9910]
    assert round(float(mcnemar_p(CAVO.arm_only, CAVO.reference_only)), 6) == 0.052479


def test_paired_difference_by_hand():
    # 1 of 10 against 3 of 10 and nothing in common: Wilson 0.0179-0.4042 and 0.1078-0.6032;
    # ad - bc = 0 * 6 - 1 * 3 = -3, phi = -3 / sqrt(1 * 9 * 3 * 7) = -0.2182
    found = paired_difference(Pairs(0, 1, 3, 6))
    down = np.sqrt(0.0821**2 + 2 * 0.2182 * 0.0821 * 0.3032 + 0.3032**2)
    up = np.sqrt(0.1922**2 + 2 * 0.2182 * 0.1922 * 0.3042 + 0.3042**2)
    assert found.low == pytest.approx(-0.2 - down, abs=2e-4)
    assert found.high == pytest.approx(-0.2 + up, abs=2e-4)


arms = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
pairs = st.builds(Pairs, *[st.integers(0, 40)] * 3, st.integers(1, 40))


@given(arms, arms)
def test_independent_shares_turn_round(first, second):
    forth, back = difference(*first, *second), difference(*second, *first)
    assert isclose(forth.value, -back.value, abs_tol=1e-12)
    assert isclose(forth.low, -back.high, abs_tol=1e-9)
    assert forth.low - 1e-12 <= forth.value <= forth.high + 1e-12
    there, here = ratio(*first, *second), ratio(*second, *first)
    if there.low is not None:
        assert there.low <= there.value * (1 + 1e-12)
        assert there.value <= there.high * (1 + 1e-12)
        assert isclose(there.low * here.high, 1, rel_tol=1e-9)


@given(pairs)
def test_paired_shares_turn_round(table):
    turned = Pairs(table.both, table.reference_only, table.arm_only, table.neither)
    forth, back = paired_difference(table), paired_difference(turned)
    assert isclose(forth.low, -back.high, abs_tol=1e-9)
    assert forth.low - 1e-12 <= forth.value <= forth.high + 1e-12
    there, here = paired_ratio(table), paired_ratio(turned)
    if there.value:
        assert there.low <= there.value <= there.high
        if here.value:
            assert isclose(there.low * here.high, 1, rel_tol=1e-9)


@given(arms, arms)
def test_score_test_is_the_library_s(first, second):
    (k1, n1), (k2, n2) = first, second
    found = float(score_p(k1, n1, k2, n2))
    if 0 < k1 + k2 < n1 + n2:
        assert isclose(found, proportions_ztest([k1, k2], [n1, n2])[1], rel_tol=1e-9, abs_tol=1e-300)
    else:
        assert found == 1


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_the_library_s(b, c):
    assert isclose(float(mcnemar_p(b, c)), mcnemar([[0, b], [c, 0]], exact=True).pvalue, rel_tol=1e-9)


def test_correlated_pairs_have_narrower_limits():
    alike, unlike = paired_difference(Pairs(60, 20, 5, 15)), difference(80, 100, 65, 100)
    assert alike.value == pytest.approx(unlike.value)
    assert alike.high - alike.low < unlike.high - unlike.low


def test_nothing_to_compare_is_no_number():
    assert ratio(3, 10, 0, 10).value is None
    assert ratio(0, 10, 3, 10).low is None
    assert difference(0, 0, 3, 10).value is None
    assert paired_ratio(Pairs(0, 3, 0, 7)).value is None
    with pytest.raises(InputError, match="at least one pair"):
        Pairs(0, 0, 0, 0)
