"""`ivigsim indications` as a newcomer and as a program run it."""

import json
from pathlib import Path

import polars as pl
import pytest

from ivigsim.indications import indication_names
from ivigsim.report.indication_document import IgGDocument

FEW = ("--patients", 30)


def names():
    return sorted(path.name for path in Path.cwd().iterdir())


def words(text):
    return " ".join(text.split())


def test_the_list_names_every_indication(ivigsim):
    run = ivigsim("indications")
    assert (run.code, run.err) == (0, "")
    assert all(name in run.out for name in indication_names())
    assert run.out.endswith("For research and teaching; never for treatment decisions.\n")
    assert max(map(len, run.out.splitlines())) <= 80
    listed = json.loads(ivigsim("indications", "--json").out)
    assert [each["name"] for each in listed] == list(indication_names())


def test_one_in_full_shows_sources_and_what_is_unknown(ivigsim):
    said = words(ivigsim("indications", "cidp").out)
    assert "mechanism unknown" in said
    assert "IVIG 1 g/kg daily x2, then IVIG 1 g/kg every 21 d from day 21" in said
    assert "https://www.gammagard.com/hcp/cidp/dosing-administration" in said
    assert "Target level of IgG: unknown" in said
    assert "…" not in said  # no source is cut
    assert "platelets and other outcomes of this disease are not modelled" in said
    assert json.loads(ivigsim("indications", "CIDP", "--json").out)["mechanism"] == "unknown"
    assert "ivigsim simulate" in words(ivigsim("indications", "itp").out)


def test_a_simulation_says_what_it_is_and_is_not(ivigsim):
    dose = ("--dose", "400 mg/kg every 4 weeks", "--weight", 70)
    run = ivigsim("indications", "pid", "--simulate", *dose, *FEW)
    assert (run.code, run.err) == (0, "")
    said = words(run.out)
    for text in (
        "IVIG 400 mg/kg every 28 d",
        "At 70 kg: 28 g an infusion.",
        "trough at steady state, g/L",
        "rise on day 14, g/L",
        "Steady after",
        "measured in immunodeficiency: 73 and 121 (E139, E210)",
        "troughs are too low for a dose",
        "Only IgG and haemoglobin are computed",
        "never for treatment decisions",
    ):
        assert text in said
    assert names() == []


def test_a_target_is_answered_and_kept(ivigsim):
    arguments = ("indications", "pid", "--target-trough", 6, "--share", 90, *FEW, "--out", "kept")
    run = ivigsim(*arguments)
    assert (run.code, run.err) == (0, "")
    assert "Trough of at least 6 g/L in 90% of patients:" in words(run.out)
    assert names() == ["kept"]
    kept = {path.name for path in Path("kept").iterdir()}
    assert {"figure.png", "figure.svg", "days.csv", "intervals.csv"} < kept
    manifest = json.loads(Path("kept/manifest.json").read_text())
    assert manifest["command"].startswith("ivigsim indications pid --target-trough 6")
    assert set(manifest["files"]) == kept - {"manifest.json"}
    document = IgGDocument.model_validate_json(Path("kept/document.json").read_text())
    assert document.target.share_of_patients == 0.9
    intervals = pl.read_csv("kept/intervals.csv")
    assert intervals["interval"].to_list() == list(range(1, 14))
    assert intervals["trough_p50"][-1] == pytest.approx(document.results["trough"].median)
    assert pl.read_csv("kept/days.csv")["time_d"].is_sorted()
    refused = ivigsim(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert "--overwrite" in refused.err
    assert ivigsim(*arguments, "--overwrite", "--no-figure").code == 0
    assert not Path("kept/figure.png").exists()


def test_json_is_one_document_and_the_same_again(ivigsim):
    first, again = (ivigsim("indications", "gbs", "--simulate", "--json", *FEW).out for _ in range(2))
    assert first == again
    document = IgGDocument.model_validate_json(first)
    assert document.maintenance_intervals == 0
    assert document.steady_after_intervals is None
    assert "trough" not in document.results
    assert any("7.3 g/L" in text for text in document.warnings)


def test_a_file_of_ones_own(ivigsim):
    Path("mine.toml").write_text(
        'title = "Myasthenia gravis"\nsource = "mine"\n'
        'population = "healthy"\npopulation_reason = "assumed"\n'
        '[[regimens]]\nname = "usual"\ncourse = "IVIG 1 g/kg daily x2"\nsource = "mine"\n'
    )
    assert "Myasthenia gravis" in ivigsim("indications", "--file", "mine.toml").out
    run = ivigsim("indications", "--file", "mine.toml", "--simulate", *FEW)
    assert (run.code, run.err) == (0, "")
    assert "rise on day 14" in run.out


def test_the_checks_are_shown(ivigsim):
    run = ivigsim("indications", "--check", *FEW)
    assert run.code == 0
    assert "within the published limits" in words(run.out)
    checks = json.loads(ivigsim("indications", "--check", "--json", *FEW).out)["checks"]
    assert {"E139, E210", "E213", "E141"} <= {each["source"] for each in checks}


WRONG = {
    "name": (["kawasakki"], "nearest: 'kawasaki'"),
    "both": (["pid", "--file", "mine.toml"], "both given"),
    "no file": (["--file", "mine.toml"], "cannot be read"),
    "nothing to simulate": (["--simulate"], "--simulate does not go with no indication"),
    "no simulation": (["pid", "--weight", "70"], "--weight does not go with no simulation"),
    "no target": (["pid", "--simulate", "--share", "90"], "together with --target-trough"),
    "target days": (["pid", "--target-trough", "8", "--days", "100"], "--days does not go with"),
    "out of reach": (["pid", "--target-trough", "80", *FEW], "cannot be reached"),
    "course": (["gbs", "--target-trough", "20"], "no maintenance per kg"),
    "share": (["pid", "--target-trough", "8", "--share", "120"], "share is 120"),
    "dose": (["pid", "--dose", "400 mg/k every 4 weeks"], "nearest: 'mg/kg'"),
    "regimen": (["pid", "--regimen", "lowst"], "nearest: 'lowest'"),
    "two doses": (["pid", "--regimen", "lowest", "--dose", "1 g/kg"], "accepted: one of them"),
    "population": (["pid", "--simulate", "--population", "helthy"], "nearest: 'healthy'"),
    "weights": (["pid", "--simulate", "--weight", "70", "--covariate", "weight_kg=60"], "both given"),
    "overwrite": (["pid", "--simulate", "--overwrite"], "--out DIR"),
    "check": (["pid", "--check"], "NAME does not go with --check"),
    "place": (["pid", "--simulate", "--out", "/dev/null/kept"], "cannot write"),
    "patients": (["pid", "--simulate", "--patients", "0"], "patients is 0"),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_is_one_sentence_and_nothing_is_written(ivigsim, arguments, said):
    run = ivigsim("indications", *arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Error: ")
    assert run.err.count("\n") == 1
    assert said in run.err
    assert names() == []
