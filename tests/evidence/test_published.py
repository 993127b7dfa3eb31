"""Published results: exact numbers, found by what is given and not by how it is written."""

from importlib.resources import files

import polars as pl
import pytest

from ivigsim.evidence import load_published, published_for
from ivigsim.evidence.published import read_published
from ivigsim.patients.population import population_names
from ivigsim.treatment import Regimen, doses_from_event_table

TWO_DAYS = ["E019", "E020", "E021", "E022", "E023", "E026", "E027", "E028"]
TEXT = files("ivigsim.evidence").joinpath("results.tsv").read_text(encoding="utf-8")


def ids(phrase):
    return [row.id for row in published_for(Regimen.parse(phrase))]


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
        ("E061", 21.1, None, None, "%", 19, None),
        ("E062", 92, None, None, "1e9/L", 18, None),
        ("E063", 50, None, None, "1e9/L", 19, None),
        ("E064", 106, None, None, "1e9/L", 18, None),
        ("E065", 55, None, None, "1e9/L", 19, None),
    ],
)
def test_the_numbers_are_those_published(row_id, value, low, high, unit, n, outcome):
    row = {row.id: row for row in load_published()}[row_id]
    assert (row.value, row.low, row.high, row.unit, row.n, row.outcome) == (
        value,
        low,
        high,
        unit,
        n,
        outcome,
    )


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


def test_an_event_table_is_compared_as_a_regimen_is():
    same = pl.DataFrame({"TIME": [0.0, 1.0], "AMT": [1000.0, 1000.0], "DUR": [0.2, 0.2]})
    assert [row.id for row in published_for(doses_from_event_table(same, 5))] == TWO_DAYS
    mixed = pl.DataFrame({"ID": [1, 2], "TIME": [0.0, 0.0], "AMT": [1000.0, 500.0]})
    assert published_for(doses_from_event_table(mixed, 2)) == ()


def test_trial_day_8_is_7_d_after_the_first_infusion():
    window = {row.id: row for row in load_published()}["E022"].endpoint.window
    assert (window.day, window.first_day, window.time_d) == (8, 1, 7)


def test_every_row_has_a_source_and_a_known_population():
    for row in load_published():
        assert row.citation
        assert row.link.startswith("http")
        assert row.like in population_names()
        Regimen.parse(row.regimen)


@pytest.mark.parametrize(
    ("column", "wrong", "message"),
    [
        ("citation", "", "citation is empty"),
        ("statistic", "mode", "statistic is 'mode'"),
        ("unit", "kg", "unit is 'kg'"),
        ("link", "somewhere", "link is 'somewhere'"),
        ("value", "99", "does not lie between"),
        ("value", "nan", "does not lie between"),
        ("window", "before day 7", "window is 'before day 7'"),
    ],
)
def test_a_wrong_row_is_refused(column, wrong, message):
    head, first = TEXT.splitlines()[:2]
    cells = dict(zip(head.split("\t"), first.split("\t"), strict=True)) | {column: wrong}
    with pytest.raises(ValueError, match=message):
        read_published("\n".join([head, "\t".join(cells.values())]))


def test_an_id_twice_is_refused():
    head, first = TEXT.splitlines()[:2]
    with pytest.raises(ValueError, match="twice"):
        read_published(f"{head}\n{first}\n{first}")
