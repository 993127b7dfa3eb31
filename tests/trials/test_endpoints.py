"""Endpoints on courses worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigsim.trials.endpoints import Endpoint, Seen

DAYS = np.array([0.0, 1, 3, 7, 14, 21, 28])
INF = np.inf


def seen(counts, left=INF, rescued=INF):
    """One patient's counts at DAYS; those from the day it left on are not seen."""
    counts = np.array([counts], dtype=float)
    counts[:, left <= DAYS] = np.nan
    return Seen(DAYS, DAYS[None, :], counts, np.array([left]), np.array([rescued]))


def judged(endpoint, found):
    columns = Endpoint.model_validate({"id": "x", **endpoint}).columns(found)
    return [column[0].item() for column in columns.values()]


RISE = [10, 25, 60, 90, 40, 20, 10]


@pytest.mark.parametrize(
    ("endpoint", "change", "expected"),
    [
        ({"response": {"count": 50, "by_day": 7}}, {}, [True]),
        ({"response": {"count": 50, "by_day": 2}}, {}, [False]),
        ({"response": {"count": 50, "fold": 7, "by_day": 3}}, {}, [False]),
        ({"response": {"count": 50, "fold": 6, "by_day": 3}}, {}, [True]),
        ({"response": {"count": 50, "by_day": 7}}, {"left": 2.0}, [False]),
        ({"response": {"count": 50, "by_day": 7}}, {"rescued": 1.0}, [False]),
        ({"response": {"count": 50, "by_day": 7}}, {"rescued": 3.0}, [True]),
        ({"definition": "iwg_r"}, {}, [True]),
        ({"definition": "iwg_r"}, {"rescued": 3.0}, [False]),
        ({"definition": "iwg_cr"}, {}, [False]),
        ({"time_to": {"count": 50}}, {}, [3.0, True]),
        ({"time_to": {"count": 100}}, {}, [28.0, False]),
        ({"time_to": {"count": 100}}, {"left": 10.0}, [7.0, False]),
        ({"time_to": {"count": 80}}, {"rescued": 3.0}, [3.0, False]),
        ({"time_to_loss": {"count": 50, "below": 30}}, {}, [18.0, True]),
        ({"time_to_loss": {"count": 50, "below": 5}}, {}, [25.0, False]),
        ({"time_to_loss": {"count": 50, "below": 30}}, {"left": 15.0}, [11.0, False]),
        ({"time_to_loss": {"count": 50, "below": 30}}, {"rescued": 14.0}, [11.0, True]),
        ({"time_to_rescue": True}, {}, [28.0, False]),
        ({"time_to_rescue": True}, {"rescued": 14.0}, [14.0, True]),
        ({"time_to_rescue": True}, {"left": 10.0}, [7.0, False]),
    ],
)
def test_by_hand(endpoint, change, expected):
    assert judged(endpoint, seen(RISE, **change)) == expected


def test_a_count_never_reached_is_not_at_risk_of_loss():
    time, event = judged({"time_to_loss": {"count": 200, "below": 30}}, seen(RISE))
    assert np.isnan(time)
    assert event is False


COUNTS = st.lists(st.floats(1, 400), min_size=7, max_size=7)


@settings(max_examples=100, deadline=None)
@given(
    COUNTS, st.floats(5, 300), st.sampled_from([INF, 0.5, 5.0, 20.0]), st.sampled_from([INF, 1.0, 7.0, 21.0])
)
def test_invariants(counts, count, left, rescued):
    found = seen(counts, left, rescued if rescued < left else INF)
    (responded,) = judged({"response": {"count": count, "by_day": 28}}, found)
    time, event = judged({"time_to": {"count": count}}, found)
    lasting, lost = judged({"time_to_loss": {"count": count, "below": count}}, found)
    assert responded == event
    assert 0 <= time <= min(left, 28)
    assert np.isnan(lasting) == (not event)
    assert event or not lost
    if event:
        assert time + lasting <= 28
    (higher,) = judged({"response": {"count": count * 1.5, "by_day": 28}}, found)
    assert responded or not higher
