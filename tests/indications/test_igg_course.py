"""IgG over time: what is read off it, by hand and against the plain simulation."""

import numpy as np
import pytest

import ivigsim
from ivigsim.errors import InputError
from ivigsim.indications import IgGCourse, load_indication, read_plan, simulate_indication

FEW = {"patients": 20, "seed": 3}


def made_up(igg, phrase, time=None):
    """Return a course with IgG of our own."""
    plan = read_plan(phrase)
    time = np.arange(float(len(igg[0]))) if time is None else np.asarray(time, dtype=float)
    values = np.asarray(igg, dtype=float)
    return IgGCourse(
        indication=load_indication("pid"),
        plan=plan,
        cycles=plan.whole_cycles(time[-1]),
        population="immunodeficient",
        patients=len(values),
        seed=1,
        covariates={},
        time_d=time,
        igg=values,
        haemoglobin=np.full_like(values, 14.0),
        failures={},
    )


def test_troughs_and_peaks_by_hand():
    course = made_up([[3, 9, 5, 12, 8, 13, 8.05]], "1 g/kg every 2 d", range(7))
    assert course.troughs.tolist() == [[5, 8, 8.05]]
    assert [(each.number, each.peak.median, each.trough.median) for each in course.intervals] == [
        (1, 9, 5),
        (2, 12, 8),
        (3, 13, 8.05),
    ]
    # from 3 to 8.05 g/L on 1000 mg/kg: 505 mg/dL over ten times 100 mg/kg
    assert course.slope == pytest.approx(50.5)
    assert course.steady_after is None  # six days are no proof


def test_steady_is_the_first_interval_that_stays_near_the_end():
    troughs = 10 - 8 * 0.5 ** np.arange(1, 31)  # 6, 8, 9, 9.5, 9.75, 9.875, ...
    igg = np.interp(np.arange(30 * 7 + 1), np.arange(31) * 7, [2, *troughs])
    course = made_up([igg], "1 g/kg every 7 d")
    assert course.steady_after == 6  # 9.875 is the first within 2% of 10


def test_loading_is_an_interval_of_its_own():
    course = simulate_indication("cidp", days=100, **FEW)
    first, second, *_ = course.intervals
    assert (first.number, first.start_d, first.end_d) == (0, 0, 21)
    assert (second.number, second.start_d, second.end_d) == (1, 21, 42)
    assert course.cycles == 3
    assert len(course.given.courses[1].times_d()) == 4  # the fourth starts on day 84, its interval is cut
    assert course.intervals[-1].end_d == 84


def test_it_is_the_plain_simulation():
    course = simulate_indication("pid", dose="500 mg/kg every 4 weeks", days=84, **FEW)
    sim = ivigsim.simulate(
        "IVIG 500 mg/kg every 28 d x3", population="immunodeficient", days=84, outputs=["igg"], **FEW
    )
    np.testing.assert_allclose(course.troughs, sim["igg"][:, [28, 56, 84]], rtol=1e-5)
    np.testing.assert_allclose(course.rise, sim["igg"][:, 14] - sim["igg"][:, 0], rtol=1e-4)
    # the peak is at the end of an infusion, between two days
    assert (course.igg.max(axis=1) > 1.05 * sim["igg"].max(axis=1)).all()


def test_doses_in_grams_follow_the_weight():
    small, large = (
        simulate_indication("ptp", covariates={"weight_kg": weight}, **FEW) for weight in (50.0, 100.0)
    )
    assert small.rise.mean() > 1.5 * large.rise.mean()
    assert small.grams.tolist() == [26]
    assert simulate_indication("gbs", covariates={"weight_kg": 50.0}, **FEW).grams.tolist() == [20]
    assert simulate_indication("gbs", **FEW).grams is None


def test_another_population_and_covariates_are_taken():
    low = simulate_indication("hsct", population="immunodeficient", **FEW)
    assert low.population == "immunodeficient"
    assert low.baseline.median < 7
    fixed = simulate_indication("hsct", covariates={"baseline_igg": 9.0}, **FEW)
    np.testing.assert_allclose(fixed.igg[:, 0], 9.0)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"dose": "1 g/kg", "template": "lowest"}, "both given"),
        ({"template": "lowst"}, "nearest: 'lowest'"),
        ({"days": 20}, "less than one interval.*nearest: 28"),
        ({"days": 7}, "days is 7"),
        ({"dose": "6 g/kg every 4 weeks"}, "within 28 d"),
        ({"patients": 0}, "patients is 0"),
    ],
)
def test_wrong_settings_are_one_sentence(settings, said):
    with pytest.raises(InputError, match=said):
        simulate_indication("pid", **settings)
