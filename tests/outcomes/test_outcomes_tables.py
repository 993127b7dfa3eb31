import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ivigsim.errors import InputError
from ivigsim.outcomes import Courses, DayDistribution, per_patient, summarise
from ivigsim.outcomes.survival import kaplan_meier_median

TIME = [0, 1, 2, 4, 7, 10, 14, 15, 21, 28]
PLATELETS = [
    [10, 55, 90, 150, 200, 160, 70, 60, 30, 12],  # fast, complete
    [15, 20, 35, 60, 55, 40, 25, 20, 15, 15],  # by day 4, lost on day 10
    [8, 9, 12, 15, 14, 12, 10, 9, 8, 8],  # never
    [20, 25, 30, 45, 49, 60, 80, 90, 95, 99],  # after day 7, still up at the end
]
IGG = [[11, 30, 44, 36, 30, 26, 22, 21.2, 17, 14.5]] * 4


@pytest.fixture
def table(fake):
    return per_patient(fake(TIME, PLATELETS, IGG))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("patient", [0, 1, 2, 3]),
        ("failed", [False] * 4),
        ("baseline_1e9_per_l", [10, 15, 8, 20]),
        ("responded_by_day_1", [True, False, False, False]),
        ("responded_by_day_7", [True, True, False, False]),
        ("time_to_20_d", [1, 1, None, 0]),
        ("time_to_30_d", [1, 2, None, 2]),
        ("time_to_50_d", [1, 4, None, 10]),
        ("time_to_100_d", [4, None, None, None]),
        ("peak_1e9_per_l", [200, 60, 15, 99]),
        ("peak_d", [7, 4, 4, 28]),
        ("days_at_least_50_d", [20, 6, 0, 18]),
        ("duration_50_d", [20, 6, None, 18]),
        ("duration_50_censored", [False, False, False, True]),
        ("iwg_r", [True, True, False, True]),
        ("iwg_r_time_d", [1, 2, None, 4]),
        ("iwg_r_duration_d", [27, 12, None, 24]),
        ("iwg_r_censored", [True, False, False, True]),
        ("iwg_cr", [False, False, False, False]),  # 100 on days 4 to 10 only
        ("ema_r", [True, True, False, True]),
        ("ema_r_duration_d", [27, 12, None, 24]),
        ("igg_peak_g_per_l", [44] * 4),
        ("igg_peak_d", [2] * 4),
        ("igg_rise_14_d_g_per_l", [11] * 4),
    ],
)
def test_columns_by_hand(table, name, expected):
    assert table[name].to_list() == expected


def test_failed_patients_are_flagged_and_null(table, fake):
    found = per_patient(fake(TIME, PLATELETS, IGG, failures={1: "step too small"}), first_patient=5000)
    assert found["patient"].to_list() == [5000, 5001, 5002, 5003]
    assert found["failed"].to_list() == [False, True, False, False]
    assert found.row(1)[2:] == (None,) * (found.width - 2)
    kept = table[[0, 2, 3]].drop("patient", "failed")
    assert_frame_equal(found.filter(~pl.col("failed")).drop("patient", "failed"), kept)


def test_all_failed(fake):
    sim = fake(TIME, PLATELETS, failures=dict.fromkeys(range(4), "step too small"))
    outcomes = {o.id: o for o in summarise(per_patient(sim), 1, DayDistribution.of(sim))}
    assert outcomes["responded_by_day_7"].value is None
    assert outcomes["time_to_50_all"].n == 0
    assert (outcomes["failed"].value, outcomes["failed"].n) == (4, 4)


def test_igg_columns_are_absent_when_igg_was_not_stored(fake):
    found = per_patient(fake(TIME, PLATELETS))
    assert not [name for name in found.columns if name.startswith("igg")]
    assert not [o for o in summarise(found, 1) if o.id.startswith("igg")]


def test_what_the_outputs_do_not_reach_is_null(fake):
    found = per_patient(fake([0, 2, 5], [[10, 60, 90]], [[11, 40, 30]]))
    for name in (
        "responded_by_day_1",
        "responded_by_day_7",
        "iwg_r",
        "igg_rise_14_d_g_per_l",
        "igg_half_life_d",
    ):
        assert found[name].to_list() == [None], name
    outcomes = {o.id: o for o in summarise(found, 1)}
    assert outcomes["iwg_r"].value is None
    assert outcomes["igg_rise_14_d_mean"].n == 0
    assert outcomes["time_to_50_all"].value == 2


@pytest.mark.parametrize(
    ("sim", "message"),
    [
        (Courses([1, 2], {"platelets": [[10, 20]]}), "first output time is day 1; outcomes need day 0"),
        (Courses([0], {"platelets": [[10]]}), "1 output time; outcomes need day 0 and at least one later"),
        (Courses([0, 2, 1], {"platelets": [[10, 20, 30]]}), "out of order"),
        (Courses([0, 1], {"igg": [[10, 20]]}), "'platelets' was not stored; stored are: igg"),
        (Courses([0, 1], {"platelets": [[1, 2], [1, np.nan]]}), "'platelets' of patient 1 is not a number"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(sim, message):
    with pytest.raises(InputError, match=message):
        per_patient(sim)


def test_chunks_put_together_are_the_whole(fake, random_courses):
    sim = random_courses(50)
    parts = [
        per_patient(fake(sim.time, sim["platelets"][a:b], sim["igg"][a:b]), first_patient=a)
        for a, b in ((0, 7), (7, 40), (40, 50))
    ]
    assert_frame_equal(pl.concat(parts), per_patient(sim), check_exact=True)


def test_summary_by_hand(fake):
    sim = fake(TIME, PLATELETS, IGG)
    outcomes = {o.id: o for o in summarise(per_patient(sim), 1, DayDistribution.of(sim))}
    values = {id_: o.value for id_, o in outcomes.items()}
    assert values["responded_by_day_1"] == 25
    assert values["responded_by_day_7"] == 50
    assert values["iwg_r"] == 75
    assert values["time_to_50_all"] == 7  # halfway between the 4 and 10 d of the middle two
    assert values["time_to_50_responders"] == 2.5
    assert values["duration_50"] == 13
    assert values["days_at_least_50"] == 13
    assert values["peak"] == 79.5
    assert values["peak_day"] == 5.5
    assert values["iwg_r_time"] == 2
    assert values["iwg_r_duration"] is None  # 12 d, and two that the outputs cut short
    assert values["igg_peak_mean"] == 44
    assert values["igg_rise_14_d_mean"] == 11
    assert values["highest_median_day"] == 4
    assert values["highest_median"] == pytest.approx(52.5, rel=0.005)
    assert (outcomes["responded_by_day_7"].unit, outcomes["duration_50"].n, values["failed"]) == ("%", 2, 0)


def test_a_median_duration_is_that_of_kaplan_and_meier(fake):
    times = [0, 1, 5, 9, 12]
    four, eleven, cut_at_7 = [10, 60, 10, 10, 10], [10, 60, 60, 60, 10], [10, 10, 60, 60, 60]

    def median(*courses):
        outcomes = {o.id: o for o in summarise(per_patient(fake(times, list(courses))), 1)}
        return outcomes["duration_50"].value

    assert median(four, eleven, cut_at_7) == 11  # 2/3 are left after 4 d; of them one is seen to end, at 11 d
    assert median(four, four, eleven, cut_at_7) == 7.5  # just one half between 4 and 11 d
    assert median(four, cut_at_7, cut_at_7) is None
    assert median(four, four, four, eleven, cut_at_7) == 4


def test_kaplan_meier_matches_a_published_worked_example():
    # Freireich 1963, 6-mercaptopurine arm (weeks): the median remission is 23, as in Cox 1972
    weeks = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35], float)
    seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    found = kaplan_meier_median(weeks, ~np.array(seen, bool), np.random.default_rng(1))
    assert found.value == 23
    assert found.low is not None
    assert found.low < 23


def test_an_estimate_lies_in_its_interval_and_does_not_depend_on_the_order_of_patients(fake, random_courses):
    sim = random_courses(301)
    back = fake(sim.time, sim["platelets"][::-1], sim["igg"][::-1])
    one = summarise(per_patient(sim), 7, DayDistribution.of(sim))
    other = summarise(per_patient(back), 7, DayDistribution.of(back))
    for a, b in zip(one, other, strict=True):
        assert a.id == b.id
        for x, y in ((a.value, b.value), (a.low, b.low), (a.high, b.high)):
            assert (x is None and y is None) or x == pytest.approx(y, rel=1e-12)
        if a.low is not None and a.value is not None:
            assert a.low <= a.value
        if a.high is not None and a.value is not None:
            assert a.value <= a.high
    assert len({a.id for a in one}) == len(one)


def test_the_seed_changes_only_the_bootstrap(random_courses):
    frame = per_patient(random_courses(100))
    one, other = summarise(frame, 1), summarise(frame, 2)
    assert [o.value for o in one] == [o.value for o in other]
    assert one == summarise(frame, 1)


def test_a_distribution_of_other_patients_is_refused(fake):
    sim = fake(TIME, PLATELETS, IGG)
    with pytest.raises(InputError, match="accepted is 'platelets' in these 4"):
        summarise(per_patient(sim), 1, DayDistribution.of(sim, "igg"))
