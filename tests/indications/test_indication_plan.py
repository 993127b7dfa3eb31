"""Doses of an indication: a course, or maintenance that goes on."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ivigsim.errors import InputError
from ivigsim.indications import read_plan
from ivigsim.indications.trough import most_mg_per_kg
from ivigsim.treatment import Regimen


@given(amount=some.integers(1, 2000), days=some.integers(1, 60), cycles=some.integers(1, 30))
def test_maintenance_is_the_counted_phrase_as_often_as_wanted(amount, days, cycles):
    plan = read_plan(f"{amount} mg/kg every {days} d")
    assert plan.regimen(cycles) == Regimen.parse(f"IVIG {amount} mg/kg every {days} d x{cycles}")
    assert read_plan(str(plan)) == plan
    assert plan.whole_cycles(days * cycles) == cycles
    assert plan.until(days * cycles) == plan.regimen(cycles)


@given(old=some.integers(1, 2000), new=some.floats(0.5, 5000), start=some.integers(0, 30))
def test_a_new_dose_keeps_interval_and_split(old, new, start):
    phrase = " + ".join(f"IVIG {share * old} mg/kg every 28 d from day {start + share}" for share in (1, 2))
    plan = read_plan(phrase).maintenance_of(new)
    assert plan.cycle_mg_per_kg() == pytest.approx(new)
    first, second = plan.maintenance
    assert (first.start_d, second.start_d, plan.every_d) == (0, 1, 28)
    assert second.amount == pytest.approx(2 * first.amount)


@pytest.mark.parametrize(
    ("phrase", "most"),
    [
        ("1 g/kg every 28 d", 5000),  # the next dose is in the next window
        ("1 g/kg every 27 d", 2500),  # two within 28 days
        ("0.5 g/kg every 1 week", 1250),
        ("0.5 g/kg every 28 d + 0.5 g/kg every 28 d from day 1", 5000),
        ("1 g/kg every 60 d", 5000),
    ],
)
def test_the_largest_dose_within_the_guard(phrase, most):
    assert most_mg_per_kg(read_plan(phrase)) == most


WRONG = {
    "no amount": ("every 4 weeks", "unknown drug 'every'"),
    "unit": ("400 mg/k every 4 weeks", "'400 mg/k every 4 weeks'|nearest: 'mg/kg'"),
    "drug": ("anti-D 75 ug/kg", "is not IVIG"),
    "two intervals": ("1 g/kg every 4 weeks + 1 g/kg every 3 weeks", "several intervals"),
    "overlap": ("1 g/kg every 4 weeks + 1 g/kg every 4 weeks from day 30", "within its interval"),
    "too early": ("1 g/kg daily x5 + 1 g/kg every 4 weeks from day 3", "nearest: 'from day 32'"),
    "too rare": ("1 g/kg every 2000 d", "every 364 d"),
}


@pytest.mark.parametrize(("phrase", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_doses_are_one_sentence(phrase, said):
    with pytest.raises(InputError, match=said) as refusal:
        read_plan(phrase)
    assert "x2" not in str(refusal.value)  # the count that was lent to read the phrase
    assert "\n" not in str(refusal.value)
