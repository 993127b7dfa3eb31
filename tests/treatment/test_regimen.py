"""Regimens: round trips, doses per kg and absolute, limits."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.treatment import Course, Regimen, as_doses, doses_from_event_table

times = st.floats(min_value=1e-3, max_value=365.0)
courses = st.builds(
    Course,
    drug=st.just("IVIG"),
    amount=st.floats(min_value=20.0, max_value=1e5),
    unit=st.sampled_from(["g/kg", "mg/kg", "g", "mg"]),
    over_d=st.none() | times,
    every_d=times,
    count=st.integers(1, 7),
    start_d=st.just(0.0) | times,
) | st.builds(Course, drug=st.just("IVIG"), amount=st.floats(0.01, 5.0), unit=st.just("g/kg"))
rituximab = st.builds(
    Course,
    drug=st.just("rituximab"),
    amount=st.floats(min_value=0.2, max_value=1e4),
    unit=st.sampled_from(["mg/m2", "g/m2", "mg", "g"]),
    every_d=times,
    count=st.integers(1, 7),
    start_d=st.just(0.0) | times,
)
splenectomy = st.builds(
    Course, drug=st.just("splenectomy"), amount=st.just(1.0), unit=st.just("procedure"), start_d=times
)
regimens = st.lists(courses, min_size=1, max_size=4).map(lambda each: Regimen(tuple(each)))
every_kind = st.tuples(st.lists(courses | rituximab, min_size=1, max_size=3), st.none() | splenectomy).map(
    lambda each: Regimen((*each[0], each[1]) if each[1] else tuple(each[0]))
)
ARRAYS = ("target", "time_d", "amount", "duration_d")


@given(every_kind)
def test_phrase_round_trip(regimen):
    assert Regimen.parse(str(regimen)) == regimen


@given(every_kind, st.floats(3.0, 200.0), st.floats(50.0, 210.0))
def test_event_table_round_trip_is_exact(regimen, weight, height):
    direct = regimen.doses([weight], [height], allow_extreme=True)
    through = doses_from_event_table(regimen.to_event_table(weight, height), 1, allow_extreme=True)
    assert direct.inputs == through.inputs
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(direct, name), getattr(through, name))


@given(regimens, st.lists(st.floats(3.0, 200.0), min_size=1, max_size=4))
def test_doses_hold_what_was_ordered(regimen, weights):
    """Every table is sorted, has one shape and gives the ordered total to each patient."""
    table = regimen.doses(weights, allow_extreme=True)
    for name in ARRAYS:
        assert getattr(table, name).shape == table.time_d.shape
    assert (np.diff(table.time_d, axis=1) >= 0).all()
    assert (table.duration_d > 0).all()
    factor = {"g/kg": 1e3, "mg/kg": 1.0, "g": 1e3, "mg": 1.0}
    for row, weight in zip(table.amount, weights, strict=False):
        ordered = sum(
            each.count * each.amount * factor[each.unit] / (1 if each.unit.endswith("/kg") else weight)
            for each in regimen.courses
        )
        assert row.sum() == pytest.approx(ordered, rel=1e-12)


def test_per_kg_doses_have_one_row():
    table = Regimen.parse("IVIG 1 g/kg daily x2").doses(np.full(1000, 70.0))
    assert table.inputs[0] == "IVIG"
    np.testing.assert_array_equal(table.time_d, [[0.0, 1.0]])
    np.testing.assert_array_equal(table.amount, [[1000.0, 1000.0]])
    np.testing.assert_allclose(table.duration_d, [[250 / 1440] * 2], rtol=1e-15)
    np.testing.assert_array_equal(table.target, [[0, 0]])


def test_absolute_doses_are_divided_by_weight():
    table = Regimen.parse("IVIG 70 g + IVIG 0.5 g/kg over 4 h from day 1").doses([70.0, 35.0])
    np.testing.assert_array_equal(table.amount, [[1000.0, 500.0], [2000.0, 500.0]])
    np.testing.assert_allclose(table.duration_d * 24, [[250 / 60, 4.0], [500 / 60, 4.0]], rtol=1e-15)


def test_absolute_doses_of_a_drug_per_m2_are_divided_by_body_surface():
    table = Regimen.parse("rituximab 750 mg + rituximab 375 mg/m2 from day 7").doses(
        [80.0, 20.0], [180.0, 45.0]
    )
    np.testing.assert_allclose(table.amount, [[375.0, 375.0], [1500.0, 375.0]])  # 2 m2 and 0.5 m2, Mosteller
    np.testing.assert_allclose(table.duration_d * 24, 4.0)


def test_per_m2_doses_need_no_height_and_absolute_ones_say_so():
    assert Regimen.parse("rituximab 375 mg/m2").doses([80.0, 20.0]).amount.tolist() == [[375.0]]
    with pytest.raises(InputError, match=r"rituximab in mg is dosed by body surface .*; accepted: height_cm"):
        Regimen.parse("rituximab 750 mg").doses([80.0])


@pytest.mark.parametrize("heights", [[], [0.0], [-170.0], [float("nan")], [170.0, 180.0]])
def test_wrong_heights(heights):
    with pytest.raises(InputError, match="height"):
        Regimen.parse("rituximab 750 mg").doses([70.0], heights)


def test_extreme_rituximab_is_refused():
    with pytest.raises(
        InputError, match=r"3375 mg/m2 of rituximab within 28 d; accepted: at most 3000 mg/m2"
    ):
        Regimen.parse("rituximab 375 mg/m2 daily x9").doses([70.0])


def test_a_procedure_is_a_bolus_of_one_and_the_same_for_all():
    table = Regimen.parse("IVIG 1 g/kg from day 3 + splenectomy on day 3").doses([70.0, 35.0])
    assert [table.inputs[i] for i in table.target[0]] == ["IVIG", "splenectomy"]
    assert (table.amount.tolist(), table.duration_d[0, 1]) == ([[1000.0, 1.0]], 0.0)


def test_absolute_equals_per_kg_at_the_same_weight():
    absolute = Regimen.parse("IVIG 80 g daily x2").doses([80.0])
    per_kg = Regimen.parse("IVIG 1 g/kg daily x2").doses([80.0])
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(absolute, name), getattr(per_kg, name))


def test_overlapping_infusions_are_kept_apart():
    table = Regimen.parse("IVIG 1 g/kg over 48 h daily x2").doses([70.0])
    np.testing.assert_array_equal(table.duration_d, [[2.0, 2.0]])
    np.testing.assert_array_equal(table.time_d, [[0.0, 1.0]])


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("IVIG 5.001 g/kg", "5.001 g/kg"),
        ("IVIG 1 g/kg daily x6", "6 g/kg"),
        ("IVIG 3 g/kg + IVIG 3 g/kg from day 27.9", "6 g/kg"),
        ("IVIG 1 g/kg every 4 weeks x9 + IVIG 4.5 g/kg from day 100", "5.5 g/kg"),
    ],
)
def test_extreme_total_is_refused(text, total):
    with pytest.raises(InputError) as error:
        Regimen.parse(text).doses([70.0])
    assert f"gives {total} of IVIG within 28 d; accepted: at most 5 g/kg" in str(error.value)
    assert "--allow-extreme" in str(error.value)
    assert text[:12] in str(error.value)
    Regimen.parse(text).doses([70.0], allow_extreme=True)


@pytest.mark.parametrize("text", ["IVIG 5 g/kg", "IVIG 5 g/kg every 28 d x9", "IVIG 1 g/kg daily x5"])
def test_limit_itself_is_taken(text):
    assert Regimen.parse(text).doses([70.0]).amount.sum() >= 5000


def test_rounding_does_not_make_a_dose_extreme():
    Regimen.parse("IVIG 0.1 g/kg every 12 h x50").doses([70.0])


def test_extreme_names_the_lightest_patient():
    with pytest.raises(InputError, match=r"'IVIG 100 g' for a patient of 12 kg gives 8.333333 g/kg"):
        Regimen.parse("IVIG 100 g").doses([70.0, 12.0, 15.0])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("IVIG 1e-6 mg/kg", "an infusion shorter than 1 s"),
        ("IVIG 1 g/kg over 0.001 min", "an infusion shorter than 1 s"),
        ("IVIG 1e300 g/kg", "an impossible amount"),
        ("IVIG 1 g/kg every 36000 d x3", "a dose that ends after day 36525"),
    ],
)
def test_doses_no_one_can_give_are_refused(text, what):
    with pytest.raises(InputError, match=f"{what} .*; accepted"):
        Regimen.parse(text).doses([70.0], allow_extreme=True)


@pytest.mark.parametrize("weights", [[], [0.0], [-3.0], [70.0, float("nan")], [float("inf")], 70.0])
def test_wrong_weights(weights):
    with pytest.raises(InputError, match="weight"):
        Regimen.parse("IVIG 1 g/kg").doses(weights)


@pytest.mark.parametrize(
    "fields",
    [
        {"drug": "water"},
        {"amount": float("nan")},
        {"unit": "kg"},
        {"over_d": 0.0},
        {"over_d": float("nan")},
        {"every_d": -1.0},
        {"count": 2},
        {"count": float("nan"), "every_d": 1.0},
        {"start_d": float("nan")},
        {"drug": "splenectomy", "unit": "procedure", "amount": 2.0},
        {"drug": "splenectomy", "unit": "procedure", "over_d": 1.0},
        {"drug": "splenectomy", "unit": "procedure", "every_d": 1.0, "count": 2},
    ],
)
def test_course_refuses_wrong_fields(fields):
    with pytest.raises(InputError, match="accepted"):
        Course(**({"drug": "IVIG", "amount": 1.0, "unit": "g/kg"} | fields))


def test_as_doses_takes_every_form(tmp_path):
    phrase = "IVIG 1 g/kg daily x2"
    regimen = Regimen.parse(phrase)
    frame = regimen.to_event_table(70.0)
    path = tmp_path / "events.csv"
    frame.write_csv(path)
    expected = regimen.doses([70.0])
    for treatment in (
        phrase,
        [phrase],
        regimen,
        regimen.courses[0],
        frame,
        frame.to_dict(as_series=False),
        path,
        str(path),
    ):
        if isinstance(treatment, dict):
            treatment = pytest.importorskip("pandas").DataFrame(treatment)
        doses, found = as_doses(treatment, [70.0], 1)
        assert found in (regimen, None)
        for name in ARRAYS:
            np.testing.assert_array_equal(getattr(doses, name), getattr(expected, name))
    assert as_doses(None, [70.0], 1) == (None, None)


@pytest.mark.parametrize("wrong", [3, {"TIME": [0]}, object(), True])
def test_as_doses_refuses_other_things(wrong):
    with pytest.raises(InputError, match="accepted: a dose phrase"):
        as_doses(wrong, [70.0], 1)


def test_reading_a_phrase_imports_nothing_heavy():
    code = (
        "import sys; from ivigsim.treatment import Regimen; str(Regimen.parse('IVIG 1 g/kg daily x2'));"
        "print([name for name in ('pint', 'polars', 'pandas') if name in sys.modules])"
    )
    where = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=where)
    assert done.stdout.strip() == "[]"
