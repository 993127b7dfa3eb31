"""The document, the manifest and the folder of results."""

import hashlib
import json
from dataclasses import replace
from itertools import pairwise

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ivigsim.errors import InputError
from ivigsim.model.parameters import parameters_text
from ivigsim.model.sbml import antimony_text
from ivigsim.report import files
from ivigsim.report.document import Document, document
from ivigsim.report.files import check_folder, write_folder, write_text
from ivigsim.report.frames import patients_frame

ALL = {"figure.png", "figure.svg", "outcomes.csv", "outcomes.parquet", "days.csv", "days.parquet",
       "patients.parquet", "manifest.json"}  # fmt: skip


@pytest.fixture(scope="module")
def folder(several, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "deep" / "results"
    write_folder(several, path, "ivigsim simulate x", figure=True)
    return path


def test_the_folder_is_complete_and_nothing_else_stays(folder):
    assert {path.name for path in folder.iterdir()} == ALL
    assert [path.name for path in folder.parent.iterdir()] == ["results"]


def test_the_manifest_says_what_made_the_files(folder, several):
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["files"] == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ALL - {"manifest.json"}
    }
    assert manifest["model_sha256"] == hashlib.sha256(antimony_text().encode()).hexdigest()
    assert manifest["parameters_sha256"] == hashlib.sha256(parameters_text().encode()).hexdigest()
    assert (manifest["seed"], manifest["command"]) == (1, "ivigsim simulate x")
    assert {"numpy", "heyoka", "polars"} <= set(manifest["packages"])
    table = several.request.treatments[3]
    assert manifest["event_tables"] == {table.name: hashlib.sha256(table.read_bytes()).hexdigest()}


@pytest.mark.parametrize("name", ["outcomes", "days"])
def test_parquet_and_csv_hold_the_same(folder, name):
    parquet = pl.read_parquet(folder / f"{name}.parquet")
    assert_frame_equal(pl.read_csv(folder / f"{name}.csv", schema=parquet.schema), parquet, check_exact=True)
    assert parquet.height > 50


def test_patients_have_covariates_and_outcomes_in_every_arm(folder):
    table = pl.read_parquet(folder / "patients.parquet")
    assert table.height == 4 * 40
    assert {"arm", "regimen", "patient", "weight_kg", "fcgr3a", "peak_1e9_per_l", "igg_half_life_d"} <= set(
        table.columns
    )


def test_the_days_hold_bands_in_order(folder):
    days = pl.read_parquet(folder / "days.parquet")
    for name in ("platelets", "igg"):
        columns = [days[f"{name}_p{q}"] for q in ("05", "25", "50", "75", "95")]
        assert all((low <= high).all() for low, high in pairwise(columns))
    assert days["share_at_least_50"].is_between(days["share_low"], days["share_high"]).all()


def test_a_failed_write_leaves_nothing(one, tmp_path, monkeypatch):
    def broken(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ivigsim.report.manifest.manifest", broken)
    with pytest.raises(OSError, match="No space"):
        write_folder(one, tmp_path / "results", "x", figure=False)
    assert list(tmp_path.iterdir()) == []


def test_earlier_results_are_replaced_whole(one, tmp_path):
    path = tmp_path / "results"
    write_folder(one, path, "first", figure=True)
    with pytest.raises(InputError, match="is not empty; accepted: a new one, or --overwrite"):
        check_folder(path, overwrite=False)
    check_folder(path, overwrite=True)
    write_folder(one, path, "second", figure=False)
    assert {each.name for each in path.iterdir()} == ALL - {"figure.png", "figure.svg"}
    assert list(tmp_path.iterdir()) == [path]


def test_files_of_others_are_never_replaced(tmp_path):
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(InputError, match=r"holds 'thesis.docx', which ivigsim did not make"):
        check_folder(tmp_path, overwrite=True)


def test_a_file_is_no_folder(tmp_path):
    path = tmp_path / "x"
    path.touch()
    with pytest.raises(InputError, match="is a file"):
        check_folder(path, overwrite=True)
    with pytest.raises(InputError, match="cannot write"):
        check_folder(path / "y", overwrite=True)


def test_text_is_written_whole(tmp_path):
    write_text("sbml", tmp_path / "new" / "patient.xml")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["patient.xml"]


def test_patients_that_were_not_kept_are_not_made_up(one):
    with pytest.raises(ValueError, match="did not keep its patients"):
        patients_frame(replace(one, arms=(replace(one.arms[0], people=None),)))


def test_the_document_is_valid_repeatable_and_complete(several):
    text = document(several).model_dump_json()
    assert text == document(several).model_dump_json()
    found = Document.model_validate_json(text)
    assert found.regimens == [
        "IVIG 0.4 g/kg daily x5",
        "IVIG 70 g",
        "untreated",
        "event table two $doses$.csv",
    ]
    assert json.loads(text)["model_sha256"] == hashlib.sha256(antimony_text().encode()).hexdigest()
    arm = found.arms[3]
    assert {row.id for row in arm.published} >= {"E019", "E022"}
    linked = {outcome.id: outcome.published for outcome in arm.outcomes}
    assert linked["responded_by_day_7"] == ["E019", "E026", "E036", "E037", "E052"]
    assert linked["peak"] == []
    assert len(arm.days.time_d) == len(arm.days.share_at_least_50) == len(arm.days.igg_g_per_l["p50"]) == 31
    assert any("calibrated" in text for text in found.warnings)


def test_the_document_counts_failures_by_reason(one):
    many = replace(one.arms[0], failures=dict.fromkeys(range(30), "it broke") | {40: "other"})
    found = document(replace(one, arms=(many,)))
    parts = found.arms[0].failures
    assert [(part.reason, part.patients, len(part.first)) for part in parts] == [
        ("it broke", 30, 20),
        ("other", 1, 1),
    ]
    assert any("31 of 60 patients failed" in text for text in found.warnings)


def test_a_machine_without_matplotlib_is_recognised(monkeypatch):
    def missing(name):
        raise ImportError(name)

    assert files.can_draw()
    monkeypatch.setattr(files, "find_spec", missing)
    assert not files.can_draw()
