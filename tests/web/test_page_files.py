"""The files of the page, and how the server tells one visitor what it computes."""

import asyncio
import io

import polars as pl
import pytest
from starlette.requests import Request

from ivigsim.report.frames import outcomes_frame
from ivigsim.trials.loading import read_scenario
from ivigsim.web.jobs import Task
from ivigsim.web.limits import Limits
from ivigsim.web.page.downloads import FILES, answer, scenario_text
from ivigsim.web.page.server import Explorer
from ivigsim.web.page.state import State

SMALL = State(patients=20, days=14)
TASK = Task(1)


def made(name, state=SMALL):
    return FILES[name][1](state, TASK)


def test_csv_and_parquet_hold_the_same_courses():
    text = pl.read_csv(io.BytesIO(made("courses.csv")))
    table = pl.read_parquet(io.BytesIO(made("courses.parquet")))
    assert text.shape == table.shape == (2 * 5 * 15, 10)
    assert text["p50"].to_list() == pytest.approx(table["p50"].to_list())


def test_outcomes_are_those_of_the_report():
    from ivigsim.report.comparison import compare
    from ivigsim.web.page.results import request_of

    table = pl.read_csv(io.BytesIO(made("outcomes.csv")), infer_schema_length=None)
    expected = outcomes_frame(compare(request_of(SMALL, "A")))
    ours = table.filter(pl.col("arm") == "A")
    assert ours["id"].to_list() == expected["id"].to_list()
    assert ours["n"].to_list() == expected["n"].to_list()


def test_every_patient_is_in_the_table_of_patients():
    table = pl.read_parquet(io.BytesIO(made("patients.parquet")))
    assert table.group_by("arm").len().sort("arm").rows() == [("A", 20), ("B", 20)]
    a, b = (table.filter(pl.col("arm") == letter) for letter in "AB")
    assert a["weight_kg"].to_list() == b["weight_kg"].to_list()  # the same patients


def test_sbml_has_the_doses_as_events():
    assert made("patient-a.xml").count(b"<event ") == 2 * 2  # start and end of each infusion


@pytest.mark.parametrize(
    "state",
    [
        SMALL,
        State(
            b="", covariates={"weight_kg": 20.0, "splenectomised": True}, switches={"anti_idiotype": False}
        ),
        State(a="IVIG 1 g/kg + dexamethasone 40 mg daily x4", b="untreated", days=3),
    ],
)
def test_the_scenario_is_a_trial_of_the_same(state):
    scenario = read_scenario(scenario_text(state))
    assert (scenario.size, scenario.seed, scenario.days) == (state.patients, state.seed, state.days)
    assert [" + ".join(arm.treatments) for arm in scenario.arms] == list(state.phrases.values())
    assert scenario.populations[0].covariates == state.covariates
    assert scenario.switches == state.switches


def ask(name, state=SMALL):
    request = Request({"type": "http", "query_string": f"name={name}".encode(), "headers": []})
    return asyncio.run(answer(request, "test", Limits(), state))


def test_a_file_comes_with_its_name():
    found = ask("scenario.yaml")
    assert found.status_code == 200
    assert found.headers["content-disposition"] == 'attachment; filename="ivigsim-scenario.yaml"'


@pytest.mark.parametrize(
    ("name", "state"), [("../secret", SMALL), ("patient-b.xml", State(b="", patients=20))]
)
def test_a_file_that_is_none_is_refused_in_words(name, state):
    found = ask(name, state)
    assert found.status_code == 422
    assert b"accepted" in found.body


class Visitor:
    """Stands in for a session: keeps what it is sent."""

    id = "test"

    def __init__(self):
        self.sent = []

    async def send_custom_message(self, name, message):
        self.sent.append((name, message))

    def last(self, name):
        return [message for sent, message in self.sent if sent == name][-1]


def visit(*steps, limits=None):
    """Take the steps, each until its answer is there."""
    visitor = Visitor()

    async def go():
        explorer = Explorer(visitor, limits or Limits())
        for step in steps:
            await step(explorer)
            for _ in range(400):
                name, message = visitor.sent[-1]
                if name in ("panel", "failed", "detail", "phrase") or message.get("problems"):
                    break
                await asyncio.sleep(0.02)
        explorer.leave()

    asyncio.run(go())
    return visitor


def test_a_choice_is_computed_and_sent():
    visitor = visit(lambda e: e.choose("patients=20&days=10"))
    assert [name for name, _ in visitor.sent][:2] == ["choices", "busy"]
    assert visitor.last("panel")["view"] == "courses"


def test_a_bad_phrase_is_said_and_nothing_is_computed():
    visitor = visit(lambda e: e.choose("a=IVIG+1+lb"), lambda e: e.choose("patients=20&days=3"))
    assert "'lb'" in visitor.sent[0][1]["problems"]["a"]
    assert visitor.sent[1][0] == "choices"  # of the second step: nothing came of the first


def test_a_dose_beyond_the_guard_is_said_beside_its_regimen():
    visitor = visit(lambda e: e.choose("b=IVIG+20+g%2Fkg&patients=20"))
    assert set(visitor.last("failed")["problems"]) == {"b"}


def test_a_slider_rewrites_the_phrase():
    asked = {"letter": "B", "phrase": "IVIG 1 g/kg", "grams": 0.5, "infusions": 3}
    visitor = visit(lambda e: e.rewrite(asked))
    assert visitor.last("phrase") == {"letter": "B", "text": "IVIG 0.5 g/kg daily x3"}


def test_cancel_keeps_the_last_results():
    async def cancelled(explorer):
        await explorer.choose("patients=5000")
        await explorer.cancel()

    visitor = visit(cancelled)
    assert "Cancelled" in visitor.last("failed")["sentence"]
    assert all(name != "panel" for name, _ in visitor.sent)


def test_a_later_choice_replaces_an_earlier_one():
    async def both(explorer):
        await explorer.choose("patients=4000&days=90")
        await explorer.choose("patients=20&days=4")

    visitor = visit(both)
    panels = [message for name, message in visitor.sent if name == "panel"]
    assert len(panels) == 1
    assert "4 days" in panels[0]["status"]
