"""Each drug moves what it should, by about what was published, in patients as the trial enrolled them."""

import numpy as np
import pytest

import ivigsim
from ivigsim.evidence import load_rows
from ivigsim.evidence.statistic import published_number
from ivigsim.evidence.trial import plan, row_values, simulate_arm

PATIENTS = 300


def course(phrase, days, **settings):
    return ivigsim.simulate(phrase, patients=PATIENTS, seed=5, days=days, **settings)


def share(sim, count, day):
    return float((sim["platelets"][:, day] > count).mean())


def ever_50(sim):
    return float((sim["platelets"][:, 1:] >= 50).any(axis=1).mean())


PUBLISHED = (
    "E091",  # prednisolone, children: above 20e9/L on day 2, 39%
    "E094",  # methylprednisolone, children: above 20e9/L on day 2, 50%
    "E173",  # dexamethasone: 30e9/L and twice the baseline by day 28, 82%
    "E163",  # anti-D 75 ug/kg, children: above 20e9/L on day 1, 72%
    "E230",  # romiplostim: 50e9/L at 6 of the last 8 visits, less placebo, 56%
    "E233",  # eltrombopag: 50e9/L on day 42, less placebo, 43%
    "E288",  # fostamatinib: 50e9/L within 12 weeks, less placebo, 29%
    "E290",  # rilzabrutinib: 50e9/L within 12 weeks, less placebo, 32%
    "E234",  # rituximab: 50e9/L and twice the baseline after a year, 40%
)


@pytest.mark.parametrize("row_id", PUBLISHED)
def test_the_size_of_the_effect(row_id):
    row = next(row for row in load_rows() if row.id == row_id)
    sims = {planned.arm: simulate_arm(planned, PATIENTS, 5) for planned in plan([row])}
    found = published_number(row, row_values(row, sims))
    # percentage points: two standard errors of a trial of 30, and trials of one drug differ by more than that
    assert found == pytest.approx(row.value, abs=20)


def test_prednisolone_is_slower_than_ivig():
    steroid, ivig = course("prednisolone 2 mg/kg daily x14", 14), course("IVIG 1 g/kg daily x2", 14)
    for day in (1, 2):
        assert share(ivig, 20, day) > share(steroid, 20, day) + 0.15  # E090, E091: 81.5% and 39.4% on day 2
    assert ever_50(steroid) > 0.3


@pytest.mark.parametrize("phrase", ["methylprednisolone 30 mg/kg daily x3", "dexamethasone 40 mg daily x4"])
def test_pulses_of_steroid(phrase):
    sim = course(phrase, 28)
    assert np.median(sim["platelets"][:, 28]) < 1.3 * np.median(sim["platelets"][:, 0])  # no lasting effect


def test_anti_d():
    sim = course("anti-D 75 ug/kg", 7, covariates={"rhd_positive": True, "splenectomised": False})
    assert 0.55 < share(sim, 20, 1) < 0.95  # E163: 72% of children
    fall = (sim["haemoglobin"][:, 7] - sim["haemoglobin"][:, 0]).mean()
    assert -3.0 < fall < -0.8  # E166: -2.0 g/dL


@pytest.mark.parametrize("covariate", [{"rhd_positive": False}, {"splenectomised": True}])
def test_anti_d_without_its_red_cells_or_a_spleen(covariate):
    with pytest.warns(UserWarning, match="anti-D can"):
        sim = course("anti-D 75 ug/kg", 7, covariates=covariate)
    with_all = course("anti-D 75 ug/kg", 7, covariates={"rhd_positive": True, "splenectomised": False})
    rise = [(s["platelets"][:, 3] - s["platelets"][:, 0]).mean() for s in (sim, with_all)]
    assert rise[0] < 0.3 * rise[1]


def test_avatrombopag_acts_like_its_class():
    assert 0.3 < ever_50(course("avatrombopag 20 mg daily x42", 42, outputs=["platelets"])) < 0.9


@pytest.mark.parametrize(
    ("phrase", "low", "high"),
    [
        ("efgartigimod 10 mg/kg every 7 d x4", 0.40, 0.70),  # IGG26: 60-64%
        ("rozanolixizumab 15 mg/kg", 0.2, 0.61),  # IGG26: 44-61%
    ],
)
def test_fcrn_blockers_lower_igg_and_not_much_more(phrase, low, high):
    sim = course(phrase, 42)
    fall = 1 - np.median(sim["igg"].min(axis=1) / sim["igg"][:, 0])
    assert low < fall < high
    assert np.median(sim["autoantibody"][:, 28]) < np.median(sim["autoantibody"][:, 0])
    # the known shortfall, see docs/choices.md: coat and competing IgG fall together
    assert ever_50(sim) < 0.05


def test_drugs_act_together_through_the_mechanism():
    parts = ["IVIG 1 g/kg", "methylprednisolone 30 mg/kg daily x3"]
    alone = [course(part, 3)["platelets"][:, 3].mean() for part in parts]
    together = course(parts, 3)["platelets"][:, 3].mean()
    assert together > max(alone)
    assert course(" + ".join(parts), 3)["platelets"][:, 3].mean() == together


def test_transfused_platelets_are_eaten_unless_phagocytes_are_blocked():
    alone = course("platelets 1 unit", 2)
    assert 0.2 < share(alone, 20, 1) < 0.65  # TRX01: 5 of 13 still up next day
    just_after = ivigsim.simulate("platelets 1 unit", patients=PATIENTS, seed=5, times=[0, 0.02])["platelets"]
    assert 25 < np.median(just_after[:, 1] - just_after[:, 0]) < 50  # TRX03: 36e9/L
    emergency = [
        "IVIG 1 g/kg over 24 h",
        "platelets 1 unit every 8 h x3",
        "methylprednisolone 30 mg/kg daily x3",
    ]
    parts = [course(part, 3)["platelets"] for part in emergency]
    whole = course(emergency, 3)["platelets"]
    for day in (1, 3):
        assert np.median(whole[:, day]) > max(np.median(part[:, day]) for part in parts)


WITH_SPLEEN = {"splenectomised": False}


def test_splenectomy():
    sim = course("splenectomy on day 2", 90, covariates=WITH_SPLEEN)
    platelets = sim["platelets"]
    np.testing.assert_allclose(platelets[:, 2], platelets[:, 0], rtol=1e-3)  # nothing before the day
    # PLT05: a third of all platelets was in the spleen, so the count jumps by half at once; then it climbs
    at_once = ivigsim.simulate("splenectomy", patients=PATIENTS, times=[0, 1e-3], covariates=WITH_SPLEEN)
    np.testing.assert_allclose(at_once["platelets"][:, 1] / at_once["platelets"][:, 0], 1.5, rtol=0.05)
    assert np.median(platelets[:, 7]) > 2.5 * np.median(platelets[:, 0])
    # E237: 66% durable complete remission; wide, as its count is not stated and the spleen's share is assumed
    assert 0.4 < float((platelets[:, 90] >= 50).mean()) < 0.95
    assert np.median(platelets[:, 90]) > 0.8 * np.median(platelets[:, 14])


def test_ivig_before_a_splenectomy():
    parts = ["IVIG 1 g/kg daily x2", "splenectomy on day 7"]
    ivig, spleen, both = (course(part, 30, covariates=WITH_SPLEEN)["platelets"] for part in (*parts, parts))
    np.testing.assert_allclose(
        both[:, :8], ivig[:, :8], rtol=1e-3
    )  # safe counts on the day, as it is used for
    for day in (8, 14, 30):
        assert np.median(both[:, day]) > max(np.median(ivig[:, day]), np.median(spleen[:, day]))


def test_ivig_still_acts_without_a_spleen():
    sim = course("IVIG 1 g/kg daily x2 from day 7 + splenectomy", 10, covariates=WITH_SPLEEN)["platelets"]
    assert np.median(sim[:, 10]) > 1.3 * np.median(sim[:, 7])  # the liver's phagocytes are left


def test_anti_d_after_a_splenectomy_hardly_acts():
    spleen = course("splenectomy", 10, covariates=WITH_SPLEEN)["platelets"]
    with pytest.warns(UserWarning, match="anti-D can hardly act: the spleen is taken out before it"):
        both = course("splenectomy + anti-D 75 ug/kg from day 7", 10, covariates=WITH_SPLEEN)["platelets"]
    alone = course("anti-D 75 ug/kg", 3, covariates=WITH_SPLEEN)["platelets"]
    gain = np.median(both[:, 10] / spleen[:, 10]), np.median(alone[:, 3] / alone[:, 0])
    assert 1.0 <= gain[0] < 0.5 * gain[1]  # AD01: ineffective after splenectomy


RITUXIMAB = "rituximab 375 mg/m2 every 7 d x4"


def test_rituximab():
    outputs = ["platelets", "b_cells", "autoantibody"]
    adults = course(RITUXIMAB, 365, outputs=outputs)
    # E235: 63.8% of children by week 16; IMM12: 57% of adults at first; E234: 40% at one year. Wide: the
    # share of short-lived plasma cells decides, and it is still to be calibrated.
    assert 0.3 < float((adults["platelets"][:, 1:183] >= 50).any(axis=1).mean()) < 0.95
    assert 0.15 < float((adults["platelets"][:, 365] >= 50).mean()) < 0.85
    # slow, as no B cell makes antibody itself: E236 finds no difference before day 14
    assert share(adults, 50, 7) < 0.15
    b_cells = np.median(adults["b_cells"], axis=0)
    assert b_cells[28] < 0.05
    assert b_cells[180] < 0.5 < b_cells[365]  # IMM12: gone from blood for 6 to 9 months
    assert np.median(adults["autoantibody"][:, 112]) < 0.9 * np.median(adults["autoantibody"][:, 0])


def test_rituximab_in_children():
    # E235: 51 of 80 within 16 weeks, in chronic disease; new disease also goes by itself, so more here
    treated, not_treated = (
        course(phrase, 112, population="child-new", outputs=["platelets"]) for phrase in (RITUXIMAB, None)
    )
    assert ever_50(treated) > max(0.5, ever_50(not_treated))


def test_absolute_rituximab_goes_by_each_patients_surface():
    size = {"weight_kg": 80.0, "height_cm": 180.0}
    runs = [
        ivigsim.simulate(phrase, patients=5, seed=5, days=30, covariates=size)["platelets"]
        for phrase in ("rituximab 750 mg", "rituximab 375 mg/m2")
    ]
    np.testing.assert_array_equal(*runs)  # 2 m2
    sim = ivigsim.simulate("rituximab 750 mg", patients=5, seed=5, days=30)
    surface = np.sqrt(sim.patients["weight_kg"] * sim.patients["height_cm"] / 3600)
    np.testing.assert_allclose(sim.doses.amount[:, 0], 750 / surface)
