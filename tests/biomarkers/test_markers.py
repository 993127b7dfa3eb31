"""The table of markers, and measuring them with the error of an assay."""

import numpy as np
import polars as pl
import pytest

import ivigsim
from ivigsim.errors import InputError
from ivigsim.patients.covariates import COVARIATES
from ivigsim.prediction import load_markers
from ivigsim.prediction.markers import choose_markers, markers_text, read_markers
from ivigsim.prediction.measure import Clinic, outputs_needed
from ivigsim.prediction.quantities import QUANTITIES

TWO_DAYS = "IVIG 1 g/kg daily x2"


def test_every_marker_says_how_it_is_measured_and_how_well(markers):
    assert len(markers) == 29
    assert {marker.day for marker in markers} == {0, 1, 2}
    for marker in markers:
        assert marker.how
        assert marker.error_source.startswith(("assumed: ", "known", "that of both"))
        if marker.covariate and marker.levels:
            known = COVARIATES[marker.covariate]
            levels = {"no", "yes"} if known.yes_no else set(known.levels)
            assert set(marker.levels) == levels


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\tthrombopoietin\t\tlog", "\tphagocytosis\t\tlog"),
        ("covariate weight_kg", "covariate production_excess"),
        ("assumed: few events at low counts; of the odds, so that a share stays below 100%", ""),
        ("\tlevel\tplatelets\t\tlog\tcv\t0.1\t", "\trise\tplatelets\t\tlog\tcv\t0.1\t"),
        ("\tmisread\t0.1", "\tmisread\t0.6"),
        ("\tcv\t0.25", "\tcv\t0"),
    ],
)
def test_a_wrong_row_is_refused(old, new):
    text = markers_text()
    assert old in text
    with pytest.raises(ValueError, match="incomplete or stands for nothing measurable"):
        read_markers(text.replace(old, new, 1))


def test_a_marker_twice_is_refused():
    text = markers_text()
    with pytest.raises(ValueError, match="twice"):
        read_markers(text + text.splitlines()[1] + "\n")


HIDDEN = ["phagocytosis", "production_excess", "t_cell_help", "K_idiotype", "steepness"]


@pytest.mark.parametrize("name", HIDDEN)
def test_what_no_clinic_can_measure_is_refused(name):
    assert name not in QUANTITIES
    with pytest.raises(InputError, match=f"{name!r} is no marker: a clinic cannot measure it"):
        ivigsim.biomarkers(TWO_DAYS, markers=[name])


@pytest.mark.parametrize("name", ["responded_by_day_7", "peak_1e9_per_l", "time_to_50_d", "failed"])
def test_an_outcome_is_no_marker(name):
    with pytest.raises(InputError, match=f"unknown marker {name!r}"):
        ivigsim.biomarkers(TWO_DAYS, markers=[name])


def test_markers_come_in_the_order_of_the_table():
    assert [marker.id for marker in choose_markers(["igg", "platelets"])] == ["platelets", "igg"]
    with pytest.raises(InputError, match="given twice"):
        choose_markers(["igg", "igg"])
    with pytest.raises(InputError, match="nearest: 'platelets_24h'"):
        choose_markers(["platelet_24h"])
    for wrong in ("igg", [], 3):
        with pytest.raises(InputError, match="accepted: a list"):
            choose_markers(wrong)


def test_a_marker_without_error_is_what_the_model_says(sim):
    clinic, known = Clinic(sim), load_markers()
    np.testing.assert_array_equal(clinic.true(known["platelets_48h"]), sim["platelets"][:, 2])
    rise = sim["igg"][:, 1] - sim["igg"][:, 0]
    np.testing.assert_array_equal(clinic.true(known["igg_rise_24h"]), rise)
    coat = sim["coat_gpiibiiia"][:, 0] + sim["coat_gpib"][:, 0]
    np.testing.assert_array_equal(clinic.true(known["coat"]), coat)
    people = sim.patients
    np.testing.assert_array_equal(clinic.true(known["anti_gpib"]), people["anti_gpib"].cast(pl.Float64))
    v_alleles = people["fcgr3a"].str.count_matches("V")
    np.testing.assert_array_equal(clinic.true(known["fcgr3a"]), v_alleles)
    test = ivigsim.red_cell_clearance(sim, day=0)
    np.testing.assert_allclose(clinic.true(known["red_cell_half_life"]), test.half_life_min)


def test_the_steady_state_ties_life_production_and_count(sim):
    clinic, known = Clinic(sim), load_markers()
    life, production = clinic.true(known["platelet_life"]), clinic.true(known["production"])
    np.testing.assert_allclose(life * production, sim["platelets_total"][:, 0])
    assert 0 < clinic.true(known["immature_share"]).min() < clinic.true(known["immature_share"]).max() < 100


def test_errors_have_the_size_they_say(markers):
    sim = ivigsim.simulate(patients=4000, seed=2, days=1, outputs=outputs_needed(markers))
    clinic = Clinic(sim)
    for marker in markers:
        if marker.day or marker.error_kind == "none":
            continue
        true, measured = clinic.true(marker), clinic.measured(marker)
        if marker.error_kind == "misread":
            assert (true != measured).mean() == pytest.approx(marker.error, abs=0.015)
            assert set(measured) == {0.0, 1.0}
        else:
            if marker.unit == "%":
                assert measured.max() < 100
                true, measured = (share / (100 - share) for share in (true, measured))
            ratio = measured / true
            assert ratio.std() / ratio.mean() == pytest.approx(marker.error, rel=0.06)
            assert np.median(ratio) == pytest.approx(1.0, abs=0.02)


def test_one_reading_serves_level_and_rise(sim):
    clinic, known = Clinic(sim), load_markers()
    rise = clinic.measured(known["platelets_24h"]) - clinic.measured(known["platelets"])
    np.testing.assert_array_equal(clinic.measured(known["platelets_rise_24h"]), rise)


def test_errors_are_keyed_by_patient_not_by_run(sim, markers):
    fewer = ivigsim.simulate(
        TWO_DAYS, patients=50, seed=1, days=7, outputs=outputs_needed(markers), chunk=8, threads=2
    )
    for marker in markers:
        whole = Clinic(sim).measured(marker)[:50]
        np.testing.assert_allclose(Clinic(fewer).measured(marker), whole, rtol=1e-6, atol=1e-6)
