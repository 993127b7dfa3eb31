"""`ivigsim runs`, and the SQL of its documentation, on stored runs."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from ivigsim import InputError
from ivigsim.cli.entry import app
from ivigsim.outcomes import wilson
from ivigsim.trials.store import RunStore
from ivigsim.trials.store_fill import fill

PAGE = Path(__file__).parents[2] / "docs" / "runs.md"


def run(*words):
    return CliRunner().invoke(app, ["runs", *map(str, words)], env={"COLUMNS": "200"})


def said(*words):
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def stored(tmp_path, store_work, monkeypatch):
    """Three runs in runs/: two complete, of other sizes, and one stopped."""
    monkeypatch.chdir(tmp_path)
    for name, size, done in (("few", 60, 12), ("fewer", 40, 8), ("stopped", 60, 3)):
        jobs = store_work.jobs_of(arms=2, replicates=2, size=size, per_job=25)
        text = store_work.SCENARIO.replace("60", str(size))
        store = RunStore.create(Path("runs") / name, text, jobs, title=f"A trial of {size}")
        if done == len(jobs):
            fill(store, jobs, store_work.count)
        else:
            with store.writing() as writer:
                from ivigsim.trials.executor_work import do

                for job in jobs[:done]:
                    writer.write(job, do(store_work.count, job).tables)
    return tmp_path / "runs"


def test_the_list(stored):
    text = said()
    assert re.search(r"runs/few +A trial of 60 +complete +12 +240", text)
    assert re.search(r"runs/stopped +A trial of 60 +stopped +3 of 12 +240", text)
    assert "3 runs." in text
    listed = json.loads(said("--json"))["runs"]
    assert {each["folder"]: each["state"] for each in listed} == {
        "runs/few": "complete",
        "runs/fewer": "complete",
        "runs/stopped": "stopped",
    }
    assert listed == json.loads(said("runs", "--json"))["runs"]
    with RunStore.open(stored / "stopped").writing():
        assert "running" in said()


def test_no_runs_is_no_error_but_no_folder_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said().startswith("No runs in 'runs'; `ivigsim trial SCENARIO.yaml` makes one.")
    assert json.loads(said("--json")) == {"runs": []}
    assert isinstance(run("elsewhere").exception, InputError)


def test_one_run_shows_what_came_out(stored):
    text = said("show", "runs/few")
    people = pl.read_parquet(stored / "few" / "patients" / "arm-0*.parquet").filter(~pl.col("failed"))
    assert people.height == 118  # 2 failed
    share, (low, high) = people["responded"].mean(), wilson(people["responded"].sum(), 118)
    assert f"{100 * share:.1f}% ({100 * low:.1f}–{100 * high:.1f})" in text
    days = people["time_to_50_d"].drop_nulls()
    assert f"{days.median():.3g}, n = {len(days)}" in text
    assert "never for treatment decisions" in text
    assert "12 of 12" in text
    document = json.loads(said("show", "runs/few", "--json"))
    assert document["run"]["sha256"] == RunStore.open(stored / "few").manifest.sha256
    assert len(document["endpoints"]) == 4
    assert "It is not complete" in said("show", "runs/stopped")


def test_two_runs_beside_each_other(stored):
    text = said("compare", "runs/few", "runs/fewer")
    assert "Stored results: not the same." in text
    assert re.search(r"size +60 +40", text)
    assert "Versions: the same." in text
    places = [stored / name / "patients" / "arm-1*.parquet" for name in ("few", "fewer")]
    first, second = (pl.read_parquet(place).filter(~pl.col("failed"))["responded"].mean() for place in places)
    change = 100 * (second - first)
    assert f"{change:+.1f} points".replace("-", "−") in text
    assert "Stored results: the same in every byte." in said("compare", "runs/few", "runs/few")
    assert "unknown, for a run is not complete" in said("compare", "runs/few", "runs/stopped")
    found = json.loads(said("compare", "runs/few", "runs/fewer", "--json"))["comparison"]
    assert found["same_bytes"] is False
    assert found["scenario"] == [{"key": "size", "there": "60", "here": "40"}]


def test_every_stored_byte_is_checked(stored):
    assert "12 of 12 chunks are stored, each as it was written; SHA-256" in said("verify", "runs/few")
    assert "3 of 12 chunks are stored, each as it was written; the run is not" in said(
        "verify", "runs/stopped"
    )
    path = stored / "few" / "patients" / "arm-1_rep-0001_000000025.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    (stored / "few" / "patients" / "more.parquet").touch()
    (stored / "few" / "scenario.yaml").write_text("size: 1")
    result = run("verify", "runs/few")
    assert result.exit_code == 1
    assert "arm-1_rep-0001_000000025.parquet' is not as it was written" in result.stdout
    assert "'patients/more.parquet' does not belong to the run" in result.stdout
    assert "'scenario.yaml' is not as it was written" in result.stdout
    assert len(json.loads(run("verify", "runs/few", "--json").stdout)["faults"]) == 3


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["show"], "'show' is no request; accepted: show RUN"),
        (["compare", "runs/few"], "'compare runs/few' is no request; accepted: compare RUN RUN"),
        (["runs", "extra"], "'runs extra' is no request; accepted: DIR, show RUN"),
        (["show", "runs"], "'runs' is no stored run"),
    ],
)
def test_wrong_requests_are_refused(stored, words, text):
    assert stored
    result = run(*words)
    assert isinstance(result.exception, InputError)
    assert text in str(result.exception)


def test_the_documented_sql_runs(stored, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    assert stored
    (tmp_path / "runs" / "x").symlink_to(tmp_path / "runs" / "few")
    queries = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(queries) >= 3
    with duckdb.connect() as database:
        found = [database.sql(query).fetchall() for query in queries]
    people = RunStore.open(Path("runs/few")).patients().collect()
    expected = (
        people.filter(~pl.col("failed")).group_by("arm", maintain_order=True).agg(pl.col("responded").mean())
    )
    assert [row[:1] for row in found[0]] == [("A",), ("B",)]
    assert [row[-1] for row in found[0]] == pytest.approx(expected["responded"].to_list())
    assert all(found)
