"""Wrong input: one sentence on standard error, exit code 2, no traceback, nothing written."""

from pathlib import Path

import pytest

TABLES = {
    "columns.csv": "TIME,AMOUNT\n0,1000\n",
    "evid.csv": "TIME,AMT,EVID\n0,1000,3\n",
    "order.csv": "TIME,AMT\n3,1000\n1,1000\n",
    "negative.csv": "TIME,AMT\n0,-1000\n",
    "ids.csv": "ID,TIME,AMT\n1,0,1000\n2,0,1000\n",
}
DOSE = "IVIG 1 g/kg"

CASES = {
    "phrase": (["simulate", "IVIG 1 g/kg dayly x2"], ["'dayly'", "nearest: 'daily'"]),
    "drug": (["simulate", "IVGI 1 g/kg"], ["IVGI", "nearest: 'IVIG'"]),
    "unit": (["simulate", "IVIG 1 gkg"], ["'gkg'", "nearest: 'g/kg'"]),
    "negative dose": (["simulate", "IVIG -1 g/kg"], ["'-1 g/kg'", "nearest: '1 g/kg'"]),
    "absurd dose": (["simulate", "IVIG 10 g/kg"], ["10 g/kg", "--allow-extreme"]),
    "absurd grams": (["simulate", "IVIG 2000 g", "--patients", "20"], ["2000 g", "--allow-extreme"]),
    "second arm": (["simulate", DOSE, "IVIG 1 kg/kg"], ["'kg/kg'"]),
    "population": (["simulate", DOSE, "--population", "adult-cronic"], ["nearest: 'adult-chronic'"]),
    "covariate": (["simulate", DOSE, "--covariate", "weigth_kg=20"], ["nearest: 'weight_kg'"]),
    "covariate value": (["simulate", DOSE, "--covariate", "weight_kg=heavy"], ["'heavy'", "number in kg"]),
    "covariate range": (["simulate", DOSE, "--covariate", "weight_kg=2000"], ["2 to 300", "nearest: 300"]),
    "covariate nan": (["simulate", DOSE, "--covariate", "baseline_igg=nan"], ["nan"]),
    "covariate level": (["simulate", DOSE, "--covariate", "fcgr3a=FV"], ["'FV'", "VF"]),
    "covariate yes": (["simulate", DOSE, "--covariate", "splenectomised=maybe"], ["'maybe'", "yes or no"]),
    "covariate form": (["simulate", DOSE, "--covariate", "weight_kg"], ["NAME=VALUE"]),
    "covariate twice": (
        ["simulate", DOSE, "--covariate", "weight_kg=20", "--covariate", "weight_kg=30"],
        ["weight_kg is given twice"],
    ),
    "switch": (["simulate", DOSE, "--switch-off", "fc_gama_blockade"], ["nearest: 'fc_gamma_blockade'"]),
    "switch both": (
        ["simulate", DOSE, "--switch-off", "anti_idiotype", "--switch-on", "anti_idiotype"],
        ["off and on"],
    ),
    "event columns": (["simulate", "--events", "columns.csv"], ["'AMOUNT'", "nearest: 'AMT'"]),
    "event kind": (["simulate", "--events", "evid.csv"], ["EVID", "accepted: 1 (a dose)"]),
    "event order": (["simulate", "--events", "order.csv"], ["TIME 1 comes after TIME 3"]),
    "event amount": (["simulate", "--events", "negative.csv"], ["AMT", "-1000"]),
    "event ids": (["simulate", "--events", "ids.csv"], ["2 IDs for 1000 patients"]),
    "event file": (["simulate", "--events", "colums.csv"], ["nearest: 'columns.csv'"]),
    "table as phrase": (["simulate", "evid.csv"], ["nearest: --events evid.csv"]),
    "nothing": (["simulate"], ["no regimen is given"]),
    "many arms": (["simulate", *["untreated"] * 7], ["7 regimens", "1 to 6"]),
    "patients": (["simulate", DOSE, "--patients", "0"], ["patients is 0", "nearest: 1"]),
    "patients text": (["simulate", DOSE, "--patients", "many"], ["--patients is 'many'", "a whole number"]),
    "days": (["simulate", DOSE, "--days", "-3"], ["days is -3"]),
    "seed": (["simulate", DOSE, "--seed", "-1"], ["seed is -1"]),
    "tolerance": (["simulate", DOSE, "--tolerance", "1"], ["tolerance is 1.0"]),
    "threads": (["simulate", DOSE, "--threads", "0"], ["threads is 0"]),
    "overwrite alone": (["simulate", DOSE, "--overwrite"], ["--out DIR"]),
    "out is a file": (["simulate", DOSE, "--out", "evid.csv"], ["is a file"]),
    "out is not empty": (["simulate", DOSE, "--out", "."], ["is not empty"]),
    "out of others": (["simulate", DOSE, "--out", ".", "--overwrite"], ["did not make"]),
    "option": (["simulate", DOSE, "--patiens", "10"], ["'--patiens'", "nearest: '--patients'"]),
    "option value": (["simulate", DOSE, "--patients"], ["--patients"]),
    "command": (["simulat", DOSE], ["'simulat'", "nearest: 'simulate'"]),
    "top option": (["--verson"], ["nearest: '--version'"]),
    "parameter": (["parameters", "J_mx"], ["nearest: 'J_max'"]),
    "sbml phrase": (["sbml"], ["'PHRASE'"]),
    "sbml patient": (["sbml", DOSE, "--patient", "-1"], ["patient is -1"]),
    "sbml file": (["sbml", DOSE, "--out", "evid.csv"], ["'evid.csv' exists"]),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), CASES.values(), ids=CASES.keys())
def test_wrong_input_is_one_sentence_and_nothing_is_written(ivigsim, arguments, said):
    for name, text in TABLES.items():
        Path(name).write_text(text)
    run = ivigsim(*arguments)
    assert run.code == 2
    assert run.out == ""
    assert run.err.startswith("Error: ")
    assert run.err.count("\n") == 1
    assert "Traceback" not in run.err
    for text in said:
        assert text in run.err
    assert sorted(path.name for path in Path.cwd().iterdir()) == sorted(TABLES)
    assert all(Path(name).read_text() == text for name, text in TABLES.items())


def test_a_run_in_which_everyone_fails_ends_with_code_1(ivigsim, monkeypatch):
    from ivigsim.report import comparison

    def fail(*_, **__):
        raise comparison.RunFailed("all 5 patients failed under 'untreated': it broke")

    monkeypatch.setattr(comparison, "compare", fail)
    run = ivigsim("simulate", "untreated")
    assert (run.code, run.out) == (1, "")
    assert run.err == "Error: all 5 patients failed under 'untreated': it broke\n"


def test_a_full_disk_is_one_sentence(ivigsim, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "ivigsim.png")

    monkeypatch.setattr("ivigsim.report.files.write_figure", full)
    run = ivigsim("simulate", "untreated", "--patients", 5, "--days", 7)
    assert (run.code, run.err) == (1, "Error: cannot write ivigsim.png: No space left on device\n")
