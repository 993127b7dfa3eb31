import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ivigsim.outcomes import (
    CONFIRMED_DEFINITIONS,
    EMA_CR,
    EMA_R,
    IWG_CR,
    IWG_R,
    TRIAL_DAY_1,
    TRIAL_DAY_7,
    TRIAL_DEFINITIONS,
    assess,
    can_judge,
)

EVERY_DEFINITION = (*TRIAL_DEFINITIONS, *CONFIRMED_DEFINITIONS)


def judge(time, course, definition):
    found = assess(np.array(time, float), np.array([course], float), definition)
    if not found.achieved[0]:
        assert np.isnan(found.time_d[0])
        assert np.isnan(found.duration_d[0])
        assert not found.censored[0]
        return None
    return float(found.time_d[0]), float(found.duration_d[0]), bool(found.censored[0])


@pytest.mark.parametrize(
    ("time", "course", "expected"),
    [
        ([0, 7, 8], [10, 50, 60], (7, 1, True)),  # exactly 50 at exactly day 7
        ([0, 6.9, 7.1], [10, 49.9, 90], None),  # too late
        ([0, 1, 2], [60, 40, 45], None),  # the baseline does not count
        ([0, 2, 3, 9], [10, 70, 49, 80], (2, 1, False)),
    ],
)
def test_trial_response_is_50_at_any_output_up_to_day_7(time, course, expected):
    assert judge(time, course, TRIAL_DAY_7) == expected


def test_day_1_response_sees_only_the_first_day():
    assert judge([0, 0.5, 1, 7], [10, 30, 55, 90], TRIAL_DAY_1) == (1, 6, True)
    assert judge([0, 0.5, 1.5, 7], [10, 30, 55, 90], TRIAL_DAY_1) is None


def test_day_7_is_found_on_a_grid_of_summed_steps():
    time = np.cumsum([0.0] + [0.1] * 70)
    assert time[-1] != 7.0
    course = np.where(np.arange(71) < 70, 10.0, 60.0)
    assert judge(time, course, TRIAL_DAY_7) is not None


@pytest.mark.parametrize(
    ("time", "course", "expected"),
    [
        ([0, 2, 9], [10, 35, 35], (2, 7, True)),  # confirmed at exactly 7 d
        ([0, 2, 8.9], [10, 35, 35], None),  # 6.9 d is too short
        ([0, 2, 9], [20, 35, 35], None),  # 30 but not doubled
        ([0, 2, 4, 9, 11], [20, 35, 40, 41, 45], (4, 7, True)),  # doubled from day 4
        # The dip on day 5 is a loss only when it lasts a day; otherwise day 2 and day 9 belong together.
        ([0, 2, 5, 5.5, 9], [10, 40, 20, 45, 50], (2, 7, True)),
        ([0, 2, 5, 6, 9, 14], [10, 40, 20, 20, 50, 50], None),
        ([0, 2, 5, 6, 9, 16], [10, 40, 20, 20, 50, 50], (9, 7, True)),  # a new response after the loss
        # Loss: the first of the counts that stay below for a day.
        ([0, 2, 9, 20, 21, 30], [10, 60, 90, 22, 18, 10], (2, 18, False)),
        ([0, 2, 9, 20], [10, 60, 90, 22], (2, 18, True)),  # one count at the end is no confirmed loss
        ([0, 2, 9, 20, 21], [20, 60, 90, 39, 39], (2, 18, False)),  # above 30 but less than doubled
    ],
)
def test_iwg_response(time, course, expected):
    assert judge(time, course, IWG_R) == expected


def test_ema_calls_a_loss_on_one_count():
    time, course = [0, 2, 5, 5.5, 12.5], [10, 40, 20, 45, 50]
    assert judge(time, course, IWG_R) == (2, 10.5, True)
    assert judge(time, course, EMA_R) == (5.5, 7, True)


def test_complete_response_and_its_loss():
    time, course = [0, 3, 10, 14, 15, 20], [10, 100, 160, 99, 99, 40]
    assert judge(time, course, IWG_CR) == (3, 11, False)
    assert judge(time, course, IWG_R) == (3, 17, True)


def test_ema_complete_response_is_lost_below_twice_the_baseline():
    time, course = [0, 3, 10, 14, 15], [60, 130, 130, 110, 110]
    assert judge(time, course, IWG_CR) == (3, 12, True)
    assert judge(time, course, EMA_CR) == (3, 11, False)


@pytest.mark.parametrize(
    ("time", "definition", "expected"),
    [
        ([0, 7], TRIAL_DAY_7, True),
        ([0, 6], TRIAL_DAY_7, False),
        ([0, 2, 7], TRIAL_DAY_1, False),  # no output within the first day
        ([0, 1, 8], IWG_R, True),
        ([0, 1, 7.5], IWG_R, False),  # nothing can be confirmed
    ],
)
def test_definitions_are_judged_only_where_the_outputs_reach(time, definition, expected):
    assert can_judge(np.array(time, float), definition) is expected


@st.composite
def courses(draw, highest=200.0, highest_baseline=60.0):
    steps = draw(st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.5, 7.0]), min_size=2, max_size=14))
    time = np.concatenate([[0.0], np.cumsum(steps)])
    counts = draw(arrays(float, (4, time.size), elements=st.floats(0, highest)))
    counts[:, 0] = draw(arrays(float, 4, elements=st.floats(1, highest_baseline)))
    return time, counts


def literal_reading(time, course, definition):
    """The definition read word by word, for one patient."""
    enough = [c >= definition.count and c >= definition.fold * course[0] for c in course]
    below = [c < definition.loss_count or c < definition.loss_fold * course[0] for c in course]
    meets = [a and not b for a, b in zip(enough, below, strict=True)]
    outputs = range(1, len(time))

    def lost(k):
        return any(
            all(below[k : m + 1]) and time[m] - time[k] >= definition.loss_confirm_d
            for m in range(k, len(time))
        )

    for i in outputs:
        if not meets[i] or time[i] > definition.window_d:
            continue
        for j in range(i, len(time)):
            apart = time[j] - time[i] >= definition.confirm_d
            if meets[j] and apart and not any(lost(k) for k in range(i + 1, j)):
                losses = [time[k] for k in range(i + 1, len(time)) if lost(k)]
                return (
                    (time[i], losses[0] - time[i], False) if losses else (time[i], time[-1] - time[i], True)
                )
    return None


@pytest.mark.parametrize("definition", EVERY_DEFINITION, ids=lambda d: d.id)
@given(courses())
def test_assess_is_the_literal_reading(definition, drawn):
    time, counts = drawn
    for course in counts:
        assert judge(time, course, definition) == literal_reading(time, course, definition)


@given(courses(highest_baseline=50.0))
def test_complete_response_implies_response(drawn):
    time, counts = drawn
    for complete, response in ((IWG_CR, IWG_R), (EMA_CR, EMA_R)):
        best, good = assess(time, counts, complete), assess(time, counts, response)
        assert (good.achieved | ~best.achieved).all()
        assert (good.time_d[best.achieved] <= best.time_d[best.achieved]).all()


@given(courses())
def test_response_by_day_1_implies_response_by_day_7(drawn):
    early, late = (assess(*drawn, definition).achieved for definition in TRIAL_DEFINITIONS)
    assert (late | ~early).all()


@given(courses(), st.permutations(range(4)))
def test_patients_do_not_depend_on_each_other(drawn, order):
    time, counts = drawn
    for definition in EVERY_DEFINITION:
        together, apart = assess(time, counts, definition), assess(time, counts[order], definition)
        np.testing.assert_array_equal(together.time_d[order], apart.time_d)
        np.testing.assert_array_equal(together.duration_d[order], apart.duration_d)
