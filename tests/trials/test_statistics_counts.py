"""Counts over visits, against the regressions of statsmodels; and IVIG per responder."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import ttest_rel
from statsmodels.genmod.cov_struct import Independence
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.regression.linear_model import OLS

from ivigsim.trials.statistics import Design, analyse
from ivigsim.trials.statistics.means import fieller


def table(counts, baseline, grams=70.0, responses=None):
    """Return patients from counts by arm, {arm: (n, visits)}."""
    frames = []
    for place, (arm, values) in enumerate(counts.items()):
        n = len(values)
        frame = pl.DataFrame(
            {
                "arm": arm,
                "replicate": 0,
                "patient": np.arange(n),
                "failed": False,
                "dropped_out_d": pl.Series([None] * n, dtype=pl.Float64),
                "rescued_d": pl.Series([None] * n, dtype=pl.Float64),
                "rescues": 0,
                "ivig_g": np.broadcast_to(grams[place] if isinstance(grams, list) else grams, n).astype(
                    float
                ),
                "baseline_1e9_per_l": baseline[place],
            }
            | {f"count_day_{day}": values[:, k] for k, day in enumerate((1, 7))}
            | ({"day_7": responses[place]} if responses else {})
        )
        frames.append(frame)
    return pl.concat(frames)


@pytest.fixture(scope="module")
def groups():
    rng = np.random.default_rng(2)
    baseline = rng.lognormal(2.5, 0.4, (2, 25))
    will = rng.normal(0, 0.4, (2, 25, 1))
    rise = np.array([[0.5, 1.0], [0.7, 1.6]])[:, None, :]
    return baseline, baseline[:, :, None] * np.exp(rise + will + rng.normal(0, 0.2, (2, 25, 2)))


def parallel(baseline, counts):
    design = Design("parallel", ("a", "b"), "a", visits=(1.0, 7.0))
    return analyse(table({"a": counts[0], "b": counts[1]}, baseline), design).counts.comparisons


def test_each_visit_is_a_robust_regression(groups):
    baseline, counts = groups
    rows = parallel(baseline, counts)
    past = np.log(baseline).ravel()
    matrix = np.column_stack([np.repeat([0.0, 1.0], 25), np.ones(50), past])
    for k, row in enumerate(rows[:2]):
        fitted = OLS(np.log(counts[:, :, k]).ravel(), matrix).fit(cov_type="HC2", use_t=True)
        low, high = fitted.conf_int()[0]
        assert np.log(row.ratio.value) == pytest.approx(fitted.params[0])
        assert (np.log(row.ratio.low), np.log(row.ratio.high)) == (pytest.approx(low), pytest.approx(high))
        assert row.p == pytest.approx(fitted.pvalues[0])


def test_all_visits_are_a_gee(groups):
    """The estimate is that of the GEE, its error but for the small-sample correction too."""
    baseline, counts = groups
    mean = parallel(baseline, counts)[-1]
    assert mean.day is None
    logs = np.log(counts).reshape(50, 2)
    past = np.log(baseline).ravel()
    arm = np.repeat([0.0, 1.0], 25)
    blocks = [np.column_stack([np.ones(50), arm, past]) * (visit == k) for visit in (0, 1) for k in (0, 1)]
    matrix = np.vstack([np.hstack(blocks[:2]), np.hstack(blocks[2:])])
    fitted = GEE(logs.T.ravel(), matrix, groups=np.tile(np.arange(50), 2), cov_struct=Independence()).fit()
    weights = np.array([0, 0.5, 0, 0, 0.5, 0])
    error = np.sqrt(weights @ fitted.cov_params() @ weights)
    assert np.log(mean.ratio.value) == pytest.approx(weights @ fitted.params)
    ours = np.log(mean.ratio.high / mean.ratio.low) / 2 / 2.0117  # t with 47 degrees of freedom
    assert ours == pytest.approx(error, rel=0.06)
    assert ours > error


def test_pairs_are_the_paired_t_test():
    rng = np.random.default_rng(3)
    baseline = np.tile(rng.lognormal(2.5, 0.4, 40), (2, 1))
    counts = baseline[:, :, None] * np.exp(rng.normal(1, 0.3, (2, 40, 2)))
    counts[1, 5, 1] = np.nan
    design = Design("paired", ("a", "b"), "a", visits=(1.0, 7.0))
    rows = analyse(table({"a": counts[0], "b": counts[1]}, baseline), design).counts.comparisons
    there = np.arange(40) != 5
    expected = ttest_rel(np.log(counts[1, there, 1]), np.log(counts[0, there, 1]))
    assert rows[1].p == pytest.approx(expected.pvalue)
    assert np.log(rows[1].ratio.low) == pytest.approx(expected.confidence_interval().low)


def test_too_few_counts_are_no_comparison_and_small_ones_are_said():
    counts = np.array([[[0.4, 30.0]] * 5, [[0.5, np.nan]] * 5])
    counts[0, :, 1] += np.arange(5)
    baseline = np.array([[10.0, 11, 12, 13, 14], [14.0, 11, 10, 12, 13]])
    design = Design("parallel", ("a", "b"), "a", visits=(1.0, 7.0))
    found = analyse(table({"a": counts[0], "b": counts[1]}, baseline), design)
    assert found.counts.comparisons[1].ratio.value is None
    assert found.counts.raised == 10
    assert any("below 1e9/L" in note for note in found.notes)
    assert found.counts.comparisons[0].p is None  # everybody has the same count: no error to compare with


def use(kind="parallel", grams=(50.0, 100.0), responders=(2, 6)):
    counts = np.full((2, 10, 2), 40.0) + np.arange(10)[:, None]
    baseline = np.full((2, 10), 12.0)
    answers = [np.arange(10) < k for k in responders]
    design = Design(kind, ("a", "b"), "a", responses=("day_7",), price_per_g=2.0, currency="X")
    frame = table({"a": counts[0], "b": counts[1]}, baseline, grams=list(grams), responses=answers)
    return analyse(frame, design).use


@pytest.mark.parametrize("kind", ["parallel", "paired"])
def test_grams_per_responder_by_hand(kind):
    found = use(kind)
    # 10 x 50 g over 2 responders, 10 x 100 g over 6; 500 g more for 4 more
    assert [row.grams.value for row in found.per_responder] == [pytest.approx(250), pytest.approx(500 / 3)]
    assert found.extra[0].grams.value == pytest.approx(125)
    assert found.extra[0].cost.value == pytest.approx(250)


def test_extra_grams_are_undefined_where_nothing_is_gained():
    assert use(responders=(6, 6)).extra[0].why_undefined == "no more responders"
    assert use(grams=(100.0, 50.0)).extra[0].why_undefined == "more responders without more IVIG"
    assert use(responders=(0, 6)).per_responder[0].grams.value is None


def test_fieller_covers():
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        x = rng.normal(10, 3, 50)
        y = 0.5 * x + rng.normal(0, 1, 50)
        spread = np.cov(x, y) / 50
        found = fieller(x.mean(), y.mean(), spread[0, 0], spread[1, 1], spread[0, 1], 1.96)
        hits += found.low <= 2 <= found.high
    assert 0.91 <= hits / 400 <= 0.98
