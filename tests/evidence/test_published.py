"""Published results: exact numbers, found by what is given and not by how it is written."""

import polars as pl
import pytest

from ivigsim.evidence import load_rows, published_for
from ivigsim.treatment import Regimen, doses_from_event_table

TWO_DAYS = [
    *("E019", "E020", "E021", "E022", "E023", "E026", "E027", "E028", "E036", "E037", "E038", "E039"),
    *("E045", "E046", "E052", "E176", "E177", "E178", "E181"),
]


def ids(phrase, population="adult-chronic"):
    return [row.id for row in published_for(Regimen.parse(phrase), population)]


@pytest.mark.parametrize(
    ("row_id", "value", "low", "high", "unit", "n", "outcome"),
    [
        ("E019", 80.7, 69.2, 89.3, "%", 57, "responded_by_day_7"),
        ("E020", 43, None, None, "%", 57, "responded_by_day_1"),
        ("E021", 2.5, None, None, "d", 57, "time_to_50_all"),
        ("E022", 149, None, None, "1e9/L", 57, "highest_median"),
        ("E023", 15.4, None, None, "d", 57, "duration_50"),
        ("E026", 80.6, None, None, "%", 36, "responded_by_day_7"),
        ("E027", 2, None, None, "d", 36, "time_to_50_responders"),
        ("E028", 14, None, None, "d", 36, "duration_50"),
        ("E060", 66.7, None, None, "%", 18, None),
        ("E065", 55, None, None, "1e9/L", 19, None),
        ("E090", 81.5, None, None, "%", 54, None),
        ("E141", 7.8, 2.2, 13.4, "g/L", 174, None),
    ],
)
def test_the_numbers_are_those_published(row_id, value, low, high, unit, n, outcome):
    row = {row.id: row for row in load_rows()}[row_id]
    found = (row.value, row.low, row.high, row.unit, row.n, row.outcome)
    assert found == (value, low, high, unit, n, outcome)


@pytest.mark.parametrize(
    "phrase",
    [
        "IVIG 1 g/kg daily x2",
        "IVIG 1000 mg/kg daily x2",
        "immune globulin 1 g/kg every 24 h x2",
        "IVIG 1 g/kg over 8 h daily x2",
        "IVIG 1 g/kg + IVIG 1 g/kg from day 1",
    ],
)
def test_a_regimen_is_found_however_it_is_written(phrase):
    assert ids(phrase) == TWO_DAYS


@pytest.mark.parametrize(
    "phrase",
    ["IVIG 70 g daily x2", "IVIG 1 g/kg daily x3", "IVIG 1 g/kg every 48 h x2", "IVIG 0.9 g/kg daily x2",
     "IVIG 1 g/kg daily x2 from day 1"],
)  # fmt: skip
def test_another_regimen_is_not_taken_for_it(phrase):
    assert ids(phrase) == []


def test_a_single_dose_has_its_own_results():
    assert ids("IVIG 1 g/kg") == ["E060", "E062", "E064"]
    assert ids("IVIG 500 mg/kg") == ["E061", "E063", "E065"]


def test_children_have_theirs():
    assert ids("IVIG 1 g/kg", "child-new") == ["E080", "E081"]


def test_an_event_table_is_compared_as_a_regimen_is():
    same = pl.DataFrame({"TIME": [0.0, 1.0], "AMT": [1000.0, 1000.0], "DUR": [0.2, 0.2]})
    found = published_for(doses_from_event_table(same, 5), "adult-chronic")
    assert [row.id for row in found] == TWO_DAYS
    mixed = pl.DataFrame({"ID": [1, 2], "TIME": [0.0, 0.0], "AMT": [1000.0, 500.0]})
    assert published_for(doses_from_event_table(mixed, 2), "adult-chronic") == ()


def test_trial_day_8_is_7_d_after_the_first_infusion():
    window = {row.id: row for row in load_rows()}["E022"].endpoint.window
    assert (window.day, window.first_day, window.end_d) == (8, 1, 7)
