"""Guidance is the facts, word by word, and what is not known says so."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ivigsim.cli.entry import app
from ivigsim.errors import InputError
from ivigsim.guidance import cite, load_statements, select
from ivigsim.guidance.statements import side_by_side, topics

SHARED = Path(__file__).parents[3] / "shared" / "facts" / "guidance.tsv"
COPY = Path(__file__).parents[2] / "src" / "ivigsim" / "guidance" / "guidance.tsv"


def run(*words):
    return CliRunner().invoke(app, ["guidance", *words])


@pytest.mark.skipif(not SHARED.exists(), reason="the facts are not beside the project")
def test_the_table_is_that_of_the_facts():
    assert COPY.read_bytes() == SHARED.read_bytes()


def test_every_row_is_read_and_has_topic_body_statement_and_source():
    assert len(load_statements()) == len(COPY.read_text(encoding="utf-8").splitlines()) - 1
    for each in load_statements().values():
        assert each.topic
        assert each.body
        assert each.statement
        assert each.source


def test_filters():
    emergency = select(topic="emergency")
    assert {each.topic for each in emergency} == {"emergency"}
    years = [each.latest_year for each in emergency]
    assert years == sorted(years, reverse=True)
    assert {each.body for each in select(body="ash")} == {"ASH"}
    assert all("child" in each.population for each in select(population="child"))
    assert all(each.latest_year >= 2019 for each in select(since=2019))
    assert [each.id for each in select(words=["INTRACRANIAL"])] == ["icr19_plt"]
    assert len(select()) == len(load_statements())


@given(
    topic=st.sampled_from([None, *topics()]),
    since=st.sampled_from([None, 2009, 2019, 2022]),
    population=st.sampled_from([None, "adult", "child"]),
    words=st.lists(st.sampled_from(["IVIG", "steroid", "g/kg", "30"]), max_size=2),
)
def test_one_more_filter_never_adds_a_statement(topic, since, population, words):
    found = set(select(topic, None, population, since, words))
    assert found <= set(select(topic, None, population, since))
    assert found <= set(select(None, None, population, None, words))
    assert found <= set(select(topic, None, None, since, words))


def test_statements_that_differ_stand_side_by_side():
    found = side_by_side(select(topic="when to treat"))
    assert found == {
        "1e9/L": {"20": ("anz_target",), "30": ("ash19_q30", "ash19_r30a", "ash19_r30b", "ash11_treat")}
    }
    assert side_by_side(select(topic="pregnancy")) == {}


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


def test_citations():
    assert len(cite([name for name in load_statements() if name != "aabb"])) == len(load_statements()) - 1
    (text,) = cite(["ash19_child"])
    assert text.endswith("[ash19_child, unverified]")
    (text,) = cite(["seed_resp"])
    assert text.startswith("seed text year unknown: ")
    with pytest.raises(InputError, match="nearest: 'icr19_emerg'"):
        cite(["icr19_emergency"])
    with pytest.raises(InputError, match="is a gap"):
        cite(["ash11_treat", "aabb"])


def test_list():
    text = run("--topic", "when to treat").stdout
    assert text.index("anz_target") < text.index("ash19_q30") < text.index("ash11_treat")
    assert "side by side: 20 (anz_target); 30 (ash19_q30" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert "[unverified]" in run("--topic", "first line").stdout
    assert "No statement fits" in run("--topic", "pregnancy", "--since", "2020").stdout
    assert "seed_resp" in run("--since", "2020").stdout  # left out, and said so


def test_one_in_full_says_what_is_unknown():
    shown = run("icr19_emerg").stdout
    assert "grade      unknown" in shown
    assert "https://www.thebloodproject.com" in shown
    assert "checked    unverified" in run("ash19_child").stdout
    assert "nothing to check" in run("aabb").stdout


def test_topics_and_json():
    assert "emergency (6)" in run("--topics").stdout
    assert json.loads(run("--topics", "--json").stdout)["topics"]["emergency"] == 6
    rows = json.loads(run("--json").stdout)["statements"]
    assert len(rows) == len(load_statements())
    by_id = {row["id"]: row for row in rows}
    assert by_id["icr19_emerg"]["grade"] is None
    assert [by_id[name]["verified"] for name in ("ash11_treat", "t_ggl", "ash19_child")] == [
        "yes",
        "partly",
        "no",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nothing"], "unknown guidance row 'nothing'"),
        (["ash19_r30"], "nearest: 'ash19_r30"),
        (["ash11_treat", "--topic", "emergency"], "do not go together"),
        (["--topics", "--since", "2019"], "do not go together"),
        (["ash11_treat", "--topics"], "do not go together"),
    ],
)
def test_wrong_commands_are_refused(words, says):
    refused = run(*words)
    assert isinstance(refused.exception, InputError)
    assert says in str(refused.exception)
