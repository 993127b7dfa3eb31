"""Rows written out again are the rows that were read, in every form."""

import csv
import json

import pytest

from ivigsim.evidence import load_rows
from ivigsim.evidence.listing import listing
from ivigsim.evidence.reading import COLUMNS, read_rows
from ivigsim.evidence.wording import result_text


def test_tsv_is_read_as_the_same_rows():
    assert read_rows(listing(load_rows(), "tsv")) == load_rows()


def test_csv_has_the_same_cells_as_tsv():
    tsv = [line.split("\t") for line in listing(load_rows(), "tsv").splitlines()]
    assert list(csv.reader(listing(load_rows(), "csv").splitlines())) == tsv
    assert tuple(tsv[0]) == COLUMNS


def test_json_holds_numbers_lists_and_nothing_for_nothing():
    found = {row["id"]: row for row in json.loads(listing(load_rows(), "json"))}
    assert set(found) == {row.id for row in load_rows()}
    efgartigimod, haptoglobin = found["E154"], found["E088"]
    assert efgartigimod["visits"] == [133, 140, 147, 154, 161, 168]
    assert efgartigimod["entry"] == ["baseline_platelets<=30"]
    assert found["E152"]["covariates"] == ["anti_gpib=true"]
    assert (haptoglobin["statistic"], haptoglobin["visits"]) == (None, [])
    assert haptoglobin["value"] == "2/2"  # as published: not a number that is simulated
    assert found["E019"]["value"] == 80.7


def test_another_form_is_refused():
    with pytest.raises(ValueError, match="accepted: tsv, csv, json"):
        listing(load_rows(), "yaml")


@pytest.mark.parametrize(
    ("row_id", "text"),
    [
        ("E008", "median days below platelets ≤20: 1 d"),
        ("E038", "share with duration of platelets ≥50 for ≥7 d: 74 %"),
        ("E060", "share with platelets ≥80 and 2x baseline on day 4: 66.7 %"),
        ("E124", "risk ratio with platelets ≥20 on day 2, against IVIG 1 g/kg daily x2: 0.72"),
        ("E178", "mean peak IgG: 45.3 g/L"),
        ("E202", "7E3 clearance with vs without IVIG: 14.4 vs 5.2 mL/d/kg"),
    ],
)
def test_a_result_in_words(row_id, text):
    assert result_text({row.id: row for row in load_rows()}[row_id]) == text
