"""Infusion plans: worked by hand, and never above the label."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.products import indication_titles, infusion_plan, load_products, product
from ivigsim.products.cells import read_measure
from ivigsim.products.label_rates import highest_rate
from ivigsim.products.rates import RiskCap

PLANNABLE = [  # product and strength with a known first rate
    (each.name, percent)
    for each in load_products().values()
    for percent in each.concentrations_percent
    if any(rate.at_percent in (None, percent) for rate in each.initial_rate_mg_kg_min)
]


def rates(plan):
    return [step.rate_mg_kg_min for step in plan.infusions[0].steps]


def kinds(plan, words):
    return [note.kind for note in plan.notes if words in note.text]


def test_privigen_for_70_kg_by_hand():
    plan = infusion_plan("Privigen", 70, "1 g/kg daily x2")
    assert [(each.day, each.grams, each.volume_ml) for each in plan.infusions] == [(0, 70, 700), (1, 70, 700)]
    first = plan.infusions[0]
    assert dict(first.vials.counts) == {40: 1, 20: 1, 10: 1}
    # 0.5, 1, 2 mg/kg/min for 30 min are 15 + 30 + 60 = 105 mg/kg; the other 895 at 4 take 223.75 min
    assert [(s.start_min, s.minutes, s.rate_mg_kg_min) for s in first.steps] == [
        (0, 30, 0.5),
        (30, 30, 1),
        (60, 30, 2),
        (90, pytest.approx(223.75), 4),
    ]
    # mL/h of 10%: mg/kg/min x 0.6 x 70 kg
    assert [s.rate_ml_h for s in first.steps] == pytest.approx([21, 42, 84, 168])
    assert [s.total_ml for s in first.steps] == pytest.approx([10.5, 31.5, 73.5, 700])
    assert first.minutes == pytest.approx(313.75)
    assert plan.clock(first, first.minutes) == "14:14"
    assert (first.sodium.low, first.sodium.high, first.sugar.high) == (None, 0.7, 0)
    assert kinds(plan, "doubles the rate") == ["assumed"]
    assert kinds(plan, "runs 30 min") == ["assumed"]
    assert kinds(plan, "vial sizes") == ["unknown"]


@pytest.mark.parametrize(
    ("name", "dose", "minutes"),
    [
        ("Octagam 10%", "1 g/kg", 120 + 550 / 12),  # fact ramp_octagam10: 2 h 46 min
        ("Gammaplex 10%", "1 g/kg", 75 + 797.5 / 8),  # fact ramp_gammaplex10: 2 h 55 min
    ],
)
def test_total_time_is_that_derived_from_the_label(name, dose, minutes):
    plan = infusion_plan(name, 70, dose)
    assert plan.infusions[0].minutes == pytest.approx(minutes)
    assert "assumed" not in [note.kind for note in plan.notes]


def test_doubling_is_near_what_the_site_of_gammaplex_5_percent_gives():
    minutes = infusion_plan("Gammaplex 5%", 70, "0.4 g/kg").infusions[0].minutes
    assert minutes == pytest.approx(135, rel=0.05)  # fact time_gp5, 2 h 15 min


def test_bivigam_adds_the_same_at_each_step():
    plan = infusion_plan("Bivigam", 70, "0.4 g/kg", indication="PI")
    assert rates(plan) == pytest.approx([0.5, 1.3, 2.1, 2.9, 3.7, 4.5, 5.3, 6.0])
    assert [step.minutes for step in plan.infusions[0].steps][:3] == [10, 20, 20]


def test_panzyga_takes_the_rates_of_its_site_in_itp_and_the_longer_steps():
    plan = infusion_plan("Panzyga", 70, "1 g/kg")
    assert rates(plan) == [1, 4, 8]
    assert [step.minutes for step in plan.infusions[0].steps][:2] == [30, 30]
    assert rates(infusion_plan("Panzyga", 70, "1 g/kg", indication="PI"))[-1] == 14
    assert rates(infusion_plan("Panzyga", 70, "1 g/kg", indication="CIDP"))[-1] == 12


def test_where_the_two_figures_of_a_label_disagree_the_lower_holds():
    plan = infusion_plan("Gammagard Liquid", 70, "1 g/kg", indication="PI")
    assert rates(plan)[0] == 0.8
    assert rates(plan)[-1] == 8
    assert kinds(plan, "0.8 mg/kg/min and 0.5 mL/kg/h") == ["label"]


def test_without_a_rate_for_the_indication_the_lowest_holds():
    plan = infusion_plan("Gammagard Liquid", 70, "1 g/kg")
    assert rates(plan)[-1] == 8
    assert kinds(plan, "no highest rate for ITP") == ["label"]
    assert kinds(plan, "not licensed for ITP") == ["label"]
    assert rates(infusion_plan("Octagam 10%", 70, "1 g/kg", indication="DM"))[-1] == 4


def test_caps_at_risk():
    assert rates(infusion_plan("Octagam 10%", 70, "1 g/kg", at_risk=True)) == [1, 2, 3.3]
    assert rates(infusion_plan("Bivigam", 70, "0.4 g/kg", at_risk=True)) == [0.5, 1.3]  # stays below 2
    assert rates(infusion_plan("Gamunex-C", 70, "1 g/kg", at_risk=True)) == [1, 2, 4]  # below 8
    with pytest.raises(InputError, match="nearest: --max-rate 4"):
        infusion_plan("Privigen", 70, "1 g/kg", at_risk=True)
    with pytest.raises(InputError, match="accepted: one of them"):
        infusion_plan("Octagam 10%", 70, "1 g/kg", at_risk=True, max_rate=3)
    strict = replace(product("Octagam 10%"), risk_cap=RiskCap(1.0, below=True, text=""))
    with pytest.raises(InputError, match="not below its cap"):
        infusion_plan(strict, 70, "1 g/kg", at_risk=True)
    loose = replace(product("Octagam 10%"), risk_cap=RiskCap(20.0, below=True, text=""))
    assert rates(infusion_plan(loose, 70, "1 g/kg", at_risk=True))[-1] == 12


def test_a_lower_highest_rate():
    assert rates(infusion_plan("Octagam 10%", 70, "1 g/kg", max_rate=5)) == [1, 2, 4, 5]
    slow = infusion_plan("Octagam 10%", 70, "1 g/kg", max_rate=0.8)
    assert rates(slow) == [0.8]
    with pytest.raises(InputError, match="the only rate is"):
        infusion_plan("Octagam 10%", 70, "1 g/kg", max_rate=0.8, step_minutes=30)


def test_step_minutes():
    plan = infusion_plan("Privigen", 70, "1 g/kg", step_minutes=15)
    assert [step.minutes for step in plan.infusions[0].steps][:3] == [15, 15, 15]
    assert kinds(plan, "runs 15 min") == ["asked"]
    assert infusion_plan("Panzyga", 70, "1 g/kg", step_minutes=30).infusions[0].steps[1].minutes == 30
    with pytest.raises(InputError, match="from 30, as the label of Octagam"):
        infusion_plan("Octagam 10%", 70, "1 g/kg", step_minutes=15)


def test_a_last_step_of_seconds_is_not_begun():
    # 30 min at 1 mg/kg/min are 30 mg/kg; a dose of 30.5 would run at 2 for 15 s
    plan = infusion_plan("Octagam 10%", 100, "30.5 mg/kg", rounding="none")
    (step,) = plan.infusions[0].steps
    assert (step.rate_mg_kg_min, step.minutes) == (1.0, pytest.approx(30.5))


def test_dosing_weights():
    adjusted = infusion_plan(
        "Octagam 10%", 100, "1 g/kg", dosing_weight="adjusted", height_cm=175, sex="M", rounding="none"
    )
    # fact ibw_example: ideal 70.4, adjusted 82.2 kg (cut, not rounded)
    assert adjusted.infusions[0].grams == pytest.approx(82.28, abs=0.01)
    assert adjusted.infusions[0].steps[0].rate_ml_h == pytest.approx(0.6 * 82.28, rel=1e-3)
    ideal = infusion_plan(
        "Octagam 10%", 100, "1 g/kg", dosing_weight="ideal", height_cm=175, sex="M", rounding="none"
    )
    assert ideal.weight.kg == pytest.approx(70.47, abs=0.01)
    light = infusion_plan("Octagam 10%", 50, "1 g/kg", dosing_weight="ideal", height_cm=175, sex="F")
    assert light.weight.kg == 50
    assert kinds(light, "not above the ideal") == ["assumed"]
    short = infusion_plan("Octagam 10%", 60, "1 g/kg", dosing_weight="ideal", height_cm=150, sex="F")
    assert short.weight.kg == pytest.approx(45.5 + 2.3 * (150 / 2.54 - 60))
    assert kinds(short, "below 60 inches") == ["assumed"]
    assert kinds(infusion_plan("Octagam 10%", 110, "1 g/kg"), "100 kg or more") == ["practice"]
    assert kinds(infusion_plan("Octagam 10%", 90, "1 g/kg", height_cm=160), "BMI 35.2") == ["practice"]


def test_grams_need_no_weight():
    assert infusion_plan("Privigen", 50, "35 g").infusions[0].grams == 35
    assert infusion_plan("Privigen", 50, "IVIG 500 mg/kg").infusions[0].grams == 25


def test_loads():
    def loads(name, **given):
        infusion = infusion_plan(name, 70, "1 g/kg", **given).infusions[0]
        return infusion.sodium, infusion.sugar

    sodium, sugar = loads("Octagam 10%")
    assert (sodium.low, sodium.high) == (None, 21)  # 700 mL of less than 30 mmol/L
    assert (sugar.low, sugar.high) == (63, 63)  # 700 mL of 90 mg/mL
    sodium, sugar = loads("Carimune NF", concentration=6)
    assert not sodium.known
    assert sodium.text == "unknown (depends on diluent)"
    # 70 g are 5 x 12 + 6 + 3 = 69 g in whole vials; 1.67 g per g
    assert sugar.high == pytest.approx(1.67 * 69)
    sodium, sugar = loads("Gammagard S/D", concentration=5, rounding="none")
    assert sodium.high == pytest.approx(1.4 * 8500 / 58.44)
    assert sugar.text == "unknown (the stabiliser is partly unverified)"
    assert loads("Flebogamma 10% DIF")[1].text == "unknown (D-sorbitol, how much was not found)"
    assert loads("Panzyga")[1].text == "unknown (no sucrose; the stabiliser is not known)"
    assert loads("Panzyga")[0].high == 21
    assert loads("Asceniv")[0].text == "unknown"
    at_5 = replace(product("Octagam 10%"), sodium=replace(read_measure("<30", "mmol/L"), at_percent=5.0))
    assert loads(at_5)[0].text == "unknown at 10% (known at 5%)"
    (maltose,) = product("Octagam 5%").stabiliser
    at_5 = replace(
        product("Octagam 10%"), stabiliser=(replace(maltose, amount=replace(maltose.amount, at_percent=5.0)),)
    )
    assert loads(at_5)[1].text == "unknown at 10% (maltose, known at 5%)"


@pytest.mark.parametrize("name", ["Alyglo", "Yimmugo", "Qivigy"])
def test_a_product_without_rates_is_refused_with_the_reason(name):
    with pytest.raises(InputError, match=rf"initial infusion rate of {name} is unknown"):
        infusion_plan(name, 70, "1 g/kg")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"max_rate": 5}, "highest rate for ITP is 4 mg/kg/min"),
        ({"max_rate": 0}, "nearest: 4"),
        ({"max_rate": float("nan")}, "max_rate is nan"),
        ({"indication": "IPT"}, "nearest: 'ITP'"),
        ({"concentration": 5}, "nearest: 10"),
        ({"dosing_weight": "lean"}, "unknown dosing weight"),
        ({"dosing_weight": "ideal", "sex": "F"}, "needs the height"),
        ({"dosing_weight": "ideal", "height_cm": 110, "sex": "F"}, "110 cm is refused"),
        ({"height_cm": 1.75}, "height is 1.75 cm"),
        ({"sex": "male"}, "accepted: F or M"),
        ({"rounding": "best"}, "unknown rounding"),
        ({"step_minutes": -1}, "steps of -1 min"),
        ({"step_minutes": 600}, "nearest: 240"),
        ({"start": "9am"}, "'9am'"),
        ({"at_risk": "yes"}, "at_risk is 'yes'"),
        ({"weight_kg": 1000}, "weight is 1000 kg"),
        ({"dose": ""}, "no amount"),
        ({"dose": "1 g/kg over 4 h"}, "duration"),
        ({"dose": "prednisolone 1 mg/kg"}, "not IVIG"),
        ({"dose": "8 g/kg"}, "allow_extreme"),
        ({"dose": "2 g/kg every 3 h x2"}, "accepted: a longer interval"),
        ({"product": "Carimune NF"}, "several strengths"),
        ({"product": "Gammagard S/D", "concentration": 10}, "nearest: --concentration 5"),
        ({"product": "Gammaplex 5%", "rounding": "up"}, "vial sizes of Gammaplex 5% are unknown"),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(given, says):
    asked = {"product": "Privigen", "weight_kg": 70, "dose": "1 g/kg", **given}
    with pytest.raises(InputError, match="accepted") as refused:
        infusion_plan(**asked)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(PLANNABLE),
    st.floats(5, 200),
    st.floats(0.1, 2),
    st.sampled_from(list(indication_titles())),
    st.sampled_from(["actual", "ideal", "adjusted"]),
    st.booleans(),
    st.one_of(st.none(), st.floats(0.05, 1)),
)
def test_rates_never_pass_the_label_and_steps_make_the_dose(
    which, weight, per_kg, indication, by, at_risk, share
):
    name, percent = which
    chosen = product(name)
    label = highest_rate(chosen, percent, indication)
    at_risk = at_risk and chosen.risk_cap is not None
    plan = infusion_plan(
        chosen,
        weight,
        f"{per_kg!r} g/kg every 14 d x2",
        indication=indication,
        concentration=percent,
        dosing_weight=by,
        height_cm=170,
        sex="F",
        rounding="none",
        at_risk=at_risk,
        max_rate=None if at_risk or share is None else share * label,
    )
    cap = label if not at_risk else min(label, chosen.risk_cap.value)
    for infusion in plan.infusions:
        steps = infusion.steps
        assert infusion.grams == pytest.approx(per_kg * plan.weight.kg)
        assert all(step.rate_mg_kg_min <= cap * (1 + 1e-12) for step in steps)
        # per kg of the patient too: a dosing weight is never above the actual one
        assert all(step.grams * 1000 / weight / step.minutes <= cap * (1 + 1e-9) for step in steps)
        assert all(a.rate_mg_kg_min < b.rate_mg_kg_min for a, b in pairwise(steps))
        assert all(b.start_min == pytest.approx(a.start_min + a.minutes) for a, b in pairwise(steps))
        assert sum(step.grams for step in steps) == pytest.approx(infusion.grams, rel=1e-12)
        assert sum(step.volume_ml for step in steps) == pytest.approx(infusion.volume_ml, rel=1e-12)
        assert infusion.volume_ml == pytest.approx(infusion.grams * 100 / percent, rel=1e-12)
        for step in steps:
            assert step.rate_ml_h * step.minutes / 60 == pytest.approx(step.volume_ml, rel=1e-9)
            assert step.minutes >= 1 or len(steps) == 1
