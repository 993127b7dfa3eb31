"""Areas under the ROC curve, their limits, and cuts, against independent reckonings."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ivigsim.prediction.folds import held_out_rates, make_folds
from ivigsim.prediction.roc import Area, area, best_cut, difference, placements


def draw(rng, patients, shift, ties=False):
    responded = rng.random(patients) < 0.6
    values = rng.normal(size=patients) + shift * responded
    return (values.round() if ties else values), responded


@pytest.mark.parametrize("ties", [False, True])
def test_the_area_is_that_of_scikit_learn(ties):
    values, responded = draw(np.random.default_rng(1), 300, 0.7, ties)
    assert area(values, responded).value == pytest.approx(roc_auc_score(responded, values))
    placed = placements(values, responded)
    assert placed[responded].mean() == pytest.approx(placed[~responded].mean())


def test_the_limits_hold_the_true_area_as_often_as_they_say():
    rng = np.random.default_rng(2)
    true = 0.76025  # of two normal distributions one SD apart: the normal integral up to 1 / sqrt(2)
    held = [a.low <= true <= a.high for a in (area(*draw(rng, 150, 1.0)) for _ in range(800))]
    assert 0.93 <= np.mean(held) <= 0.97


def test_an_area_turns_with_its_limits():
    turned = Area(0.3, 0.2, 0.45).turned()
    assert (turned.value, turned.low, turned.high) == pytest.approx((0.7, 0.55, 0.8))
    whole = area(np.arange(6.0), np.arange(6) > 2)
    assert (whole.value, whole.low, whole.turned().value) == (1.0, None, 0.0)


def test_a_difference_of_the_same_areas_is_nothing_and_a_paired_one_is_sharper():
    rng = np.random.default_rng(3)
    values, responded = draw(rng, 400, 1.0)
    placed = placements(values, responded)
    assert (difference(placed, placed, responded).low, difference(placed, placed, responded).high) == (0, 0)
    noisy = placements(values + rng.normal(0, 0.5, 400), responded)
    gap, alone = difference(placed, noisy, responded), area(values, responded)
    assert gap.low > 0
    assert gap.high - gap.low < alone.high - alone.low


def test_the_best_cut_is_the_best_of_all_cuts():
    values, responded = draw(np.random.default_rng(4), 60, 1.0)
    cut = best_cut(values, responded)

    def youden(at):
        return (values[responded] >= at).mean() + (values[~responded] < at).mean()

    assert youden(cut) == max(youden(at) for at in values)
    assert cut not in values
    assert best_cut(np.ones(4), np.array([True, False, True, False])) == 1.0


def test_held_out_rates_of_pure_noise_add_up_to_one():
    rng = np.random.default_rng(5)
    values, responded = draw(rng, 3000, 0.0)
    folds = make_folds(responded, 5, 2, seed=1)
    assert sum(held_out_rates(values, responded, folds)) == pytest.approx(1.0, abs=0.05)
    clear = responded + 0.01 * values
    assert held_out_rates(-clear, responded, folds) == (1.0, 1.0)
