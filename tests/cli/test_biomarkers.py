"""`ivigsim biomarkers` as a newcomer and as a program run it."""

import json
from pathlib import Path

import polars as pl
import pytest

from ivigsim.report.biomarker_document import BiomarkerDocument
from ivigsim.report.biomarker_files import FILES
from ivigsim.report.files import FIGURES

TWO_DAYS = "IVIG 1 g/kg daily x2"
SMALL = ("--patients", 250)
FEW = (*SMALL, "--marker", "platelets", "--marker", "anti_gpib", "--marker", "platelets_24h")


def names():
    return sorted(path.name for path in Path.cwd().iterdir())


def test_it_prints_ranks_and_forecasts_in_80_columns_and_draws(ivigsim):
    run = ivigsim("biomarkers", TWO_DAYS, *SMALL)
    assert (run.code, run.err) == (0, "")
    text = " ".join(run.out.split())
    assert "Response: at least 50e9/L by day 7" in text
    for words in ("Before treatment", "At 24 h:", "At 48 h:", "Together", "Those not yet there at 24 h"):
        assert words in text
    assert "It does not say that it does so in people, and never who should be treated." in text
    assert run.out.endswith("For research and teaching; never for treatment decisions.\n")
    assert max(map(len, run.out.splitlines())) <= 80
    assert "…" not in run.out
    assert names() == ["biomarkers.png", "biomarkers.svg"]


def test_json_is_one_document(ivigsim):
    run = ivigsim("biomarkers", TWO_DAYS, *FEW, "--json", "--seed", 3, "--threshold", 100, "--by-day", 3)
    assert (run.code, run.err) == (0, "")
    document = BiomarkerDocument.model_validate_json(run.out)
    assert (document.seed, document.patients, document.days) == (3, 250, 3)
    assert document.response == "at_least_100_by_day_3"
    assert {marker.id for marker in document.markers} == {"platelets", "anti_gpib", "platelets_24h"}
    assert all(marker.error_source and marker.how for marker in document.markers)
    assert names() == []


def test_out_keeps_everything_with_the_command_and_is_replaced_only_when_told(ivigsim):
    arguments = ("biomarkers", TWO_DAYS, *FEW, "--out", "kept")
    assert ivigsim(*arguments).code == 0
    manifest = json.loads(Path("kept/manifest.json").read_text())
    assert manifest["command"].startswith("ivigsim biomarkers 'IVIG")
    assert set(manifest["files"]) == {*FILES, *FIGURES}
    assert {path.name for path in Path("kept").iterdir()} == {*FILES, *FIGURES, "manifest.json"}
    assert "scikit-learn" in manifest["packages"]
    markers = pl.read_csv("kept/markers.csv")
    assert {"id", "how", "error", "error_source", "auc", "auc_low", "auc_high", "cut"} <= set(markers.columns)
    assert markers.height == 3
    assert pl.read_csv("kept/calibration.csv").height == 10 * pl.read_csv("kept/models.csv").height
    assert pl.read_parquet("kept/patients.parquet").height == 250
    BiomarkerDocument.model_validate_json(Path("kept/biomarkers.json").read_text())
    refused = ivigsim(*arguments)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert ivigsim(*arguments, "--overwrite").code == 0
    Path("kept/mine.txt").write_text("mine")
    strange = ivigsim(*arguments, "--overwrite")
    assert (strange.code, "'mine.txt'" in strange.err) == (2, True)
    assert names() == ["kept"]


def test_one_outcome_only_ends_with_code_1(ivigsim):
    run = ivigsim("biomarkers", "untreated", "--patients", 50)
    assert (run.code, run.out) == (1, "")
    assert "ranking needs at least 20" in run.err
    assert names() == []


WRONG = {
    "marker": ([TWO_DAYS, "--marker", "platelet"], "nearest: 'platelets'"),
    "hidden": ([TWO_DAYS, "--marker", "phagocytosis"], "a clinic cannot measure it"),
    "phrase": (["IVGI 1 g/kg"], "nearest: 'IVIG'"),
    "response": ([TWO_DAYS, "--response", "iwg_rr"], "nearest: 'iwg_r'"),
    "threshold": ([TWO_DAYS, "--threshold", "0"], "1 to 1000"),
    "population": ([TWO_DAYS, "--population", "adult-cronic"], "nearest: 'adult-chronic'"),
    "overwrite": ([TWO_DAYS, "--overwrite"], "--out DIR"),
    "days": ([TWO_DAYS, "--days", "2"], "days is 2"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_is_one_sentence_and_nothing_is_written(ivigsim, arguments, said):
    run = ivigsim("biomarkers", *arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Error: ")
    assert run.err.count("\n") == 1
    assert said in run.err
    assert names() == []
