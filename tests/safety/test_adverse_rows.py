"""The copied rows and how they are read: complete, equal to the facts, every number traced."""

import csv
from importlib.resources import files
from pathlib import Path

import pytest

from ivigsim.safety.adverse.conditions import judge, read_conditions
from ivigsim.safety.adverse.denominators import DENOMINATORS
from ivigsim.safety.adverse.facts import load_facts, numbers_in, read_table
from ivigsim.safety.adverse.readings import (
    EVENTS,
    load_factors,
    load_ratios,
    load_readings,
    parsed_cell,
    without_reading,
)

FOLDER = files("ivigsim.safety.adverse")
FACTS = Path(__file__).parents[3] / "shared" / "facts"


@pytest.mark.skipif(not FACTS.exists(), reason="the facts are not here")
def test_the_rows_are_those_of_the_facts():
    ours = FOLDER.joinpath("adverse_events.tsv").read_text(encoding="utf-8")
    assert ours == (FACTS / "adverse_events.tsv").read_text(encoding="utf-8")
    with (FACTS / "parameters.tsv").open(encoding="utf-8") as file:
        known = {row["id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    with FOLDER.joinpath("parameter_rows.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            assert row == {name: known[row["id"]][name] for name in row}


def test_every_row_is_read_or_has_a_reason():
    read = {each.fact.id for each in load_readings()}
    table = read_table("without_reading.tsv", ("row", "event", "reason"))
    unread = {row["row"] for row in table}
    assert read | unread == set(load_facts())
    assert not read & unread
    assert all(row["reason"] and row["event"] in {"", *EVENTS} for row in table)
    assert without_reading("hyponatraemia")


def test_every_number_of_a_factor_is_in_its_row():
    for factor in load_factors():
        held = factor.fact.numbers
        for condition in factor.when:
            adult = {18.0} if condition.name == "age" else set()  # rows say "adult"; the border is ours
            assert numbers_in(condition.level) <= held | adult, factor.id


def test_every_reading_has_a_figure_and_a_unit_in_use():
    readings = load_readings()
    assert len({each.id for each in readings}) == len(readings)
    assert {each.denominator.text for each in readings} == set(DENOMINATORS)
    for each in readings:
        assert each.value is not None or (each.low is not None and each.high is not None), each.id
        assert each.fact.source, each.id
        if each.quantity == "risk":
            assert each.denominator.is_share, each.id
        if each.value is not None and each.low is not None and each.high is not None:
            assert each.low <= each.value <= each.high, each.id


def test_published_shares_agree_with_their_counts():
    for each in load_readings():
        if each.events is not None and each.n and each.value is not None and each.denominator.scale:
            counted = each.events / each.n / each.denominator.scale
            assert each.value == pytest.approx(counted, rel=0.03, abs=0.4), each.id


def test_a_number_that_the_row_does_not_hold_is_refused():
    fact = load_facts()["tee_ukb_prior"]
    assert parsed_cell("100/5.8", fact) == pytest.approx(17.24, abs=0.01)
    with pytest.raises(ValueError, match=r"tee_ukb_prior does not hold 5\.9"):
        parsed_cell("100/5.9", fact)


def test_every_ratio_is_applied_or_says_why_not():
    for each in load_ratios():
        assert bool(each.applies_to) != bool(each.not_applied)
        if each.low is not None and each.high is not None:
            assert 0 < each.low <= each.value <= each.high


@pytest.mark.parametrize(
    ("text", "known", "answer"),
    [
        ("age<18", {"age": 17.9}, True),
        ("age<18", {"age": 18.0}, False),
        ("age<18", {}, None),
        ("blood_group!=O", {"blood_group": "AB"}, True),
        ("blood_group!=O", {"blood_group": "O"}, False),
        ("steroid=yes age<18", {"steroid": False}, False),  # one that fails is enough
        ("dose_g_kg>=2", {"dose_g_kg": 2.0}, True),
        ("", {}, True),
    ],
)
def test_conditions(text, known, answer):
    assert judge(read_conditions(text), known)[0] is answer


def test_a_malformed_condition_is_refused():
    with pytest.raises(ValueError, match="'age' is no condition"):
        read_conditions("age under 18")
