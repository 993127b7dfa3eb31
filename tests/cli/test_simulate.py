"""The main job, as a newcomer and as a program run it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from ivigsim.report.document import Document

TWO_DAYS = "IVIG 1 g/kg daily x2"
SMALL = ("--patients", 40, "--days", 30)


def names():
    return sorted(path.name for path in Path.cwd().iterdir())


def test_the_main_job_prints_a_table_beside_the_published_result_and_draws(ivigsim):
    run = ivigsim("simulate", TWO_DAYS, *SMALL)
    assert (run.code, run.err) == (0, "")
    assert "80.7 (69.2–89.3)   E019" in run.out
    assert "Figure: ivigsim.png and ivigsim.svg" in run.out
    assert run.out.endswith("For research and teaching; never for treatment decisions.\n")
    assert "calibrated" in run.out
    assert "none failed" in run.out
    assert max(map(len, run.out.splitlines())) <= 80
    assert names() == ["ivigsim.png", "ivigsim.svg"]


def test_json_is_one_document_and_no_file_is_written(ivigsim):
    run = ivigsim("simulate", TWO_DAYS, "untreated", *SMALL, "--json", "--seed", 7)
    assert (run.code, run.err) == (0, "")
    document = Document.model_validate_json(run.out)
    assert (document.seed, document.patients, document.days) == (7, 40, 30)
    assert document.regimens == [TWO_DAYS, "untreated"]
    assert names() == []


def test_json_of_a_fresh_process_is_the_same_and_alone_on_standard_output(ivigsim, tmp_path):
    command = [sys.executable, "-m", "ivigsim.cli", "simulate", TWO_DAYS, *map(str, SMALL), "--json"]
    fresh = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert fresh.stderr == ""
    assert json.loads(fresh.stdout) == json.loads(ivigsim("simulate", TWO_DAYS, *SMALL, "--json").out)


def test_out_keeps_everything_with_the_command(ivigsim):
    run = ivigsim("simulate", TWO_DAYS, *SMALL, "--out", "a/b", "--covariate", "weight_kg=20")
    assert run.code == 0
    manifest = json.loads(Path("a/b/manifest.json").read_text())
    assert (
        manifest["command"]
        == f"ivigsim simulate '{TWO_DAYS}' --patients 40 --days 30 --out a/b --covariate weight_kg=20"
    )
    assert set(pl.read_parquet("a/b/patients.parquet")["weight_kg"]) == {20.0}
    assert set(manifest["files"]) == {path.name for path in Path("a/b").iterdir()} - {"manifest.json"}
    assert names() == ["a"]


def test_out_with_json_gives_both(ivigsim):
    run = ivigsim("simulate", TWO_DAYS, *SMALL, "--json", "--out", "kept", "--no-figure")
    Document.model_validate_json(run.out)
    assert names() == ["kept"]
    assert not list(Path("kept").glob("figure*"))


def test_an_event_table_is_an_arm_beside_phrases(ivigsim):
    Path("doses.csv").write_text("TIME,AMT,DUR,II,ADDL\n0,1000,0.2,1,1\n")
    run = ivigsim("simulate", "IVIG 1 g/kg over 0.2 d daily x2", "--events", "doses.csv", *SMALL, "--json")
    phrase, table = Document.model_validate_json(run.out).arms
    assert table.regimen == "event table doses.csv"
    assert table.days == phrase.days
    assert [row.id for row in table.published] == [row.id for row in phrase.published]


def test_switches_and_covariates_reach_the_simulation(ivigsim):
    plain, changed = (
        Document.model_validate_json(ivigsim("simulate", TWO_DAYS, *SMALL, "--json", *more).out)
        for more in ((), ("--switch-off", "fc_gamma_blockade", "--covariate", "splenectomised=yes"))
    )
    assert changed.switches == {"fc_gamma_blockade": False}
    assert changed.covariates == {"splenectomised": True}
    assert changed.arms[0].days.share_at_least_50[1] < plain.arms[0].days.share_at_least_50[1]
    assert any("Not like with like" in text for text in changed.warnings)


def test_no_figure_draws_nothing(ivigsim):
    run = ivigsim("simulate", TWO_DAYS, *SMALL, "--no-figure")
    assert run.code == 0
    assert "Figure" not in run.out
    assert names() == []


def test_an_extreme_dose_needs_its_option(ivigsim):
    assert ivigsim("simulate", "IVIG 6 g/kg", *SMALL, "--json").code == 2
    assert ivigsim("simulate", "IVIG 6 g/kg", *SMALL, "--json", "--allow-extreme").code == 0


def test_overwrite_replaces_results_and_nothing_else(ivigsim):
    arguments = ("simulate", TWO_DAYS, "--patients", 5, "--days", 7, "--no-figure", "--out", "kept")
    assert ivigsim(*arguments).code == 0
    refused = ivigsim(*arguments)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert ivigsim(*arguments, "--overwrite", "--seed", 2).code == 0
    assert json.loads(Path("kept/manifest.json").read_text())["seed"] == 2


def test_without_matplotlib_the_table_still_comes_and_says_how_to_get_figures(tmp_path):
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        f"sys.argv = ['ivigsim', 'simulate', {TWO_DAYS!r}, '--patients', '5', '--out', 'kept']\n"
        "from ivigsim.cli import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert run.returncode == 0
    assert run.stderr == "No figure: matplotlib is not installed; pip install 'ivigsim[report]' adds it.\n"
    assert "All patients" in run.stdout
    assert not list((tmp_path / "kept").glob("figure*"))


@pytest.mark.skipif(os.name != "posix", reason="signals differ")
def cpu_seconds(pid):
    """Processor time of a process so far."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def test_ctrl_c_says_one_line_and_leaves_nothing(tmp_path):
    command = [
        sys.executable,
        "-m",
        "ivigsim.cli",
        "simulate",
        TWO_DAYS,
        "--patients",
        "1000000",
        "--out",
        "kept",
    ]
    run = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        # a background job of a shell ignores Ctrl-C, and so would its children
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while cpu_seconds(run.pid) < 3:  # in the middle of the simulation, however busy the machine is
        assert run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    try:
        out, err = run.communicate(timeout=60)
    finally:
        run.kill()
    assert (run.returncode, out, err) == (130, "", "Interrupted.\n")
    assert list(tmp_path.iterdir()) == []
