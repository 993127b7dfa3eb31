"""What a plan comes to: hand-worked figures, units, monotone risks, and a source behind every number."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.outcomes.intervals import Interval
from ivigsim.report.safety_document import safety_document
from ivigsim.safety.adverse import assess, difference
from ivigsim.safety.adverse.denominators import DENOMINATORS
from ivigsim.safety.adverse.estimates import over_course
from ivigsim.safety.adverse.facts import load_facts
from ivigsim.safety.adverse.plan import read_plan
from ivigsim.safety.adverse.uncertainty import Term, at_least_once, on_odds, within

TWO, FIVE = "IVIG 1 g/kg daily x2", "IVIG 0.4 g/kg daily x5"
CHILD = {"age_years": 6}


def estimate(found, id_):
    return next(each for event in found.events for each in event.estimates if each.id == id_)


def test_a_count_has_the_interval_of_wilson():
    # 17 of 40, z = 1.95996: centre (0.425 + z2/80) / (1 + z2/40), half-width z sqrt(pq/40 + z2/6400) / (...)
    z2 = 1.959964**2
    centre = (0.425 + z2 / 80) / (1 + z2 / 40)
    half = math.sqrt(z2) * math.sqrt(0.425 * 0.575 / 40 + z2 / 6400) / (1 + z2 / 40)
    figure = estimate(assess(TWO), "itp_panzyga_head").figure
    assert (figure.low, figure.high) == pytest.approx((100 * (centre - half), 100 * (centre + half)))


def test_a_published_interval_is_kept_and_a_bare_point_has_none():
    found = assess(TWO)
    assert estimate(found, "ams_sekul").figure == Interval(11.0, 4.0, 23.0)
    bare = estimate(found, "any_japan_hospital_pt")
    assert (bare.figure, bare.interval) == (Interval(4.9, None, None), "interval unknown")
    assert estimate(found, "tee_range").figure == Interval(None, 0.5, 15.0)


def test_the_odds_ratio_of_steroids_is_put_on_the_odds():
    found = assess(f"{TWO} + prednisolone 2 mg/kg daily x5", weight_kg=20, covariates=CHILD)
    made = estimate(found, "neuro_childITP_no_pred x neuro_pred_or")
    odds = (27 / 89) / (62 / 89) * 0.22
    assert made.figure.value == pytest.approx(100 * odds / (1 + odds), abs=0.05)  # 30.3% is 27/89 rounded
    # ln odds: variance 1/27 + 1/62 of the counts, and that of the published interval of the ratio
    spread = math.sqrt(1 / 27 + 1 / 62 + (math.log(0.90 / 0.05) / (2 * 1.959964)) ** 2)
    limits = [odds * math.exp(sign * 1.959964 * spread) for sign in (-1, 1)]
    by_hand = [100 * each / (1 + each) for each in limits]
    assert (made.figure.low, made.figure.high) == pytest.approx(by_hand, rel=0.06)
    assert estimate(found, "neuro_childITP_no_pred").fits is False
    assert set(made.rows) == {"neuro_childITP_no_pred", "neuro_childITP_pred"}


@pytest.mark.parametrize(
    ("regimen", "cover"),
    [
        (TWO, "no"),
        (f"{TWO} + prednisolone 2 mg/kg daily x2", "yes"),
        (f"{TWO} + dexamethasone 40 mg", "yes"),  # the day before the second infusion
        (f"{FIVE} + methylprednisolone 1 mg/kg", "part"),
        (f"{TWO} + prednisolone 2 mg/kg daily x5 from day 3", "no"),
    ],
)
def test_steroid_cover(regimen, cover):
    assert read_plan(regimen, 70).steroid == cover


def test_a_steroid_picks_the_arm_that_had_it():
    without, with_ = assess(TWO), assess(f"{TWO} + methylprednisolone 1 mg/kg daily x2")
    known = {True: True, None: True, False: False}
    for found, arm, other in ((without, "without", "with"), (with_, "with", "without")):
        assert known[estimate(found, f"infrx_pretreat_mp/{arm}").fits]
        assert not known[estimate(found, f"infrx_pretreat_mp/{other}").fits]
    reaction = next(x for x in difference(without, with_).by_source if x.second == "infrx_pretreat_mp/with")
    assert reaction.same.value == pytest.approx(-70.0)
    assert reaction.same.low < -70.0 < reaction.same.high < 0


def test_infusions_to_a_course_by_hand():
    figure = Interval(5.2, None, None)
    found = over_course("each", figure, 0.01, read_plan(FIVE, 70))
    assert found.same.value == 5.2
    assert found.apart.value == pytest.approx(100 * (1 - 0.948**5))


def test_units_of_rates_by_hand():
    # 7.51 per 100 person-years over the 3 days of two daily infusions and the day after
    found = estimate(assess(TWO), "tee_cll_composite").course
    assert found.same.value == pytest.approx(100 * (1 - math.exp(-7.51 / 100 / 365.25 * 3)))
    # 1.5-2.9 per 1000 kg, 140 g
    grams = estimate(assess(TWO, weight_kg=70), "ont_hem_rate").course.same
    assert (grams.low, grams.high) == pytest.approx((100 * 1.5e-6 * 140, 100 * 2.9e-6 * 140))
    assert estimate(assess(TWO), "anaph_haem").course.same.value == pytest.approx(0.126)


@pytest.mark.parametrize(
    ("regimen", "days"), [("IVIG 1 g/kg", 2), (TWO, 3), (FIVE, 6), ("IVIG 1 g/kg every 7 d x2", 4)]
)
def test_days_at_risk(regimen, days):
    assert read_plan(regimen, 70).days_at_risk == days


def test_a_plan_in_numbers():
    plan = read_plan("IVIG 35 g every 28 d x3", 70)
    assert (plan.infusions, plan.grams, plan.course_g_kg) == (3, 105.0, 0.5)
    assert read_plan(FIVE, 70).course_g_kg == 2.0
    assert read_plan("IVIG 1 g/kg over 10 h", 60).rate_g_h == pytest.approx(6.0)
    assert read_plan(TWO, 70, infusions=6, rate=2).infusions == 6


@settings(max_examples=50, deadline=None)
@given(share=st.floats(0, 1), times=st.integers(1, 40), rate=st.floats(0, 10), days=st.floats(0, 400))
def test_more_infusions_and_days_never_lower_a_risk(share, times, rate, days):
    once, more = float(at_least_once(share, times)), float(at_least_once(share, times + 1))
    assert share - 1e-12 <= once <= more + 1e-12 <= 1 + 2e-12
    assert 0 <= float(within(rate, days)) <= float(within(rate, days + 1)) <= 1


@settings(max_examples=50, deadline=None)
@given(share=st.floats(0.001, 0.999), ratio=st.floats(0.01, 100), more=st.floats(1, 10))
def test_an_odds_ratio_is_monotone_and_stays_a_share(share, ratio, more):
    made = float(on_odds(share, ratio))
    assert 0 < made < 1
    assert (made > share) == (ratio > 1) or made == pytest.approx(share)
    assert float(on_odds(share, ratio * more)) >= made
    assert float(on_odds(made, 1 / ratio)) == pytest.approx(share)


@settings(max_examples=8, deadline=None)
@given(count=st.integers(1, 6))
def test_the_ends_of_a_course_are_ordered_and_grow(count):
    shorter = assess(f"IVIG 0.4 g/kg daily x{count}")
    longer = assess(f"IVIG 0.4 g/kg daily x{count + 1}")
    for id_ in ("ams_LHSC_inf", "anaph_all", "headache_gammagard_inf", "tee_cll_composite"):
        a, b = (estimate(found, id_).course for found in (shorter, longer))
        assert a.same.value <= a.apart.value
        assert a.same.value <= b.same.value
        assert a.apart.value < b.apart.value


def test_a_summary_is_a_range_of_figures_and_never_an_average():
    for event in assess(TWO, covariates={"age_years": 40, "blood_group": "A"}).events:
        for summary in event.summaries:
            scale = DENOMINATORS[summary.denominator].scale
            shown = {
                round(x * each.scale / scale, 9)
                for each in event.used
                for x in (each.figure.value, each.figure.low, each.figure.high)
                if x is not None
            }
            assert {round(summary.low, 9), round(summary.high, 9)} <= shown
            counted = {each.counts for each in event.used if each.rows[0] in summary.rows}
            assert DENOMINATORS[summary.denominator].of in counted


def test_unverified_rows_are_listed_and_used_for_nothing():
    found = assess(TWO)
    ids = {id_ for id_, fact in load_facts().items() if not fact.verified}
    assert ids == {"tee_octagam2010", "itp_privigen_ams", "itp_gammagardliq"}
    for event in found.events:
        assert not ids & {row for summary in event.summaries for row in summary.rows}
        assert not ids & {row for each in event.used for row in each.rows}
    assert estimate(found, "itp_privigen_ams").figure.value == 1.8


def test_what_does_not_hold_is_not_counted():
    adult, child = assess(TWO, covariates={"age_years": 40}), assess(TWO, weight_kg=20, covariates=CHILD)
    assert estimate(adult, "tiki_severe").used is False
    assert estimate(child, "tiki_severe").used is True
    low = assess("IVIG 1 g/kg", covariates={"blood_group": "A"})
    assert estimate(low, "hem_prospective").why == "measured with a course of at least 2 g/kg".replace(
        "a course of at least", "a course at least"
    )
    assert estimate(assess(TWO, covariates={"blood_group": "O"}), "hem_prospective").used is False
    assert estimate(assess(TWO), "hem_prospective").why == "holds if blood group A, B or AB"


def test_factors_without_a_figure_are_listed_with_size_unknown():
    found = assess(TWO, covariates={"age_years": 70, "diabetes": True})["kidney-injury"]
    present = {each.factor: each.present for each in found.factors}
    assert present["age above 65 years"] is True
    assert present["diabetes"] is True
    assert present["sucrose as stabiliser"] is None
    assert not [each for each in found.estimates if " x " in each.id]  # nothing is multiplied


def test_hyponatraemia_has_no_figure():
    found = assess(TWO)["hyponatraemia"]
    assert not found.estimates
    assert not found.summaries


def test_nothing_differs_between_a_plan_and_itself():
    found = difference(assess(TWO), assess(TWO))
    assert all(each.same is None and each.apart is None for each in found.by_source)
    assert (found.dose.value, found.dose.low, found.dose.high) == (1.0, 1.0, 1.0)


def test_a_difference_turns_round_with_the_plans():
    a, b = assess(TWO, covariates={"age_years": 40}), assess(FIVE, covariates={"age_years": 40})
    there = {each.second: each for each in difference(a, b).by_source if each.same}
    back = {each.second: each for each in difference(b, a).by_source if each.same}
    assert there.keys() == back.keys() != set()
    for id_, one in there.items():
        other = back[id_]
        for end, mirror in ((one.same, other.same), (one.apart, other.apart)):
            if end.value is not None:
                assert end.value == pytest.approx(-mirror.value)
            if end.low is not None:
                assert (end.low, end.high) == pytest.approx((-mirror.high, -mirror.low))


def test_a_shared_number_cancels_in_a_difference():
    found = {each.second: each for each in difference(assess(TWO), assess(FIVE)).by_source}
    meningitis = found["ams_LHSC_inf"]
    assert meningitis.same == Interval(0.0, 0.0, 0.0)
    assert meningitis.apart.value == pytest.approx(100 * ((1 - 0.00067) ** 2 - (1 - 0.00067) ** 5))
    assert 0 < meningitis.apart.low < meningitis.apart.value < meningitis.apart.high
    assert found["itp_privigen_head"].same is None  # a trial of patients cannot tell these plans apart


def test_the_odds_ratio_by_dose():
    found = difference(assess("IVIG 1 g/kg", weight_kg=70), assess("IVIG 2 g/kg", weight_kg=70)).dose
    assert (found.value, found.low, found.high) == pytest.approx((1.359**7, 1.225**7, 1.506**7))


def test_draws_follow_the_published_interval():
    ratio = Term("any", 3.4, 1.25, 9.25, shape="positive").draws()
    assert np.quantile(ratio, [0.025, 0.5, 0.975]) == pytest.approx([1.25, 3.4, 9.25], rel=0.05)
    np.testing.assert_array_equal(ratio, Term("any", 3.4, 1.25, 9.25, shape="positive").draws())


def test_every_number_shown_traces_to_a_row_with_a_source():
    plans = [
        assess(TWO, covariates={"age_years": 70, "blood_group": "A", "migraine": True}),
        assess(f"{FIVE} + prednisolone 1 mg/kg daily x7", covariates={"age_years": 70, "blood_group": "A"}),
    ]
    document = safety_document(plans, [])
    facts = load_facts()
    checked = 0
    for part in [*document["differences"], document["haemolysis_odds_ratio_by_dose"]]:
        checked += _traced(part, facts)
    for plan in document["plans"]:
        for event in plan["events"]:
            for name in ("summaries", "estimates", "ratios", "factors"):
                for part in event[name]:
                    checked += _traced(part, facts)
    assert checked > 300


def _traced(part, facts):
    rows = part.get("rows") or [part["row"]]
    assert rows
    assert all(facts[row].source for row in rows)
    return 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: assess("prednisolone 1 mg/kg"), "has no IVIG"),
        (lambda: assess(TWO, covariates={"diabets": True}), "unknown covariate 'diabets'"),
        (lambda: assess(TWO, covariates={"diabetes": "perhaps"}), "diabetes is 'perhaps'"),
        (lambda: assess(TWO, covariates={"blood_group": "C"}), "blood_group 'C'"),
        (lambda: assess(TWO, covariates={"age_years": 130}), "age_years is 130 year"),
        (lambda: assess(TWO, covariates={"age_years": 6}), "weight of a patient of 6 years"),
        (lambda: assess(TWO, weight_kg=0), "weight_kg is 0 kg"),
        (lambda: assess(TWO, infusions=0), "infusions is 0"),
        (lambda: assess(TWO, rate=-1), "rate is -1"),
    ],
)
def test_wrong_input_is_one_sentence(call, message):
    with pytest.raises(InputError, match=message) as error:
        call()
    assert "accepted" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_product_brings_its_sucrose():
    pytest.importorskip("ivigsim.products")
    found = assess(TWO, product="privigen")
    assert found.product.name == "Privigen"
    factors = {each.factor: each.present for each in found["kidney-injury"].factors}
    assert factors["sucrose as stabiliser"] is False
    assert "another product" in estimate(found, "itp_panzyga_head").why
    sugared = assess(TWO, product="Carimune NF (historical)")
    assert {f.factor: f.present for f in sugared["kidney-injury"].factors}["sucrose as stabiliser"] is True
    with pytest.raises(InputError, match="unknown product 'Privigem'"):
        assess(TWO, product="Privigem")
