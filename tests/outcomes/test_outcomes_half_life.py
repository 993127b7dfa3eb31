import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.outcomes import half_life

DAILY = np.arange(61.0)


def decay(time, half, height=24.0, baseline=11.0):
    return baseline + height * np.where(time > 0, 0.5 ** (time / half), 0.0)


def one_by_one(time, igg, floor=0.955):
    """The same rule for one patient with numpy's own line fit."""
    excess = igg - igg[0]
    last = max((i for i in range(len(time)) if excess[i] > floor), default=0)
    first = last
    while first > 0 and excess[first] < excess[first - 1]:
        first -= 1
    points = range(first + 1, last + 1)
    fits = []
    for start in points:
        x, y = time[start : last + 1], np.log(excess[start : last + 1])
        if x.size < 3:
            continue
        slope, intercept = np.polyfit(x, y, 1)
        r2 = 1 - np.sum((y - slope * x - intercept) ** 2) / np.sum((y - y.mean()) ** 2)
        fits.append((1 - (1 - r2) * (x.size - 1) / (x.size - 2), slope))
    if not fits:
        return np.nan
    best = max(fit[0] for fit in fits)
    return -np.log(2) / next(slope for r2, slope in fits if r2 >= best - 1e-4)


def test_one_exponential_is_read_back():
    igg = np.array([decay(DAILY, half) for half in (15.0, 23.0, 30.0)])
    np.testing.assert_allclose(half_life(DAILY, igg), [15, 23, 30], rtol=1e-9)


def test_uncorrected_reads_the_total_back():
    igg = np.where(DAILY > 0, 20 * 0.5 ** (DAILY / 30), 8)
    np.testing.assert_allclose(half_life(DAILY, igg[None], baseline="uncorrected"), [30], rtol=1e-9)


def test_uncorrected_is_far_longer_where_the_own_igg_is_normal():
    igg = decay(DAILY, 23)[None]
    assert half_life(DAILY, igg, baseline="uncorrected")[0] > 2 * half_life(DAILY, igg)[0]


def test_by_hand_on_three_visits():
    # Excess 8, 4, 2 g/L at days 10, 20, 30: halves every 10 d. The peak on day 1 is left out.
    visits, igg = np.array([0.0, 1, 10, 20, 30]), np.array([[10.0, 40, 18, 14, 12]])
    assert half_life(visits, igg)[0] == pytest.approx(10)


def test_only_the_final_fall_counts():
    two_courses = decay(DAILY, 20) + np.where(DAILY > 28, 24 * 0.5 ** ((DAILY - 28) / 20), 0)
    np.testing.assert_allclose(half_life(DAILY, two_courses[None]), [20], rtol=1e-9)


@pytest.mark.parametrize(
    "igg",
    [
        np.full(61, 11.0),  # untreated
        11 + 1e-7 * np.sin(DAILY),  # untreated, with the error of the solver
        11 + DAILY,  # rises
        np.where(DAILY == 1, 30, np.where(DAILY == 2, 20, 11.0)),  # too few outputs in the fall
        decay(DAILY, 23, height=0.9),  # within the ordinary wandering of IgG
    ],
)
def test_no_half_life_where_there_is_no_terminal_phase(igg):
    assert np.isnan(half_life(DAILY, igg[None])[0])


def test_back_at_baseline_the_error_of_the_solver_does_not_spoil_the_fit():
    long = np.arange(366.0)
    igg = decay(long, 20) + 1e-5 * np.sin(7 * long)
    np.testing.assert_allclose(half_life(long, igg[None]), [20], rtol=1e-4)


def test_an_unknown_baseline_is_refused():
    with pytest.raises(
        InputError, match=r"'corected'; accepted: corrected, uncorrected \(nearest: 'corrected'"
    ):
        half_life(DAILY, decay(DAILY, 23)[None], baseline="corected")


@settings(max_examples=50)
@given(st.floats(0.5, 3), st.floats(10, 40), st.floats(0.1, 0.9), st.floats(2, 30), st.integers(0, 2**32 - 1))
def test_two_phases_and_noise_agree_with_one_by_one(fast, slow, share, height, seed):
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.002, DAILY.size))
    excess = height * (share * 0.5 ** (DAILY / fast) + (1 - share) * 0.5 ** (DAILY / slow)) * noise
    igg = 11 + np.where(DAILY > 0, excess, 0)
    np.testing.assert_allclose(half_life(DAILY, igg[None])[0], one_by_one(DAILY, igg), rtol=1e-6)
