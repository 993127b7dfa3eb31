"""The shape that must come out of the calibrated parameters: bounds, never exact values."""

import numpy as np
import pytest

import ivigsim

PATIENTS = 400
TIMES = np.arange(0, 60.01, 0.25)
COURSES = {
    "untreated": (None, {}),
    "1 g/kg x2": ("IVIG 1 g/kg daily x2", {}),
    "0.4 g/kg x5": ("IVIG 0.4 g/kg daily x5", {}),
    "0.5 g/kg": ("IVIG 0.5 g/kg", {}),
    "no blockade": ("IVIG 1 g/kg daily x2", {"fc_gamma_blockade": False}),
}


@pytest.fixture(scope="module")
def platelets():
    """Platelets of the same patients, shape (patients, times), by course."""
    return {
        name: ivigsim.simulate(
            treatment, patients=PATIENTS, seed=1, times=TIMES, switches=switches, outputs=["platelets"]
        )["platelets"]
        for name, (treatment, switches) in COURSES.items()
    }


def on_day(counts, day):
    return counts[:, np.searchsorted(TIMES, day)]


def first_day_at_50(counts):
    """First day at 50e9/L, infinite for those who never get there."""
    reached = counts >= 50
    return np.where(reached.any(axis=1), TIMES[reached.argmax(axis=1)], np.inf)


def responds(counts):
    return first_day_at_50(counts) <= 7


def test_untreated_is_flat(platelets):
    np.testing.assert_allclose(
        platelets["untreated"], platelets["untreated"][:, :1].repeat(len(TIMES), 1), 1e-6
    )


def test_response_by_day_7(platelets):
    assert 0.60 <= responds(platelets["1 g/kg x2"]).mean() <= 0.95


def test_median_time_to_50(platelets):
    days = first_day_at_50(platelets["1 g/kg x2"])
    assert 1 <= np.median(days[np.isfinite(days)]) <= 4


def test_median_day_of_the_peak(platelets):
    counts = platelets["1 g/kg x2"]
    assert 4 <= np.median(TIMES[counts[responds(counts)].argmax(axis=1)]) <= 12


def test_most_responders_are_back_below_50_within_10_to_35_days(platelets):
    counts = platelets["1 g/kg x2"]
    counts = counts[responds(counts)]
    at_50 = counts >= 50
    last = TIMES[len(TIMES) - 1 - at_50[:, ::-1].argmax(axis=1)]  # last day at 50
    assert ((last >= 10) & (last <= 35)).mean() > 0.5


def test_two_large_doses_are_faster_than_five_small_ones(platelets):
    fast, slow = platelets["1 g/kg x2"], platelets["0.4 g/kg x5"]
    assert np.median(first_day_at_50(fast)) < np.median(first_day_at_50(slow))
    assert (on_day(fast, 2) >= 50).mean() > (on_day(slow, 2) >= 50).mean()
    assert np.median(on_day(fast, 2) - on_day(slow, 2)) > 0


def test_half_a_gram_is_clearly_weaker_at_day_4(platelets):
    full, weak = (on_day(platelets[name], 4) for name in ("1 g/kg x2", "0.5 g/kg"))
    assert np.median(weak) < 0.8 * np.median(full)
    assert (weak >= 50).mean() < (full >= 50).mean() - 0.1


def test_blockade_makes_most_of_the_first_day(platelets):
    first_day = {name: on_day(counts, 1) - on_day(counts, 0) for name, counts in platelets.items()}
    rise, without = (np.median(first_day[name]) for name in ("1 g/kg x2", "no blockade"))
    assert rise > 10
    assert without < 0.5 * rise
