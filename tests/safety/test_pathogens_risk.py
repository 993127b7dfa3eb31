"""Residual risk: the arithmetic by hand and in closed form, and what must never happen to it."""

from math import exp, expm1, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.safety.pathogens import AGENTS, Donors, assess, reduction, residual_risk
from ivigsim.safety.pathogens.assessment import doses_g
from ivigsim.safety.pathogens.donors import Unknown
from ivigsim.safety.pathogens.facts import load_facts
from ivigsim.safety.pathogens.pooling import plasma

GSD_HCV = reduction("Gammagard S/D", "HCV")
YIELD = (3.5, 5.0)  # g/L, row plasma_yield


def closed_form(chance, pool, limits_log10, grams, log10):
    """Return 1 - exp(-N p (1 - E exp(-k t / N))), the mean over titres t and yields of a compound Poisson."""
    titre = 10 ** np.linspace(*limits_log10, 4001)[:, None]
    per_l = np.linspace(*YIELD, 41)[None, :]
    k = grams * 1000 / per_l * 10.0**-log10
    spared = np.exp(-k * titre / pool)
    per_yield = 1 - np.exp(-pool * chance * (1 - np.trapezoid(spared, axis=0) / 4000))
    return float(np.trapezoid(per_yield) / 40)


def test_units_by_hand():
    """One titre, one pool size: from donations to the patient in five multiplications."""
    risk = residual_risk(GSD_HCV, [70.0], Donors(per_donation=1e-6, pool=5000.0, titre_log10=(4.0, 4.0)))
    assert risk.contaminated.mean == pytest.approx(-expm1(-5000 * 1e-6))
    # one such donation: 1e4 copies/mL over 5,000 donations = 2 copies/mL; 70 g need 14 to 20 L, which hold
    # 28,000 to 40,000 copies; 10**-7.3 of them are left
    least, most = (2.0 * 70 * 1000 / per_l * 10**-7.3 for per_l in reversed(YIELD))
    given_one = risk.given_such_a_pool
    assert -expm1(-least) <= given_one.low <= given_one.median <= given_one.high
    assert given_one.median == pytest.approx(-expm1(-2.0 * 70 * 1000 / 4.25 * 10**-7.3), rel=0.02)
    assert given_one.high <= -expm1(-most) * 1.01
    assert risk.per_course.median == pytest.approx(risk.contaminated.mean * given_one.median)


@pytest.mark.parametrize(
    ("chance", "pool", "limits", "grams"),
    [
        (1e-6, 10_000.0, (2.0, 7.0), 140.0),
        (2e-4, 10_000.0, (4.0, 6.0), 70.0),
        (1e-3, 60_000.0, (2.0, 5.0), 35.0),
    ],
)
def test_the_mean_is_that_of_the_closed_form(chance, pool, limits, grams):
    donors = Donors(per_donation=chance, pool=pool, titre_log10=limits)
    risk = residual_risk(GSD_HCV, [grams], donors)
    assert risk.per_course.mean == pytest.approx(
        closed_form(chance, pool, limits, grams, GSD_HCV.log10), rel=0.04
    )


@settings(max_examples=25, deadline=None)
@given(
    log_chance=st.floats(-8, -4),
    log_pool=st.floats(3, 4.7),
    titre=st.floats(2, 9),
    grams=st.floats(5, 200),
    factor=st.floats(1.5, 10),
)
def test_more_of_anything_but_reduction_is_not_less_risk(log_chance, log_pool, titre, grams, factor):
    chance, pool = 10.0**log_chance, 10.0**log_pool

    def risk(found=GSD_HCV, *, p=chance, n=pool, t=titre, g=grams, lots=1):
        donors = Donors(per_donation=p, pool=n, titre_log10=(t, t))
        return residual_risk(found, [g], donors, lots=lots).per_course.mean

    base = risk()
    slack = 0.97  # of the draws
    assert 0 < base <= 1
    assert risk(p=chance * factor) >= base * slack
    assert risk(n=pool * factor) >= base * slack
    assert risk(t=titre + log(factor, 10)) >= base * slack
    assert risk(g=grams * factor) >= base * slack
    assert risk(lots=3) >= base * slack
    assert risk(reduction("Gammagard S/D", "HCV", ("solvent/detergent",))) >= base


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["HIV", "HCV", "HBV"]), st.integers(1, 5), st.integers(0, 2**32))
def test_every_chance_is_one_and_its_quantiles_are_in_order(agent, lots, seed):
    risk = residual_risk(reduction("Gammagard S/D", agent), [70.0, 35.0], lots=lots, seed=seed)
    spreads = (risk.contaminated, risk.given_such_a_pool, risk.per_gram, risk.per_dose, risk.per_course)
    for spread in (*spreads, risk.without_steps):
        assert 0 < spread.low <= spread.median <= spread.high <= 1
        assert 0 < spread.mean <= 1
    assert risk.per_gram.mean <= risk.per_dose.mean
    assert risk.per_course.mean <= risk.without_steps.mean
    assert risk.course.shape == (20_000,)


def test_a_tiny_chance_keeps_its_digits():
    donors = Donors(per_donation=1e-9, pool=1000.0, titre_log10=(0.0, 0.0))
    one, two = (residual_risk(GSD_HCV, [1.0], donors, lots=lots).per_course.mean for lots in (1, 2))
    # 1e-6 of pools, 1e-3 copies/mL, 200 to 286 mL, 10**-7.3 left
    assert one == pytest.approx(1e-6 * 1e-3 * 1000 * log(5 / 3.5) / 1.5 * 10**-7.3, rel=0.01)
    assert two == pytest.approx(one, rel=0.01)


def test_many_undetected_donations_are_summed():
    """Prevalence of the years before any test: 1% of 10,000 donations."""
    donors = Donors(per_donation=0.01, pool=10_000.0, titre_log10=(5.0, 5.0))
    risk = residual_risk(reduction("Gammagard S/D", "HCV"), [0.001], donors)
    # 100 donations of 1e5 copies/mL in 10,000: 1,000 copies/mL; 0.235 mL
    assert risk.per_course.median == pytest.approx(1000 * 0.235 * 10**-7.3, rel=0.15)


def test_chances_per_donation_by_hand():
    first = plasma(AGENTS["HCV"], Donors()).inputs[0]
    assert plasma(AGENTS["HCV"], Donors()).chance[0] == pytest.approx(5.1e-5 * 3.1 / 365.25)
    assert first.rows == ("rr_hcv_2008", "wp_mp16_HCV", "rr_model")
    assert plasma(AGENTS["HIV"], Donors(screening="ID-NAT")).chance[0] == pytest.approx(3.1e-5 * 3.3 / 365.25)
    antibody = plasma(AGENTS["HCV"], Donors(screening="antibody")).chance[0]
    assert antibody == pytest.approx(244 / 66e6 + 5.1e-5 * 3.1 / 365.25)
    assert plasma(AGENTS["HBV"], Donors()).chance == (1e-6, 2e-6)
    own = plasma(AGENTS["HAV"], Donors(incidence_per_1e5=10, window_d=21, titre_log10=(3, 5)))
    assert own.chance[0] == pytest.approx(1e-4 * 21 / 365.25)
    assert {each.origin for each in own.inputs} == {"given", "assumed"}


def test_the_chance_computed_is_near_the_published_one():
    """Zou 2010 gives 0.68 and 0.87 per million with its own windows of 8.0 and 6.2 d."""
    for agent, row in (("HIV", "rr_hiv_2008"), ("HCV", "rr_hcv_2008")):
        published = float(load_facts()[row].value)
        assert published / 2.5 < plasma(AGENTS[agent], Donors()).chance[0] < published


def test_every_input_is_given_assumed_with_a_reason_or_a_row():
    for each in assess("Gammagard S/D"):
        for one in each.risk.inputs if each.risk else ():
            assert one.origin in ("sourced", "given", "assumed")
            assert set(one.rows) <= set(load_facts())
            assert one.rows or one.origin != "sourced"
            assert one.why or one.origin != "assumed"
            if one.origin == "sourced":
                assert not [row for row in one.rows if load_facts()[row].doubt]


def test_b19_is_bounded_by_the_limit_of_its_pool():
    (found,) = assess("Gammagard S/D", agents=["B19"])
    assert found.risk.at_most
    # 1e4 IU/mL, 28 to 40 L and 3.5 log10 less: far above one infectious unit, so the bound is 1
    assert found.risk.per_course.mean == 1
    assert found.risk.inputs[0].rows == ("b19_limit",)
    (mine,) = assess("Gammagard S/D", agents=["B19"], donors=Donors(copies_per_infection=1e12))
    # 1e4 IU/mL times 35 L times 10**-3.5 over 1e12
    assert 8.8e-8 <= mine.risk.per_course.low <= mine.risk.per_course.high <= 1.27e-7


def test_a_lower_bound_makes_an_upper_bound():
    assert residual_risk(GSD_HCV, [70.0]).at_most
    hav = residual_risk(
        reduction("Gammagard S/D", "HAV"), [70.0], Donors(per_donation=1e-6, titre_log10=(3, 5))
    )
    assert not hav.at_most


def test_the_same_seed_gives_the_same_draws():
    assert residual_risk(GSD_HCV, [70.0], seed=3) == residual_risk(GSD_HCV, [70.0], seed=3)
    assert residual_risk(GSD_HCV, [70.0], seed=3) != residual_risk(GSD_HCV, [70.0], seed=4)


def test_more_agents_leave_the_others_unchanged():
    alone = assess("Gammagard S/D", agents=["HCV"])[0].risk
    among = {each.reduction.agent.name: each.risk for each in assess("Gammagard S/D")}
    assert among["HCV"] == alone


def test_prions_have_factors_and_no_risk():
    (found,) = assess("SNBTS immunoglobulin", agents=["prion"])
    assert found.reduction.log10 == pytest.approx(3.7 + 2.8)
    assert found.risk is None
    assert "unknown" in found.why_not


def test_doses():
    assert doses_g("1 g/kg daily x2", 70) == [70.0, 70.0]
    assert doses_g("IVIG 0.4 g/kg daily x5", 50) == pytest.approx([20.0] * 5)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Donors(per_donation=0.0), "chance per donation is 0"),
        (lambda: Donors(per_donation=float("nan")), "chance per donation is nan"),
        (lambda: Donors(pool=0), "pool in donations is 0"),
        (lambda: Donors(screening="PCR"), "unknown screening 'PCR'"),
        (lambda: Donors(titre_log10=(7, 2)), "titre is 7 to 2"),
        (lambda: Donors(window_d=-1), "window in days is -1"),
        (lambda: Donors(per_donation=1e-6, window_d=3), "together with incidence"),
        (lambda: Donors(window_d=3, screening="ID-NAT"), "both given"),
        (lambda: residual_risk(GSD_HCV, [0.0]), "each above 0"),
        (lambda: residual_risk(GSD_HCV, []), "doses are []"),
        (lambda: residual_risk(GSD_HCV, [70.0], lots=0), "lots is 0"),
        (lambda: residual_risk(GSD_HCV, [70.0], Donors(per_donation=0.5)), "undetected ones"),
        (
            lambda: residual_risk(GSD_HCV, [70.0], Donors(screening="antibody", incidence_per_1e5=5)),
            "--window",
        ),
        (lambda: assess("Gamunex-C"), "--unverified"),
        (lambda: assess("Carimune NF", agents=["HIV"]), "none counts"),
        (lambda: assess("Gammagard S/D", donors=Donors(per_donation=1e-6)), "that of one agent"),
        (lambda: assess("Gammagard S/D", "1 g/kg + prednisolone 1 mg/kg"), "has prednisolone"),
        (lambda: assess("Gammagard S/D", "a lot"), "accepted"),
        (lambda: assess("Gammagard S/D", weight_kg=700), "weight is 700 kg"),
    ],
)
def test_wrong_inputs_are_refused_in_a_sentence(call, says):
    with pytest.raises(InputError, match="accepted") as refused:
        call()
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("agent", "donors", "says"),
    [
        ("HAV", Donors(), "--per-donation"),
        ("HAV", Donors(per_donation=1e-6), "--titre"),
        ("HAV", Donors(screening="antibody"), "window of antibody screening for HAV"),
        ("HAV", Donors(incidence_per_1e5=3), "window of HAV"),
        ("HBV", Donors(screening="antibody"), "incidence of HBV"),
        ("B19", Donors(titre_log10=(3, 5)), "chance of an undetected donation with B19"),
        ("prion", Donors(), "no validated test"),
    ],
)
def test_what_is_unknown_is_never_filled(agent, donors, says):
    with pytest.raises(Unknown) as refused:
        plasma(AGENTS[agent], donors)
    assert says in str(refused.value)


def test_the_limit_of_a_poisson_number_above_zero():
    """With titres all 1 the mean per gram shows the mean number: 2 / (1 - exp(-2)) for two expected."""
    donors = Donors(per_donation=2e-4, pool=10_000, titre_log10=(0.0, 0.0))
    risk = residual_risk(reduction("minipool IgG with caprylate", "HIV"), [1.0], donors)
    per_copy = 1e-4 * 1000 * log(5 / 3.5) / 1.5 * 1e-5
    assert risk.given_such_a_pool.mean == pytest.approx(2 / (1 - exp(-2)) * per_copy, rel=0.03)
