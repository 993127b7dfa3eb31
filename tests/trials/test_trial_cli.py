"""`ivigsim trial` and `ivigsim report` from end to end."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivigsim.cli.entry import app
from ivigsim.errors import InputError
from ivigsim.trials.loading import examples

SMALL = ["--size", "24", "--replicates", "2"]


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*command):
    result = CliRunner().invoke(app, [str(part) for part in command])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_a_new_scenario_runs_is_read_again_and_reported():
    run("trial", "--new")
    schema = json.loads(Path("scenario.schema.json").read_text())
    assert schema["title"] == "ivigsim scenario"
    assert (
        Path("scenario.yaml").read_text().startswith("# yaml-language-server: $schema=scenario.schema.json")
    )
    first = json.loads(run("trial", "scenario.yaml", *SMALL, "--json"))
    files = {path.name: path.stat().st_mtime_ns for path in Path("runs/scenario/patients").iterdir()}
    again = json.loads(run("trial", "scenario.yaml", *SMALL, "--json"))
    assert again == first
    assert {path.name: path.stat().st_mtime_ns for path in Path("runs/scenario/patients").iterdir()} == files
    assert [arm["simulated"] for arm in first["arms"]] == [48, 48]
    assert "never for treatment decisions" in first["disclaimer"]
    assert "Report: runs/scenario/report.html" in run("report", "runs/scenario")
    page = Path("runs/scenario/report.html").read_text()
    for heading in (
        "Design",
        "Patients",
        "Flow",
        "Responses",
        "Times",
        "Counts",
        "IVIG used",
        "Power",
        "Safety",
    ):
        assert f">{heading}</h" in page
    assert not re.findall(r"(?:src|href)=[\"']?https?:|@import|url\((?!#)", page)


@pytest.mark.parametrize("name", examples())
def test_every_example_runs(name):
    run("trial", f"{name}.yaml", "--new", "--example", name)
    text = run("trial", f"{name}.yaml", "--size", "30", "--replicates", "1")
    assert "Stored in runs/" in text
    assert "PARALLEL" in text or "PAIRED" in text
    assert max(map(len, text.splitlines())) <= 80


class Shown(HTMLParser):
    """The text of a page, scripts and styles left out."""

    def __init__(self):
        super().__init__()
        self.text, self.tags = [], set()

    def handle_starttag(self, tag, _attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text.append(data)


def test_names_cannot_change_the_page():
    run("trial", "--new")
    path = Path("scenario.yaml")
    path.write_text(path.read_text().replace("name: 1 g/kg x2", "name: <script>x</script>"))
    run("trial", "scenario.yaml", *SMALL, "--json")
    run("report", "runs/scenario", "--out", "page.html")
    page = Shown()
    page.feed(Path("page.html").read_text())
    assert "script" not in page.tags
    assert any("<script>x</script>" in text for text in page.text)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["trial"], "no scenario is given"),
        (["trial", "none.yaml"], "cannot be read"),
        (["trial", "scenario.yaml", "--size", "0"], "size is 0"),
        (["trial", "scenario.yaml", "--workers", "0"], "workers is 0"),
        (["trial", "scenario.yaml", "--seed", "-1"], "seed is -1"),
        (["trial", "--new"], "'scenario.yaml' exists"),
        (["trial", "other.yaml", "--new", "--example", "dose-findin"], "nearest: 'dose-finding'"),
        (["report", "nowhere"], "nowhere"),
        (["report", "."], "accepted"),
    ],
)
def test_wrong_use_is_refused_in_a_sentence(inside, command, says):
    run("trial", "--new")
    before = sorted(inside.rglob("*"))
    with pytest.raises(InputError) as refused:
        run(*command)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert sorted(inside.rglob("*")) == before


def test_doses_that_cannot_be_given_leave_nothing_behind():
    run("trial", "--new", "--example", "children-prednisolone")
    path = Path("scenario.yaml")
    path.write_text(
        path.read_text().replace(
            "treatments: [IVIG 1 g/kg]", "treatments: [IVIG 1 g/kg]\n    dosing_weight: ideal"
        )
    )
    with pytest.raises(InputError, match="adults"):
        run("trial", "scenario.yaml", "--size", "20")
    assert not Path("runs").exists()


def test_a_fixed_baseline_can_be_paired():
    run("trial", "--new", "--example", "emergency")
    path = Path("scenario.yaml")
    path.write_text(path.read_text().replace("baseline_at_most: 10}", "covariates: {baseline_platelets: 8}}"))
    assert "PAIRED" in run("trial", "scenario.yaml", "--size", "40")


def test_another_scenario_does_not_go_into_the_same_folder():
    run("trial", "--new")
    run("trial", "scenario.yaml", *SMALL, "--json")
    with pytest.raises(InputError, match="holds another trial: size is 24 there and 25 here"):
        run("trial", "scenario.yaml", "--size", "25", "--replicates", "2")


def test_processes_give_the_bytes_of_one_process():
    run("trial", "--new")
    command = [sys.executable, "-m", "ivigsim.cli", "trial", "scenario.yaml", "--size", "9000", "--json"]
    for out, workers in (("one", "1"), ("two", "2")):
        subprocess.run([*command, "--out", out, "--workers", workers], check=True, capture_output=True)
    names = sorted(path.name for path in Path("one/patients").iterdir())
    assert len(names) == 4
    for name in names:
        assert Path("one/patients", name).read_bytes() == Path("two/patients", name).read_bytes()
    assert Path("one/manifest.json").read_bytes() == Path("two/manifest.json").read_bytes()


def test_stored_courses_are_judged_by_other_endpoints_without_simulating():
    run("trial", "--new")
    path = Path("scenario.yaml")
    text = path.read_text() + "keep_courses: true\n"
    path.write_text(text)
    first = json.loads(run("trial", "scenario.yaml", *SMALL, "--out", "kept", "--json"))
    same = json.loads(run("trial", "scenario.yaml", *SMALL, "--judge", "kept", "--json"))
    assert same["responses"] == first["responses"]
    assert same["times"] == first["times"]
    path.write_text(text.replace("count: 50, by_day: 7", "count: 30, by_day: 7"))
    lower = json.loads(run("trial", "scenario.yaml", *SMALL, "--judge", "kept", "--json"))
    shares = [found["responses"][0]["shares"][0]["responders"] for found in (first, lower)]
    assert shares[1] > shares[0]
    path.write_text(text.replace("seed: 1", "seed: 2"))
    with pytest.raises(InputError, match="seed is not that of the run"):
        run("trial", "scenario.yaml", *SMALL, "--judge", "kept")
    assert not Path("runs").exists()
