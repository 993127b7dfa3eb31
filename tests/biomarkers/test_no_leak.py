"""Nothing leaks: not from the future, not from the outcome, not from held-out patients."""

from dataclasses import replace

import numpy as np
import pytest

import ivigsim
from ivigsim.outcomes import TRIAL_DAY_7
from ivigsim.prediction.combined import boosted_trees, logistic, try_held_out
from ivigsim.prediction.evidence import gather
from ivigsim.prediction.folds import make_folds
from ivigsim.prediction.measure import Clinic
from ivigsim.prediction.models import score_models
from ivigsim.prediction.response import already_there
from ivigsim.prediction.single import rank_markers

TWO_DAYS = "IVIG 1 g/kg daily x2"


def with_another_future(sim, day):
    """The same simulation up to a day, and nonsense after it."""
    known = sim.time <= day
    nonsense = np.random.default_rng(day).permutation(len(sim))
    outputs = {name: np.where(known, kept, kept[nonsense] * 7.0) for name, kept in sim.outputs.items()}
    return replace(sim, outputs=outputs)


@pytest.mark.parametrize("day", [0, 1, 2])
def test_what_comes_after_a_measurement_cannot_change_it(sim, markers, day):
    other = with_another_future(sim, day)
    assert not np.array_equal(other["platelets"], sim["platelets"])
    for marker in markers:
        if marker.day <= day:
            np.testing.assert_array_equal(Clinic(other).measured(marker), Clinic(sim).measured(marker))
    there = [already_there(each.time, each["platelets"], TRIAL_DAY_7, day) for each in (sim, other)]
    np.testing.assert_array_equal(*there)


def test_later_outputs_need_not_even_exist(sim, markers):
    for day in (0, 1, 2):
        cut = replace(
            sim, time=sim.time[: day + 1], outputs={n: x[:, : day + 1] for n, x in sim.outputs.items()}
        )
        for marker in markers:
            if marker.day == day:
                np.testing.assert_array_equal(Clinic(cut).measured(marker), Clinic(sim).measured(marker))


def test_another_future_changes_the_outcome_and_no_marker(sim, markers):
    one, other = (gather(each, markers, TRIAL_DAY_7) for each in (sim, with_another_future(sim, 2)))
    assert not np.array_equal(one.responded, other.responded)
    for marker in markers:
        np.testing.assert_array_equal(one.measured[marker.id], other.measured[marker.id])


def standard_errors_from_chance(area):
    return (area.value - 0.5) / ((area.high - area.low) / (2 * 1.96))


def test_shuffled_outcomes_leave_nothing_but_chance(evidence):
    errors, rates, forecasts = [], [], []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(evidence.responded))
        # everyone waits: who is there already would itself tell the outcome that is shuffled
        waiting = {day: np.ones(len(order), dtype=bool) for day in evidence.waiting}
        shuffled = replace(evidence, responded=evidence.responded[order], waiting=waiting)
        groups = [shuffled.group(1)]
        for rank in rank_markers(shuffled, [shuffled.group(0), shuffled.group(1)], 5, 1, seed):
            errors.append(standard_errors_from_chance(rank.area))
            rates.append(rank.sensitivity + rank.specificity)
        models = score_models(shuffled, groups, 5, 1, seed)
        forecasts += [standard_errors_from_chance(model.area) for model in models]
    assert np.mean(np.array(errors) < 1.96) > 0.9  # turned to be above 0.5, so one side only
    assert max(errors) < 4
    assert np.mean(rates) == pytest.approx(1.0, abs=0.03)
    assert abs(np.mean(forecasts)) < 1.5
    assert max(map(abs, forecasts)) < 4


@pytest.mark.parametrize("make", [logistic, lambda _: boosted_trees(1)], ids=["logistic", "trees"])
def test_a_forecast_knows_nothing_of_those_held_out(evidence, make):
    rows = np.ones(len(evidence.responded), dtype=bool)
    markers = [marker for marker in evidence.markers if marker.day == 0]
    values, responded = evidence.table(markers, rows), evidence.responded
    folds = make_folds(responded, 5, 1, seed=1)
    held = folds[0][1]
    plain = try_held_out(make(markers), values, responded, folds, 1, shuffle=False).probability[held]
    flipped = responded.copy()
    flipped[held] = ~flipped[held]
    again = try_held_out(make(markers), values, flipped, folds, 1, shuffle=False).probability[held]
    np.testing.assert_array_equal(again, plain)
    # one held-out patient with odd values moves no other: neither scaling nor levels are learnt from it
    odd = values.copy()
    odd[held[0]] *= 50.0
    moved = try_held_out(make(markers), odd, responded, folds, 1, shuffle=False).probability[held]
    np.testing.assert_array_equal(moved[1:], plain[1:])


@pytest.mark.parametrize(("by_day", "days"), [(1, [0]), (2, [0, 1]), (3, [0, 1, 2])])
def test_no_marker_is_measured_when_the_response_is_already_judged(by_day, days):
    # a threshold for each day that about half of the patients meet
    found = ivigsim.biomarkers(
        TWO_DAYS,
        threshold={1: 40, 2: 70, 3: 90}[by_day],
        by_day=by_day,
        patients=600,
        markers=["platelets", "platelets_24h", "platelets_48h"],
        repeats=1,
    )
    assert sorted({rank.marker.day for rank in found.ranks}) == days


def test_those_who_are_there_already_are_not_predicted(ranking, sim):
    for group in ranking.groups:
        rows = ranking.numbers[ranking.waiting[group.day]]
        assert len(rows) == group.patients
        assert (sim["platelets"][rows, : group.day + 1] < 50).all()
        assert ranking.responded[ranking.waiting[group.day]].sum() == group.responders
    for model in ranking.models:
        assert len(model.probability) == model.group.patients
