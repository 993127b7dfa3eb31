"""The table of published results: complete, well formed, and a linter that can fail."""

import csv
from importlib.resources import files
from pathlib import Path

import pytest

from ivigsim.evidence import load_rows
from ivigsim.evidence.lint import problems
from ivigsim.evidence.reading import read_rows

TEXT = files("ivigsim.evidence").joinpath("results.tsv").read_text(encoding="utf-8")
FACTS = Path(__file__).parents[3] / "shared" / "facts" / "clinical_results.tsv"


def changed(row_id, **cells):
    """Return the table with some cells of a row changed."""
    head, *lines = TEXT.splitlines()
    names = head.split("\t")
    for i, line in enumerate(lines):
        if line.startswith(f"{row_id}\t"):
            row = dict(zip(names, line.split("\t"), strict=True)) | cells
            lines[i] = "\t".join(row[name] for name in names)
    return "\n".join([head, *lines])


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"citation": ""}, "citation is empty"),
        ({"statistic": "mode"}, "statistic is 'mode'"),
        ({"quantity": "platlets"}, "quantity is 'platlets'"),
        ({"value": "99"}, "does not lie between"),
        ({"value": "nan"}, "value is 'nan'"),
        ({"low": ""}, "not complete"),
        ({"window": "before day 7"}, "window is 'before day 7'"),
        ({"entry": "age > 3"}, "'age' is no criterion"),
        ({"use": "fitted"}, "use is 'fitted'"),
        ({"use": "check"}, "reason is empty"),
        ({"group": "speed"}, "group is 'speed'"),
    ],
)
def test_a_malformed_row_is_refused(cells, message):
    with pytest.raises(ValueError, match=message):
        read_rows(changed("E019", **cells))


def test_an_id_twice_is_refused():
    head, first = TEXT.splitlines()[:2]
    with pytest.raises(ValueError, match="twice"):
        read_rows(f"{head}\n{first}\n{first}")


@pytest.mark.parametrize(
    ("row_id", "cells", "message"),
    [
        ("E019", {"unit": "1e9/L"}, "E019: unit is '1e9/L'"),
        ("E022", {"unit": "%"}, "E022: unit is '%'"),
        ("E019", {"value": "107", "high": "120"}, "E019: a share of 107%"),
        ("E019", {"threshold": ""}, "E019: no threshold"),
        ("E019", {"window": "by day 3000"}, "E019: the window ends after"),
        ("E020", {"first_day": "5"}, "E020: the window ends before"),
        ("E154", {"at_least": ""}, "E154: visits need"),
        ("E097", {"visits": "7,4"}, "E097: visits do not increase"),
        ("E019", {"like": "adults"}, "E019: population 'adults'"),
        ("E019", {"regimen": "IVIG 1 g/kgg"}, "E019: dose phrase"),
        ("E019", {"against": "untreated"}, "E019: a share and a regimen"),
        ("E019", {"n": "", "low": "", "high": "", "interval": ""}, "E019: neither patients"),
        ("E019", {"entry": "platelets<=20"}, "E019: 'platelets' is no covariate"),
        ("E019", {"link": "somewhere"}, "E019: link"),
        ("E019", {"use": "hold out"}, "trial 'Robak 2009' is fitted and held out"),
    ],
)
def test_the_linter_finds_a_broken_row(row_id, cells, message):
    found = problems(read_rows(changed(row_id, **cells)))
    assert any(message in line for line in found), found


def test_the_linter_counts_held_out_trials():
    few = [row for row in load_rows() if row.use != "hold out"]
    assert problems(few) == ["0 trials are held out; needed: 8"]


def test_rows_without_a_simulation_say_why():
    for row in load_rows():
        assert row.simulated or row.reason


@pytest.mark.skipif(not FACTS.exists(), reason="the collected facts are not beside the project")
def test_no_published_row_is_missing_and_values_are_as_collected():
    collected = csv.DictReader(FACTS.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=3)
    facts = {fact["id"]: fact for fact in collected}
    rows = {row.id: row for row in load_rows()}
    assert set(facts) <= set(rows)
    read_otherwise = {row.id for row in rows.values() if row.reading}
    for row_id in set(facts) - read_otherwise:
        published, row = facts[row_id]["value"], rows[row_id]
        share_of = published.split("/") if row.simulated and "/" in published else None
        if share_of:
            assert row.value == pytest.approx(100 * int(share_of[0]) / int(share_of[1]), rel=1e-4)
        else:
            assert row.value_published.lstrip(">") == published.lstrip(">")
