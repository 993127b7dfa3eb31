"""`ivigsim evidence`: lists, one row in full, forms for other programs, and refusals."""

import json

import pytest

from ivigsim.evidence import load_rows


def test_a_group_and_a_use_are_chosen(ivigsim):
    found = json.loads(ivigsim("evidence", "--group", "IgG", "--group", "dose", "--use", "fit", "--json").out)
    wanted = [row.id for row in load_rows() if row.group in ("IgG", "dose") and row.use == "fit"]
    assert [row["id"] for row in found] == wanted


def test_the_list_says_how_many(ivigsim):
    run = ivigsim("evidence")
    assert (run.code, run.err) == (0, "")
    assert f"{len(load_rows())} published results." in run.out


def test_one_result_is_shown_in_full(ivigsim):
    out = ivigsim("evidence", "E019").out
    assert "Robak 2009 Hematology" in out
    assert "http://www.pubmed.gov/19635187/" in out
    assert "IVIG 1 g/kg daily x2" in out


@pytest.mark.parametrize(("option", "mark"), [("--tsv", "\t"), ("--csv", ",")])
def test_columns_come_out_alone(ivigsim, option, mark):
    lines = ivigsim("evidence", "E019", option).out.splitlines()
    assert len(lines) == 2
    assert lines[0].split(mark)[:3] == ["id", "trial", "citation"]
    assert lines[1].startswith(f"E019{mark}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("E19",), "unknown result 'E19'; accepted: an id such as E019"),
        (("--group", "doses"), "unknown group 'doses'"),
        (("--use", "fitted"), "accepted: check, fit, hold out, not simulated (nearest: 'fit')"),
        (("--json", "--csv"), "--json and --csv do not go together"),
        (("E019", "--use", "fit"), "'E019' names one result; accepted: without --group and --use"),
        (("--group", "other", "--use", "fit"), "no published result has group 'other' and use 'fit'"),
    ],
)
def test_what_is_not_understood_is_refused(ivigsim, arguments, message):
    run = ivigsim("evidence", *arguments)
    assert (run.code, run.out) == (2, "")
    assert message in run.err
    assert run.err.count("\n") == 1
