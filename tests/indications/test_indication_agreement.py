"""IgG beside what was measured; what the model misses is marked, and stands in the documentation."""

from pathlib import Path

import pytest

from ivigsim.indications import published_checks

PAGE = Path(__file__).parents[2] / "docs" / "indications.md"


@pytest.fixture(scope="module")
def checks():
    return published_checks(patients=1000, seed=1)


def found(checks, what, setting=""):
    return next(each for each in checks if what in each.what and setting in each.setting)


@pytest.mark.xfail(reason="troughs rise too little per dose, see docs/indications.md")
@pytest.mark.parametrize("every", [28, 21])
def test_slope_of_the_trough_is_73_to_121_mg_per_dl_per_100_mg_per_kg(checks, every):
    slope = found(checks, "slope", f"every {every} d")
    assert (slope.low, slope.high) == (73, 121)
    assert slope.agrees


@pytest.mark.parametrize("every", [28, 21])
def test_the_slope_is_known_to_be_low_by_less_than_three_times(checks, every):
    assert 73 / 3 < found(checks, "slope", f"every {every} d").simulated < 73


def test_half_life_is_about_36_days_in_immunodeficiency(checks):
    for every in (28, 21):
        life = found(checks, "half-life", f"every {every} d")
        assert (life.low, life.high) == (18.5, 65.9)
        assert life.simulated == pytest.approx(36.1, rel=0.25)


@pytest.mark.xfail(reason="troughs rise too little per dose, see docs/indications.md")
@pytest.mark.parametrize("every", [28, 21])
def test_median_trough_is_that_of_the_trial(checks, every):
    assert found(checks, "median trough", f"every {every} d").agrees


def test_peaks_lie_within_an_sd_of_the_trial(checks):
    assert found(checks, "mean peak", "28 d").agrees
    assert found(checks, "mean peak", "21 d").agrees


def test_rise_on_day_14_after_2_g_per_kg_is_7_8_g_per_l(checks):
    rise = found(checks, "mean rise")
    assert (round(rise.low, 2), round(rise.high, 2)) == (6.97, 8.63)  # 7.8 -+ 1.96 x 5.6 / sqrt(174)
    assert rise.agrees


@pytest.mark.xfail(reason="patients differ too little, see docs/indications.md")
def test_patients_differ_as_much_as_in_gbs(checks):
    assert found(checks, "SD of the rise").agrees


def test_share_above_the_target_rise_lies_between_mild_and_ventilated(checks):
    assert found(checks, "share").agrees


def test_the_page_shows_the_measured_figures(checks):
    page = PAGE.read_text(encoding="utf-8")
    for each in checks:
        setting = each.setting.removeprefix("primary immunodeficiency, ")
        row = next(line for line in page.splitlines() if each.what in line and setting in line)
        assert f"| {each.simulated:.3g} {each.unit} |" in row
        assert f"| {'yes' if each.agrees else '**no**'}" in row
