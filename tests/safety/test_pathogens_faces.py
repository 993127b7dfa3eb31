"""`ivigsim pathogens`: text, JSON, figure and the worked page."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivigsim.cli.entry import app
from ivigsim.errors import InputError
from ivigsim.report.pathogen_wording import one_in
from ivigsim.safety.pathogens import AGENTS, Donors, assess
from ivigsim.safety.pathogens.facts import load_facts

PAGE = Path(__file__).parents[2] / "docs" / "pathogens.md"


def run(*words):
    return CliRunner().invoke(app, ["pathogens", *words])


def test_processes():
    text = run().stdout
    assert "Gammagard S/D" in text
    assert "(?)" in text
    assert max(map(len, text.splitlines())) <= 80
    content = json.loads(run("--json").stdout)
    assert [each["agent"] for each in content["processes"][0]["reductions"]] == list(AGENTS)


def test_risks_as_text():
    text = run("--product", "Gammagard S/D").stdout
    flat = " ".join(text.split())
    for words in ("per course, at most", "[assumed]", "[sourced", "taken from another product", "never for"):
        assert words in flat
    assert "No risk: the incidence of HAV" in flat
    assert max(map(len, text.splitlines())) <= 80


def test_risks_as_json():
    content = json.loads(run("--product", "Gammagard S/D", "--pool", "10000", "--json").stdout)
    assert [each["reduction"]["agent"] for each in content["agents"]] == list(AGENTS)
    assert content["doses_g"] == [70.0, 70.0]
    rows = {part["row"] for each in content["agents"] for part in each["reduction"]["mechanisms"]}
    assert rows
    assert rows <= set(load_facts())
    for each in content["agents"]:
        assert (each["risk"] is None) == bool(each["why_not"])
    hcv = content["agents"][1]["risk"]
    assert hcv["is_upper_bound"]
    assert (
        hcv["per_course"]["mean"] == assess("Gammagard S/D", donors=Donors(pool=1e4))[1].risk.per_course.mean
    )


def test_rows():
    assert "128 rows" in run("--rows").stdout
    prion = run("--rows", "--agent", "prion").stdout
    assert "foster_eth_prion" in prion
    assert "hb_sd_HCV" not in prion
    shown = run("ema_in_T_max").stdout
    assert re.search(r"value +unknown", shown)
    assert "unverified" in shown
    (row,) = json.loads(run("hb_sd_HCV", "--json").stdout)["rows"]
    assert (row["operator"], row["log10"], row["mechanism"]) == (">", 6.0, "solvent/detergent")


def test_figure(tmp_path):
    done = run("--product", "Gammagard S/D", "--figure", str(tmp_path / "risk"))
    assert done.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"risk.png", "risk.svg"}
    assert "Figure:" in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--product", "Privigen"], "'Privigen'"),
        (["--product", "Gammagard S/D", "--titre", "2"], "--titre is '2'"),
        (["--product", "Gammagard S/D", "hb_sd_HCV"], "do not go together"),
        (["--rows", "--product", "Gammagard S/D"], "do not go together"),
        (["--agent", "HCV"], "--agent is given without a product"),
        (["nothing"], "unknown row 'nothing'"),
        (["--product", "SNBTS immunoglobulin", "--agent", "prion", "--figure", "x"], "no figure"),
    ],
)
def test_wrong_commands_are_refused(words, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused = run(*words)
    assert isinstance(refused.exception, InputError)
    assert says in str(refused.exception)
    assert not list(tmp_path.iterdir())


def test_the_worked_page_holds_what_its_commands_give():
    """Each row of the table of 1993-94: median, 5% to 95% and mean as the command beside them says."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `ivigsim")]
    assert len(lines) == 4
    for line in lines:
        command, *shown = (cell.strip() for cell in line.strip("|").split("|"))
        words = shlex.split(command.strip("`"))[2:]
        course = json.loads(run(*words, "--json").stdout)["agents"][0]["risk"]
        spread, bound = course["per_course"], "at most " if course["is_upper_bound"] else ""
        assert shown == [
            f"{bound}{spread['median']:.2g}",
            f"{spread['low']:.2g} to {spread['high']:.2g}",
            f"{bound}{one_in(spread['mean'])}",
        ], words
