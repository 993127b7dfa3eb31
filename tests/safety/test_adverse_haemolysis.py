"""Haemolysis in the model: by blood group, titre and dose; viscosity; and what stands beside them."""

import numpy as np
import pytest

from ivigsim.errors import InputError
from ivigsim.safety.adverse import haemolysis_course
from ivigsim.safety.adverse.beside import beside
from ivigsim.safety.adverse.viscosity import measured_rise, viscosity

TWO = "IVIG 1 g/kg daily x2"
PATIENTS = 60


@pytest.fixture(scope="module")
def course():
    return haemolysis_course(TWO, patients=PATIENTS)


def test_group_o_keeps_its_haemoglobin_and_the_others_fall_in_order(course):
    falls = {each.blood_group: each.fall.value for each in course.groups}
    assert falls["O"] == 0.0
    assert falls["AB"] > falls["A"] > falls["B"] > 0.0
    assert np.ptp(course["O"].haemoglobin[1]) < 1e-4


def test_the_lowest_haemoglobin_comes_within_the_days_that_the_rows_give(course):
    for group in ("A", "B", "AB"):
        assert 5 <= course[group].lowest_day <= 12  # hem_prospective: apparent 5-10 days after the course
    assert np.isnan(course["O"].lowest_day)


def test_shares_fall_with_the_size_of_the_fall_and_have_intervals(course):
    for group in course.groups:
        assert group.share[1.0].value >= group.share[2.0].value
        for share in group.share.values():
            assert 0.0 <= share.low <= share.value <= share.high <= 1.0
        assert group.fall.low <= group.fall.value <= group.fall.high
        assert group.patients + group.failed == PATIENTS


def test_a_higher_titre_and_a_higher_dose_lower_haemoglobin_more(course):
    group = {"blood_group": "A"}
    falls = [
        haemolysis_course(TWO, patients=PATIENTS, covariates=group, titre_ratio=ratio)["A"].fall.value
        for ratio in (0.125, 0.25, 2.0)
    ]
    assert falls == sorted(falls)
    assert falls[1] < course["A"].fall.value < falls[2]
    half = haemolysis_course("IVIG 1 g/kg", patients=PATIENTS, covariates=group)
    assert half["A"].fall.value < course["A"].fall.value
    assert [each.blood_group for each in half.groups] == ["A"]
    assert half.non_o == {}


def test_anti_d_acts_on_rhd_positive_red_cells():
    fixed = {"blood_group": "O", "rhd_positive": True}
    found = haemolysis_course("anti-D 75 ug/kg", patients=PATIENTS, covariates=fixed)
    assert found["O"].fall.value > 0.5
    with pytest.warns(UserWarning, match="every patient is RhD-negative"):
        none = haemolysis_course("anti-D 75 ug/kg", patients=10, covariates={**fixed, "rhd_positive": False})
    assert none["O"].fall.value == 0.0


def test_what_stands_beside_has_rows_and_depends_on_the_dose(course):
    rows = [each.row for each in beside(course, 2.0)]
    assert rows == ["hem_prospective", "hem_prospective_g2", "hem_blood_group", "SAF01"]
    assert [each.row for each in beside(course, 1.0)] == ["hem_blood_group"]
    prospective = beside(course, 2.0)[0]
    assert prospective.published.value == pytest.approx(100 * 32 / 99)
    weights = {"A": 0.40, "B": 0.11, "AB": 0.04}
    by_hand = sum(w * course[g].share[1.0].value for g, w in weights.items()) / sum(weights.values())
    assert prospective.simulated.value == pytest.approx(100 * by_hand)


def test_viscosity_grows_with_igg_and_passes_through_its_two_points():
    igg = np.linspace(0, 80, 81)
    assert (np.diff(viscosity(igg)) > 0).all()
    mean, low, high = measured_rise()
    assert float(viscosity(35.7) - viscosity(12.0)) == pytest.approx(mean, abs=0.01)
    assert float(viscosity(51.0)) == pytest.approx(2.6, abs=0.02)
    assert low < mean < high


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"titre_ratio": 0}, "titre_ratio is 0"),
        ({"titre_ratio": float("nan")}, "titre_ratio is nan"),
        ({"covariates": {"blood_group": "C"}}, "blood_group 'C'"),
        ({"population": "adult-cronic"}, "adult-cronic"),
    ],
)
def test_wrong_input_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        haemolysis_course(TWO, patients=5, **options)
