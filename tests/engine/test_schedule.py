"""From doses to stretches: nothing lost, nothing moved, whatever lies next to what."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigsim.engine.schedule import SAME_TIME, Doses, schedules


def doses(*rows, inputs=("IVIG",)):
    """Doses of patients, each a list of (time, amount, duration) or (time, amount, duration, target)."""
    width = max(map(len, rows))
    padded = [[*row, *[(0.0, 0.0, 0.0)] * (width - len(row))] for row in rows]
    columns = [[[dose[i] for dose in row] for row in padded] for i in range(3)]
    target = [[dose[3] if len(dose) > 3 else 0 for dose in row] for row in padded]
    return Doses(np.array(target), *(np.array(column, dtype=float) for column in columns), inputs)


def one(*row, end=60.0):
    """Edges, rates and boluses of a single patient."""
    (schedule,) = schedules(doses(list(row)), 1, end)
    return schedule.edges[0], schedule.rates[0, :, 0], schedule.boluses[0, :, 0]


def delivered(edges, rates, boluses, until):
    """Amount given up to a time, read off the stretches."""
    spent = np.clip(until - edges[:-1], 0, np.diff(edges))
    return float(rates @ spent + boluses @ (edges[:-1] < until))


def wanted(row, end, until):
    """Amount given up to a time, read off the doses."""
    total = 0.0
    for time, amount, duration in row:
        if time < end - SAME_TIME:
            long = duration > SAME_TIME
            total += amount * (np.clip((until - time) / duration, 0, 1) if long else time < until)
    return total


JITTER = st.sampled_from([0.0, 0.0, 1e-10, -1e-10, 5e-10])
TIMES = st.builds(lambda k, j: max(0.0, 0.25 * k + j), st.integers(0, 40), JITTER)
DURATIONS = st.sampled_from([0.0, 0.0, 1e-10, 0.1, 0.25, 0.25 + 1e-10, 5.0, 100.0]) | st.floats(1e-5, 3)
ROWS = st.lists(st.tuples(TIMES, st.floats(1, 2000), DURATIONS), min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(ROWS, st.sampled_from([0.5, 7.0, 7.6, 10.0]))
def test_every_dose_is_given_whole_and_on_time(row, end):
    edges, rates, boluses = one(*row, end=end)
    assert edges[0] == 0
    assert edges[-1] == end
    assert (np.diff(edges) > SAME_TIME).all()
    # in the middle of each wide stretch and at the end, what was given is what the doses say
    middles = (edges[:-1] + edges[1:])[np.diff(edges) > 1e-6] / 2
    for until in [*middles, end]:
        at_most_moved = 1e-8 * sum(amount for _, amount, _ in row) + SAME_TIME * 2 * rates.max()
        assert delivered(edges, rates, boluses, until) == pytest.approx(
            wanted(row, end, until), abs=at_most_moved, rel=1e-9
        )


def test_bolus_is_given_at_its_edge():
    edges, rates, boluses = one((2.0, 500.0, 0.0))
    assert edges.tolist() == [0, 2, 60]
    assert rates.tolist() == [0, 0]
    assert boluses.tolist() == [0, 500]


def test_infusion_runs_between_its_edges():
    edges, rates, _ = one((2.0, 500.0, 0.25))
    assert edges.tolist() == [0, 2, 2.25, 60]
    assert rates.tolist() == [0, 2000, 0]


@pytest.mark.parametrize("duration", [0.0, 0.1])
@pytest.mark.parametrize("time", [60.0, 60.0 - 1e-10, 60.0 - 5e-10, 60.0 + 1e-10, 90.0])
def test_dose_at_the_end_or_later_is_not_given(time, duration):
    edges, rates, boluses = one((0.0, 100.0, 0.5), (time, 900.0, duration))
    assert edges.tolist() == [0, 0.5, 60]
    assert rates.tolist() == [200, 0]
    assert not boluses.any()


@pytest.mark.parametrize("gap", [1e-10, -1e-10, 9e-10])
def test_two_edges_within_a_moment_are_one(gap):
    edges, rates, boluses = one((1.0, 100.0, 0.5), (1.5 + gap, 300.0, 0.0), (1.5, 40.0, 0.25))
    assert edges.shape == (5,)
    np.testing.assert_allclose(edges, [0, 1, 1.5, 1.75, 60], atol=1e-9)
    np.testing.assert_allclose(rates, [0, 200, 160, 0], rtol=1e-8)
    assert boluses.tolist() == [0, 0, 300, 0]


def test_infusion_across_the_end_keeps_its_rate():
    edges, rates, _ = one((59.0, 1000.0, 4.0))
    assert edges.tolist() == [0, 59, 60]
    np.testing.assert_allclose(rates, [0, 250])


def test_bolus_and_infusion_at_once():
    edges, rates, boluses = one((1.0, 100.0, 0.0), (1.0, 600.0, 0.5))
    assert edges.tolist() == [0, 1, 1.5, 60]
    assert boluses.tolist() == [0, 100, 0]
    assert rates.tolist() == [0, 1200, 0]


def test_overlapping_infusions_add_up():
    edges, rates, _ = one((0.0, 100.0, 1.0), (0.5, 100.0, 1.0))
    assert edges.tolist() == [0, 0.5, 1, 1.5, 60]
    np.testing.assert_allclose(rates, [100, 200, 100, 0])


def test_inputs_are_kept_apart():
    (schedule,) = schedules(
        doses([(0.0, 10.0, 1.0, 0), (0.0, 20.0, 1.0, 1)], inputs=("IVIG", "anti-D")), 1, 2.0
    )
    assert schedule.rates.tolist() == [[[10, 20], [0, 0]]]


def test_padding_gives_nothing():
    found = list(schedules(doses([(1.0, 5.0, 0.0)], [(1.0, 5.0, 0.0), (2.0, 7.0, 0.0)]), 2, 3.0))
    assert [schedule.patients.tolist() for schedule in found] == [[0], [1]]
    assert [schedule.boluses.sum() for schedule in found] == [5, 12]


def test_patients_are_grouped_by_number_of_edges():
    rows = [[(0.0, 1.0, 0.1 * (i + 1))] if i % 3 else [(0.0, 1.0, 0.0)] for i in range(7)]
    found = list(schedules(doses(*rows), 7, 3.0))
    assert sorted(int(p) for schedule in found for p in schedule.patients) == list(range(7))
    assert {schedule.edges.shape[1] for schedule in found} == {2, 3}


def test_no_doses_is_one_stretch():
    (schedule,) = schedules(None, 5, 30.0)
    assert schedule.edges.tolist() == [[0, 30]]
    assert schedule.patients.tolist() == [0, 1, 2, 3, 4]
    assert not schedule.rates.any()
