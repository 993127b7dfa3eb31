"""Dose phrases: what they mean, and what a wrong one is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.treatment import Course, Regimen


@pytest.mark.parametrize(
    ("text", "course", "canonical"),
    [
        ("IVIG 0.4 g/kg daily x5", Course("IVIG", 0.4, "g/kg", every_d=1, count=5), "IVIG 0.4 g/kg daily x5"),
        ("IVIG 1 g/kg daily x2", Course("IVIG", 1, "g/kg", every_d=1, count=2), "IVIG 1 g/kg daily x2"),
        ("IVIG 1 g/kg over 24 h", Course("IVIG", 1, "g/kg", over_d=1), "IVIG 1 g/kg over 1 d"),
        (
            "IVIG 400 mg/kg every 4 weeks x6",
            Course("IVIG", 400, "mg/kg", every_d=28, count=6),
            "IVIG 400 mg/kg every 28 d x6",
        ),
        ("IVIG 1 g/kg", Course("IVIG", 1, "g/kg"), "IVIG 1 g/kg"),
        ("IVIG 1 g/kg x1", Course("IVIG", 1, "g/kg"), "IVIG 1 g/kg"),
        ("IVIG 70 g over 90 min from day 3", Course("IVIG", 70, "g", over_d=1 / 16, start_d=3), None),
        ("IVIG 1 g/kg every 1 day x2", Course("IVIG", 1, "g/kg", every_d=1, count=2), "IVIG 1 g/kg daily x2"),
        ("IVIG 1 g/kg every 12 h x3", Course("IVIG", 1, "g/kg", every_d=0.5, count=3), None),
        ("IVIG 1 g/kg every 2 days x2 from day 0.5", None, "IVIG 1 g/kg every 2 d x2 from day 0.5"),
        ("IVIG 1 g/kg every 1 week x2", None, "IVIG 1 g/kg every 7 d x2"),
        ("splenectomy", Course("splenectomy", 1, "procedure"), "splenectomy"),
        ("Splenectomy  ON DAY 7", Course("splenectomy", 1, "procedure", start_d=7), "splenectomy on day 7"),
        ("splenectomy on day 0", Course("splenectomy", 1, "procedure"), "splenectomy"),
        (
            "rituximab 375 mg/m² every 1 week x4",
            Course("rituximab", 375, "mg/m2", every_d=7, count=4),
            "rituximab 375 mg/m2 every 7 d x4",
        ),
        ("rituximab 375 mg per m2", Course("rituximab", 375, "mg/m2"), "rituximab 375 mg/m2"),
    ],
)
def test_phrase_means(text, course, canonical):
    regimen = Regimen.parse(text)
    if course is not None:
        assert regimen == Regimen((course,))
    if canonical is not None:
        assert str(regimen) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "ivig 0.4g/kg daily x5",
        "IVIG 0.4 G/KG DAILY X5",
        "  IVIG  0.4 g / kg  daily  x 5 ",
        "IVIG 0.4 g/kg daily ×5",
        "IVIG 0.4 g/kg×5 daily",
        "IVIG 0.4 g/kg x5 every 1 d",
        "IVIG .4 g/kg daily x5 from day 0",
        "IVIG 4e-1 grams per kg daily x5",
        "intravenous immunoglobulin 0.4 g/kg daily x5",
        "Immunoglobulin 0.4\u00a0g/kg daily x5",
    ],
)
def test_spelling_does_not_matter(text):
    assert str(Regimen.parse(text)) == "IVIG 0.4 g/kg daily x5"


def test_micro_sign_is_read_but_is_no_unit_of_ivig():
    with pytest.raises(InputError, match="unknown unit of IVIG 'ug/kg'; accepted: g, g/kg, mg, mg/kg"):
        Regimen.parse("IVIG 75 µg/kg")


def test_courses_join_in_text_and_list():
    joined = Regimen.parse("IVIG 1 g/kg + IVIG 0.5 g/kg from day 7")
    assert joined == Regimen.parse(["IVIG 1 g/kg", "IVIG 0.5 g/kg from day 7"])
    assert str(joined) == "IVIG 1 g/kg + IVIG 0.5 g/kg from day 7"


@pytest.mark.parametrize(
    ("text", "offending", "accepted", "near"),
    [
        ("", "''", "DRUG AMOUNT UNIT", "IVIG 1 g/kg"),
        ("IVIG", "no amount", "DRUG AMOUNT UNIT", "IVIG 1 g/kg"),
        ("1 g/kg IVIG", "names no drug", "DRUG AMOUNT UNIT", "IVIG 1 g/kg"),
        ("IVGI 1 g/kg", "unknown drug 'IVGI'", "IVIG", "IVIG"),
        ("imunoglobulin 1 g/kg", "unknown drug 'imunoglobulin'", "IVIG", "immunoglobulin"),
        ("IVIG nan g/kg", "'nan' is not a number", "a number such as 0.4", "IVIG 1 g/kg"),
        ("IVIG inf g/kg", "'inf' is not a number", "a number such as 0.4", "IVIG 1 g/kg"),
        ("IVIG 0,4 g/kg", "'0,4' is not a number", "a number such as 0.4", "0.4"),
        ("IVIG -1 g/kg", "'-1 g/kg'", "a finite amount above 0", "1 g/kg"),
        ("IVIG −1 g/kg", "'-1 g/kg'", "a finite amount above 0", "1 g/kg"),
        ("IVIG 0 g/kg", "'0 g/kg'", "a finite amount above 0", "1 g/kg"),
        ("IVIG 1e999 g/kg", "1e999", "a finite amount above 0", "1 g/kg"),
        ("IVIG 1", "no unit of IVIG", "g/kg, mg/kg, g, mg", "g/kg"),
        ("IVIG 1 x2", "'x2' where the unit of IVIG", "g/kg, mg/kg, g, mg", "g/kg"),
        ("IVIG 1 g/m2", "unknown unit of IVIG 'g/m2'", "g, g/kg, mg, mg/kg", "g/kg"),
        ("IVIG 1 g/kg/day x5", "unknown unit of IVIG 'g/kg/day'", "g, g/kg, mg, mg/kg", "g/kg"),
        ("IVIG 1 g/kg dayly x2", "'dayly' is not understood", "[daily | every INTERVAL]", "daily"),
        ("IVIG 1 g/kg weekly x2", "'weekly' is not understood", "[daily | every INTERVAL]", "every 7 d"),
        ("IVIG 1 g/kg daily 2x", "'2x' is not understood", "[xCOUNT]", "x2"),
        ("IVIG 1 g/kg daily for 2 days", "'for' is not understood", "[xCOUNT]", "x5"),
        ("IVIG 1 g/kg from 3 d", "'from' is not understood", "[from day D]", "from day 3"),
        ("IVIG 1 g/kg on day 3", "'on' is not understood", "[from day D]", "from day 3"),
        ("IVIG 1 g/kg daily", "an interval without a number of doses", "xCOUNT", "x2"),
        ("IVIG 1 g/kg x3", "x3 has no interval", "'daily' or 'every INTERVAL'", "daily x3"),
        ("IVIG 1 g/kg daily x0", "'x0'", "whole number of doses from 1 to 10000", "x1"),
        ("IVIG 1 g/kg daily x-2", "'x-2'", "whole number of doses from 1 to 10000", "x1"),
        ("IVIG 1 g/kg daily x2.5", "'x2.5'", "whole number of doses from 1 to 10000", "x2"),
        ("IVIG 1 g/kg daily x1e999", "'xinf'", "whole number of doses from 1 to 10000", "x1"),
        ("IVIG 1 g/kg daily x20000", "'x20000'", "whole number of doses from 1 to 10000", "x10000"),
        ("IVIG 1 g/kg over 0 h", "'over' 0 d", "a duration above 0", "over 1 min"),
        ("IVIG 1 g/kg over -1 h", "'over' -0.0416667 d", "a duration above 0", "over 1 min"),
        ("IVIG 1 g/kg over 4", "no unit of time", "h, min, d, week", "h"),
        ("IVIG 1 g/kg over 4 hurs", "unknown unit of time 'hurs'", "d, h, min, week", "h"),
        ("IVIG 1 g/kg over", "'' is not a number", "a number such as 0.4", "over 4 h"),
        ("IVIG 1 g/kg over 1e999 h", "inf h", "a finite number", "1 h"),
        ("IVIG 1 g/kg every 0 d x2", "'every' 0 d", "an interval above 0", "daily"),
        ("IVIG 1 g/kg every day x2", "'day' is not a number", "a number such as 0.4", "every 12 h"),
        ("IVIG 1 g/kg every 1e9 weeks x2", "'every' 7e+09 d", "at most 36525 d", "daily"),
        ("IVIG 1 g/kg from day -1", "'from day -1'", "a day from 0", "from day 0"),
        ("IVIG 1 g/kg from day 1e9", "'from day 1e+09'", "to 36525", "from day 36525"),
        ("IVIG 1 g/kg daily daily x2", "'daily x2' repeats a part", "each part at most once", ""),
        ("splenectomi", "unknown drug 'splenectomi'", "splenectomy", "splenectomy"),
        ("splenectomy 1 mg", "'1 mg' after a procedure", "splenectomy [on day D]", "splenectomy on day 0"),
        ("splenectomy x2", "'x2' after a procedure", "splenectomy [on day D]", "splenectomy on day 0"),
        ("splenectomy on day 3 x2", "'x2' after", "splenectomy [on day D]", "splenectomy on day 3"),
        ("splenectomy from day 3", "'from day 3' after", "splenectomy [on day D]", "splenectomy on day 3"),
        ("splenectomy day 7.5", "'day 7.5' after", "splenectomy [on day D]", "splenectomy on day 7.5"),
        ("splenectomy on day -1", "'on day -1'", "a day from 0", "on day 0"),
        ("splenectomy on day 1e9", "'on day 1e+09'", "to 36525", "on day 36525"),
        ("splenectomy on day soon", "'soon' is not a number", "a number such as 0.4", "on day 3"),
        ("rituximab 375 mg/kg", "unknown unit of rituximab 'mg/kg'", "g, g/m2, mg, mg/m2", "mg/m2"),
        ("rituximab 375 mg/m3", "unknown unit of rituximab 'mg/m3'", "g, g/m2, mg, mg/m2", "mg/m2"),
        ("rituximab", "no amount", "DRUG AMOUNT UNIT", "rituximab 1 mg/m2"),
        ("IVIG 1 g/kg +", "'+' is not understood", "joined by ' + '", ""),
        ("IVIG 1 g/kg + ", "names no drug", "DRUG AMOUNT UNIT", "IVIG 1 g/kg"),
    ],
)
def test_wrong_phrase_gets_one_sentence(text, offending, accepted, near):
    with pytest.raises(InputError) as error:
        Regimen.parse(text)
    message = str(error.value)
    before, after = message.split("; accepted: ", 1)
    assert offending in before or offending in after
    assert accepted in message
    assert near in after
    assert "\n" not in message


@pytest.mark.parametrize("wrong", [[], ["IVIG 1 g/kg", 3], [None]])
def test_wrong_list(wrong):
    with pytest.raises(InputError, match="accepted"):
        Regimen.parse(wrong)


@pytest.mark.parametrize(
    "text", ["splenectomy + splenectomy on day 3", "splenectomy + IVIG 1 g/kg + Splenectomy"]
)
def test_a_spleen_is_taken_out_once(text):
    with pytest.raises(InputError, match="splenectomy more than once; accepted: splenectomy once"):
        Regimen.parse(text)


def test_too_many_doses_in_all():
    with pytest.raises(InputError, match="20000 doses; accepted: at most 10000"):
        Regimen.parse("IVIG 1 mg/kg daily x10000 + IVIG 1 mg/kg daily x10000")


TOKENS = [
    "IVIG",
    "1",
    "0.4",
    "g/kg",
    "g",
    "daily",
    "every",
    "over",
    "x2",
    "×",
    "from",
    "day",
    "3",
    "h",
    "min",
    "+",
    "splenectomy",
    "on",
    "rituximab",
    "mg/m2",
]


def refusal(text):
    """Return what a text is told, or None when it is read."""
    try:
        regimen = Regimen.parse(text)
    except InputError as error:
        return str(error)
    assert Regimen.parse(str(regimen)) == regimen
    return None


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(TOKENS), max_size=9).map(" ".join)))
def test_any_text_is_read_or_refused(text):
    told = refusal(text)
    assert told is None or ("accepted" in told and "\n" not in told)


@given(unit=st.text("gkmud/ per23µ", min_size=1, max_size=12))
def test_pint_keeps_its_errors_in(unit):
    told = refusal(f"IVIG 1 {unit}")
    assert told is None or "accepted" in told


@pytest.mark.parametrize(
    "text", ["IVIG 1 " + "g" * 200_000, "IVIG " + "9" * 200_000 + " g/kg", "I " * 100_000]
)
def test_very_long_text_is_refused_at_once(text):
    assert len(refusal(text)) < 600
