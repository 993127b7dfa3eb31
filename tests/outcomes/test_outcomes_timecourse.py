import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ivigsim.outcomes import days_at_least, first_at_least, first_stay, peak, rise_at

TIME = np.array([0.0, 1, 3, 7, 14, 30])
COURSES = np.array(
    [
        [10.0, 30, 120, 90, 40, 12],
        [10.0, 12, 15, 15, 12, 10],
        [55.0, 40, 60, 60, 60, 60],
        [10.0, 60, 49, 70, 70, 20],
    ]
)
counts = arrays(float, (3, 6), elements=st.floats(0, 300))


def test_first_time_is_that_of_an_output_and_0_for_who_starts_there():
    np.testing.assert_array_equal(first_at_least(TIME, COURSES, 50), [3, np.nan, 0, 1])


def test_days_add_up_the_stays_with_each_output_holding_until_the_next():
    np.testing.assert_array_equal(days_at_least(TIME, COURSES, 50), [11, 0, 1 + 27, 2 + 23])


def test_first_stay_ends_at_the_first_output_below():
    duration, censored = first_stay(TIME, COURSES, 50)
    np.testing.assert_array_equal(duration, [11, np.nan, 1, 2])
    assert not censored.any()


def test_a_stay_that_the_outputs_cut_short_is_flagged():
    duration, censored = first_stay(TIME, np.array([[10.0, 20, 60, 70, 80, 50]]), 50)
    assert (duration[0], censored[0]) == (27, True)


def test_peak_is_the_earliest_highest_output():
    height, day = peak(TIME, COURSES)
    np.testing.assert_array_equal(height, [120, 15, 60, 70])
    np.testing.assert_array_equal(day, [3, 3, 3, 7])


def test_rise_interpolates_only_inside_the_outputs():
    igg = np.array([[10.0, 12, 30, 24, 20, 12]])
    assert rise_at(TIME, igg, 14)[0] == 10
    assert rise_at(TIME, igg, 22)[0] == 6
    assert rise_at(TIME, igg, 0)[0] == 0
    assert np.isnan(rise_at(TIME, igg, 30.5)[0])


@given(counts, st.floats(0, 300), st.floats(0, 300))
def test_a_higher_threshold_is_reached_later_and_held_shorter(values, one, other):
    low, high = sorted([one, other])
    earlier, later = first_at_least(TIME, values, low), first_at_least(TIME, values, high)
    reached = ~np.isnan(later)
    assert (earlier[reached] <= later[reached]).all()
    assert (days_at_least(TIME, values, low) >= days_at_least(TIME, values, high)).all()


@given(counts, st.floats(0, 300))
def test_the_first_stay_is_part_of_all_days(values, threshold):
    duration, _ = first_stay(TIME, values, threshold)
    reached = ~np.isnan(duration)
    total = days_at_least(TIME, values, threshold)[reached]
    assert (duration[reached] <= total + 1e-9).all()
