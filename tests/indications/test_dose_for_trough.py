"""The dose for a target trough: the smallest that is enough, or a sentence on what can be reached."""

import numpy as np
import pytest

from ivigsim.errors import InputError
from ivigsim.indications import dose_for_trough, simulate_indication

FEW = {"patients": 40, "seed": 2}


@pytest.mark.parametrize(("target", "share"), [(5.0, 0.5), (5.0, 0.9), (8.0, 0.5)])
def test_it_is_the_smallest_whole_dose_that_is_enough(target, share):
    found = dose_for_trough("pid", target, share=share, **FEW)

    def reached(mg_per_kg):
        course = simulate_indication("pid", dose=found.plan.maintenance_of(mg_per_kg), **FEW)
        return float(np.quantile(course.troughs[:, -1], 1 - share))

    assert reached(found.mg_per_kg) == pytest.approx(found.at_dose, rel=1e-4)
    assert reached(found.mg_per_kg - 1) - 1e-3 < target <= found.at_dose
    assert found.plan.cycle_mg_per_kg() == found.mg_per_kg


def test_more_patients_or_a_longer_interval_need_more():
    median = dose_for_trough("pid", 6.0, **FEW).mg_per_kg
    assert dose_for_trough("pid", 6.0, share=0.9, **FEW).mg_per_kg > median
    assert dose_for_trough("pid", 6.0, dose="1 g/kg every 3 weeks", **FEW).mg_per_kg < median
    assert dose_for_trough("pid", 7.0, **FEW).mg_per_kg > median


def test_the_split_over_days_is_kept_and_loading_left_out():
    plan = dose_for_trough("cidp", 13.0, template="slow", **FEW).plan
    assert plan.loading == ()
    assert [each.start_d for each in plan.maintenance] == [0, 1]
    assert plan.maintenance[0].amount == plan.maintenance[1].amount


def test_what_cannot_be_reached_is_said_with_what_can():
    with pytest.raises(InputError, match=r"cannot be reached: with 5 g/kg every 28 d.*nearest: ") as refusal:
        dose_for_trough("pid", 80.0, **FEW)
    nearest = float(str(refusal.value).rpartition("nearest: ")[2].rstrip(")"))
    assert dose_for_trough("pid", nearest, **FEW).mg_per_kg <= 5000


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"target": 2.0}, "needs no IVIG"),
        ({"target": 0.0}, "g/L from 0.1 to 100"),
        ({"target": float("nan")}, "target trough is nan"),
        ({"target": 8.0, "share": 90}, "share is 90"),
        ({"target": 8.0, "dose": "0.4 g/kg daily x5"}, "no maintenance per kg"),
        ({"target": 8.0, "dose": "30 g every 4 weeks"}, "no maintenance per kg"),
    ],
)
def test_wrong_questions_are_one_sentence(settings, said):
    with pytest.raises(InputError, match=said):
        dose_for_trough("pid", settings.pop("target"), **settings, **FEW)
