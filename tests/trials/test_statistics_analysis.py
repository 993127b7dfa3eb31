"""The whole analysis: who is counted, what is refused, and that parallel and paired are never confused."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from ivigsim.errors import InputError
from ivigsim.trials.statistics import Design, analyse
from ivigsim.trials.statistics.cohorts import cohorts
from ivigsim.trials.statistics.repeated import compare_grouped_counts, compare_paired_counts
from ivigsim.trials.statistics.responses import compare_groups, compare_pairs
from ivigsim.trials.statistics.times import compare_grouped_times, compare_paired_times

VISITS = (1.0, 7.0)
DESIGN = Design(
    "parallel", ("low", "high"), "low", ("day_7",), ("t50",), VISITS, price_per_g=50.0, currency="EUR"
)


def trial(kind, n=40, replicates=1, seed=1, arms=("low", "high"), effect=0.4):
    """Return patients of a made-up trial; paired: the same people in every arm, counted anew."""
    rng = np.random.default_rng(seed)
    size = n * replicates

    def people():
        return rng.lognormal(2.5, 0.5, size), rng.normal(0, 0.6, size)

    shared, frames = people(), []
    for place, arm in enumerate(arms):
        base, will = shared if kind == "paired" else people()
        peak = base * np.exp(1.3 + effect * place + will)
        response = peak >= 50
        frames.append(
            pl.DataFrame(
                {
                    "arm": arm,
                    "replicate": np.repeat(np.arange(replicates), n),
                    "patient": np.tile(np.arange(n), replicates),
                    "failed": False,
                    "dropped_out_d": pl.Series([None] * size, dtype=pl.Float64),
                    "rescued_d": pl.Series([None] * size, dtype=pl.Float64),
                    "rescues": 0,
                    "ivig_g": 70.0 * (place + 1) + rng.normal(0, 5, size),
                    "baseline_1e9_per_l": base * np.exp(rng.normal(0, 0.1, size)),
                    "count_day_1": base * np.exp(0.5 + rng.normal(0, 0.1, size)),
                    "count_day_7": peak * np.exp(rng.normal(0, 0.1, size)),
                    "day_7": response,
                    "t50_d": np.where(response, np.where(peak > 90, 1.0, 7.0), 28.0),
                    "t50_event": response,
                }
            )
        )
    return pl.concat(frames)


@pytest.fixture(scope="module")
def parallel():
    return trial("parallel")


@pytest.fixture(scope="module")
def paired():
    return trial("paired")


def test_counts_by_hand(parallel):
    found = analyse(parallel, DESIGN)
    frame = parallel.filter(pl.col("arm") == "high")
    share = found.responses[0].shares[1]
    assert (share.responders, share.judged) == (frame["day_7"].sum(), 40)
    assert found.use.arms[1].total_g == pytest.approx(frame["ivig_g"].sum())
    per = found.use.per_responder[1]
    assert per.grams.value == pytest.approx(frame["ivig_g"].sum() / frame["day_7"].sum())
    assert per.cost.value == pytest.approx(50 * per.grams.value)
    assert found.counts.visits[-1].median == pytest.approx(frame["count_day_7"].median())


def test_paired_and_parallel_give_the_same_shares_and_other_limits(paired):
    pairs = analyse(paired, replace(DESIGN, kind="paired"))
    # the same numbers under other people's names are parallel groups
    moved = paired.with_columns(pl.col("patient") + pl.when(pl.col("arm") == "high").then(1000).otherwise(0))
    groups = analyse(moved, DESIGN)
    a, b = pairs.responses[0].comparisons[0], groups.responses[0].comparisons[0]
    assert a.difference.value == pytest.approx(b.difference.value)
    assert a.difference.high - a.difference.low < b.difference.high - b.difference.low
    assert a.pairs is not None
    assert b.pairs is None
    assert pairs.times[0].comparisons[0].order is not None
    assert groups.times[0].comparisons[0].order is None


def test_counterfactuals_are_refused_as_parallel_groups(paired):
    with pytest.raises(InputError, match="seem to hold the same virtual patients"):
        analyse(paired, DESIGN)


def test_parallel_groups_are_refused_as_counterfactuals(parallel):
    with pytest.raises(InputError, match="unrelated baselines"):
        analyse(parallel, replace(DESIGN, kind="paired"))


def test_unmatched_patients_are_refused(paired):
    design = replace(DESIGN, kind="paired")
    with pytest.raises(InputError, match="do not hold the same patients"):
        analyse(paired.slice(1), design)
    moved = paired.with_columns(pl.col("patient") + pl.when(pl.col("arm") == "high").then(1).otherwise(0))
    with pytest.raises(InputError, match="do not hold the same patients"):
        analyse(moved, design)


def test_each_comparison_refuses_the_other_design(parallel, paired):
    groups, pairs = cohorts(parallel, DESIGN), cohorts(paired, replace(DESIGN, kind="paired"))
    twin = replace(DESIGN, kind="paired")
    for compare, endpoint in ((compare_groups, "day_7"), (compare_grouped_times, "t50")):
        with pytest.raises(InputError, match="takes PARALLEL groups"):
            compare(pairs, "high", endpoint, twin)
    for compare, endpoint in ((compare_pairs, "day_7"), (compare_paired_times, "t50")):
        with pytest.raises(InputError, match="takes PAIRED counterfactuals"):
            compare(groups, "high", endpoint, DESIGN)
    with pytest.raises(InputError, match="takes PARALLEL groups"):
        compare_grouped_counts(pairs, "high", twin)
    with pytest.raises(InputError, match="takes PAIRED counterfactuals"):
        compare_paired_counts(groups, "high", DESIGN)


def test_order_of_rows_changes_nothing(paired):
    design = replace(DESIGN, kind="paired")
    mixed = paired.sample(fraction=1.0, shuffle=True, seed=3)
    assert analyse(mixed, design).to_dict() == analyse(paired, design).to_dict()


def test_failed_patients_are_left_out_and_counted(parallel, paired):
    first = (pl.col("arm") == "high") & (pl.col("patient") < 3)
    none = pl.when(first).then(None)
    broken = [
        frame.with_columns(
            failed=first, day_7=none.otherwise(pl.col("day_7")), t50_d=none.otherwise(pl.col("t50_d"))
        )
        for frame in (parallel, paired)
    ]
    groups = analyse(broken[0], DESIGN)
    assert [(arm.failed, arm.analysed, arm.left_out) for arm in groups.arms] == [(0, 40, 0), (3, 37, 0)]
    pairs = analyse(broken[1], replace(DESIGN, kind="paired"))
    assert [(arm.failed, arm.analysed, arm.left_out) for arm in pairs.arms] == [(0, 37, 3), (3, 37, 0)]
    assert pairs.responses[0].comparisons[0].pairs.n == 37
    assert any("left out of all" in note for note in pairs.notes)


def test_not_judged_is_not_no(parallel):
    some = parallel.with_columns(day_7=pl.when(pl.col("patient") < 4).then(None).otherwise(pl.col("day_7")))
    found = analyse(some, DESIGN)
    share = found.responses[0].shares[0]
    assert (share.judged, share.not_judged) == (36, 4)
    assert share.share_of_all == pytest.approx(share.responders / 40)
    assert any("not judged" in note for note in found.notes)


def test_nan_is_missing(parallel):
    gap = parallel.with_columns(
        count_day_7=pl.when(pl.col("patient") < 4).then(float("nan")).otherwise(pl.col("count_day_7"))
    )
    visit = analyse(gap, DESIGN).counts.visits[1]
    assert (visit.counted, visit.missing) == (36, 4)
    assert np.isfinite(visit.median)


def test_never_at_risk_is_left_out_and_said(parallel):
    some = parallel.with_columns(t50_d=pl.when(pl.col("patient") < 4).then(None).otherwise(pl.col("t50_d")))
    found = analyse(some, DESIGN)
    assert (found.times[0].curves[0].patients, found.times[0].curves[0].not_at_risk) == (36, 4)
    assert any("not everyone has" in note for note in found.notes)


def test_json_holds_no_nan(parallel):
    for design in (DESIGN, replace(DESIGN, price_per_g=None, currency=None)):
        json.dumps(analyse(parallel, design).to_dict(), allow_nan=False)


def test_no_price_is_no_cost(parallel):
    found = analyse(parallel, replace(DESIGN, price_per_g=None, currency=None)).use
    assert found.arms[0].mean_cost is None
    assert found.per_responder[0].cost is None
    assert found.currency is None


def test_one_arm_is_described_and_not_compared(parallel):
    found = analyse(parallel.filter(pl.col("arm") == "low"), replace(DESIGN, arms=("low",)))
    assert found.responses[0].comparisons == ()
    assert "at least two arms" in found.no_power


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "crossover"}, "unknown kind of design 'crossover'"),
        ({"arms": ("low", "low")}, "each named once"),
        ({"reference": "lov"}, "nearest: 'low'"),
        ({"level": 95.0}, "level is 95.0"),
        ({"price_per_g": None}, "both or neither"),
        ({"price_per_g": -1.0}, "above 0"),
        ({"primary": "day_8"}, "nearest: 'day_7'"),
        ({"sizes": (1,)}, "from 2"),
    ],
)
def test_designs_that_cannot_be_are_refused(change, says):
    with pytest.raises(InputError, match=says):
        replace(DESIGN, **change)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.drop("day_7"), "no column 'day_7'"),
        (lambda f: f.drop("count_day_1"), "no column 'count_day_1'"),
        (lambda f: f.filter(pl.col("arm") == "low"), "no arm 'high'"),
        (lambda f: f.with_columns(arm=pl.lit("other")), "no arm 'low'"),
        (lambda f: pl.concat([f, f.with_columns(arm=pl.lit("third"))]), "does not know arm 'third'"),
        (lambda f: pl.concat([f, f]), "holds a patient twice"),
        (lambda f: f.with_columns(failed=True), "no patient to analyse"),
    ],
)
def test_tables_that_do_not_fit_are_refused(parallel, change, says):
    with pytest.raises(InputError, match=says):
        analyse(change(parallel), DESIGN)


def test_many_patients_take_seconds():
    from time import perf_counter

    table = trial("parallel", n=200_000, arms=("low",))
    began = perf_counter()
    found = analyse(table, replace(DESIGN, arms=("low",)))
    assert found.arms[0].analysed == 200_000
    assert perf_counter() - began < 10  # some ten times what it takes
