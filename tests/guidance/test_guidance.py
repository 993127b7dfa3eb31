"""Guidance is the facts, word by word, and what is not known says so."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ivigsim.cli.entry import app
from ivigsim.errors import InputError
from ivigsim.guidance import cite, load_statements, select

SHARED = Path(__file__).parents[3] / "shared" / "facts" / "guidance.tsv"
COPY = Path(__file__).parents[2] / "src" / "ivigsim" / "guidance" / "guidance.tsv"


@pytest.mark.skipif(not SHARED.exists(), reason="the facts are not beside the project")
def test_the_table_is_that_of_the_facts():
    assert COPY.read_bytes() == SHARED.read_bytes()


def test_every_statement_has_a_source_topic_and_year():
    for each in load_statements().values():
        assert each.source, each.id
        assert each.topic
        assert each.statement


def test_filters():
    emergency = select(topic="emergency")
    assert {each.topic for each in emergency} == {"emergency"}
    years = [each.latest_year for each in emergency]
    assert years == sorted(years, reverse=True)
    assert {each.body for each in select(body="ash")} == {"ASH"}
    assert all("child" in each.population for each in select(population="child"))
    assert all(each.latest_year >= 2019 for each in select(since=2019))
    assert len(select()) == len(load_statements())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"topic": "emergencies"}, "nearest: 'emergency'"),
        ({"body": "WHO"}, "unknown body 'WHO'"),
        ({"population": "horse"}, "unknown population"),
        ({"since": 19}, "accepted: a year"),
    ],
)
def test_wrong_filters_are_refused(wrong, says):
    with pytest.raises(InputError, match="accepted") as refused:
        select(**wrong)
    assert says in str(refused.value)


def test_citations_and_unknown_rows():
    (text,) = cite(["ash19_child"])
    assert "unverified" in text
    with pytest.raises(InputError, match="nearest: 'icr19_emerg'"):
        cite(["icr19_emergency"])


def test_command():
    run = CliRunner().invoke
    assert "icr19_emerg" in run(app, ["guidance", "--topic", "emergency"]).stdout
    shown = run(app, ["guidance", "ash19_child"]).stdout
    assert "unverified" in shown
    content = json.loads(run(app, ["guidance", "--topic", "emergency", "--json"]).stdout)
    assert all(row["source"] for row in content["statements"])
    assert "emergency (6)" in run(app, ["guidance", "--topics"]).stdout
    refused = run(app, ["guidance", "nothing"])
    assert isinstance(refused.exception, InputError)
