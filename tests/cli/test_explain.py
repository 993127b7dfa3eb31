"""`ivigsim explain` as a newcomer and as a program run it."""

import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ivigsim.model.parameters import switches
from ivigsim.report.attribution_document import AttributionDocument
from ivigsim.report.attribution_figure import _apart

TWO_DAYS = "IVIG 1 g/kg daily x2"
SMALL = ("--patients", 20, "--days", 14)


def names():
    return sorted(path.name for path in Path.cwd().iterdir())


def test_it_prints_the_shares_beside_the_published_one_and_draws(ivigsim):
    run = ivigsim("explain", TWO_DAYS, *SMALL)
    assert (run.code, run.err) == (0, "")
    assert "Share of attributed rise, %" in run.out
    assert "43% (38–48)" in run.out
    assert "exact over 64 simulations" in " ".join(run.out.split())
    assert "calibrated" in run.out
    assert run.out.endswith("For research and teaching; never for treatment decisions.\n")
    assert max(map(len, run.out.splitlines())) <= 80
    assert names() == ["explain.png", "explain.svg"]


def test_json_is_one_document_whose_layers_add_up(ivigsim):
    run = ivigsim("explain", TWO_DAYS, *SMALL, "--json", "--seed", 3)
    assert (run.code, run.err) == (0, "")
    document = AttributionDocument.model_validate_json(run.out)
    assert (document.seed, document.patients, document.days) == (3, 20, 14)
    by_day = document.by_day
    layers = [*by_day.contributions_1e9_per_l.values(), by_day.other_1e9_per_l]
    np.testing.assert_allclose(np.sum(layers, axis=0), by_day.rise_1e9_per_l, atol=1e-9)
    assert [row.id for row in document.published] == ["IGG19"]
    assert {share.day for share in document.shares} == {1, 3, 7, 14}
    assert names() == []


def test_out_keeps_everything_with_the_command_and_is_replaced_only_when_told(ivigsim):
    arguments = ("explain", TWO_DAYS, *SMALL, "--mechanism", "anti_idiotype", "--out", "kept")
    assert ivigsim(*arguments).code == 0
    manifest = json.loads(Path("kept/manifest.json").read_text())
    assert manifest["command"].startswith("ivigsim explain 'IVIG")
    assert set(manifest["files"]) == {path.name for path in Path("kept").iterdir()} - {"manifest.json"}
    days = pl.read_csv("kept/days.csv")
    assert days.columns == ["time_d", "rise", "anti_idiotype", "other"]
    assert pl.read_parquet("kept/patients.parquet").height == 20 * 4 * 2
    assert pl.read_parquet("kept/outcomes.parquet")["day"].to_list() == [1, 3, 7, 14]
    refused = ivigsim(*arguments)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert ivigsim(*arguments, "--overwrite").code == 0
    assert names() == ["kept"]


def test_an_event_table_is_explained_like_its_phrase(ivigsim):
    Path("doses.csv").write_text("TIME,AMT,DUR,II,ADDL\n0,1000,0.17361111111111,1,1\n")
    phrase = json.loads(ivigsim("explain", TWO_DAYS, *SMALL, "--json").out)
    run = ivigsim("explain", "--events", "doses.csv", *SMALL, "--json", "--out", "kept", "--no-figure")
    assert (run.code, run.err) == (0, "")
    table = json.loads(run.out)
    assert table["regimen"] == "event table doses.csv"
    for name in ("rise_1e9_per_l", "other_1e9_per_l"):
        np.testing.assert_allclose(table["by_day"][name], phrase["by_day"][name], rtol=1e-5, atol=1e-6)
    manifest = json.loads(Path("kept/manifest.json").read_text())
    digest = hashlib.sha256(Path("doses.csv").read_bytes()).hexdigest()
    assert manifest["event_tables"] == {"doses.csv": digest}


def test_sampled_orders_state_their_error(ivigsim):
    run = ivigsim("explain", TWO_DAYS, *SMALL, "--permutations", 4, "--no-figure")
    assert "4 orders sampled per patient" in " ".join(run.out.split())
    assert "standard error of at most" in " ".join(run.out.split())


def test_a_treatment_without_effect_is_said_in_a_sentence(ivigsim):
    off = [f"--switch-off={name}" for name in switches() if name != "red_cell_load"]
    run = ivigsim(
        "explain", TWO_DAYS, *SMALL, "--mechanism", "red_cell_load", "--covariate", "blood_group=O", *off
    )
    assert run.code == 0
    assert "does not change the count in these patients" in " ".join(run.out.split())


WRONG = {
    "mechanism": ([TWO_DAYS, "--mechanism", "anti_idiotyp"], "nearest: 'anti_idiotype'"),
    "switched": ([TWO_DAYS, "--switch-off", "anti_idiotype"], "one of the two"),
    "phrase": (["IVGI 1 g/kg"], "nearest: 'IVIG'"),
    "nothing": ([], "no treatment is given; accepted: one of them"),
    "both": ([TWO_DAYS, "--events", "x.csv"], "both given; accepted: one of them"),
    "table as phrase": (["doses.csv"], "nearest: --events doses.csv"),
    "no such table": (["--events", "x.csv"], "cannot open the file 'x.csv'"),
    "place": ([TWO_DAYS, "--out", "/dev/null/kept"], "cannot write '/dev/null/kept' into '/dev/null'"),
    "untreated": (["untreated"], "an untreated course has no rise to explain"),
    "orders": ([TWO_DAYS, "--permutations", "3"], "nearest: 4"),
    "population": ([TWO_DAYS, "--population", "adult-cronic"], "nearest: 'adult-chronic'"),
    "overwrite": ([TWO_DAYS, "--overwrite"], "--out DIR"),
    "days": ([TWO_DAYS, "--days", "0"], "days is 0"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_is_one_sentence_and_nothing_is_written(ivigsim, arguments, said):
    run = ivigsim("explain", *arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Error: ")
    assert run.err.count("\n") == 1
    assert said in run.err
    assert names() == []


@pytest.mark.parametrize("count", [1, 4, 12])
def test_labels_of_layers_keep_apart_and_in_order(count):
    wanted = np.sort(np.random.default_rng(count).normal(0, 0.01, count)) + 60
    places = _apart(wanted, 7.5, -40, 150)
    assert (np.diff(places) >= 7.5 - 1e-9).all()
    assert places[0] >= -40 - 1e-9
    assert places[-1] <= 150 + 1e-9
