"""What the API computes is what the commands print."""

import json
import shlex
import sys

import pytest

pytest.importorskip("fastapi", reason="the web extra is not installed: pip install 'ivigsim[web]'")
pytest.importorskip("httpx", reason="httpx is not installed: pip install 'ivigsim[dev]'")

from ivigsim.cli import main  # only once the extra is there
from ivigsim.web.models import ExplainAnswer, SimulateAnswer

SIMULATE = {
    "regimens": ["IVIG 1 g/kg daily x2", "untreated"],
    "population": "adult-chronic",
    "patients": 24,
    "seed": 7,
    "days": 10,
    "covariates": {"splenectomised": True, "weight_kg": 61.5, "fcgr3a": "VV"},
    "switches": {"fc_gamma_blockade": False},
}


def printed(command, monkeypatch, capsys):
    """Run a command line in this process and read the JSON it prints."""
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    return json.loads(capsys.readouterr().out)


def test_simulate_answers_with_what_the_command_it_names_prints(client, monkeypatch, capsys):
    response = client.post("/api/v1/simulate", json=SIMULATE)
    assert response.status_code == 200
    answer = response.json()
    assert SimulateAnswer.model_validate(answer)
    document = printed(answer["command"], monkeypatch, capsys)
    assert document["arms"][0]["outcomes"]
    assert {name: answer[name] for name in document} == document


def test_explain_answers_with_what_the_command_it_names_prints(client, monkeypatch, capsys):
    body = {
        "regimen": "IVIG 1 g/kg",
        "patients": 8,
        "days": 4,
        "mechanisms": ["fcrn_saturation", "coat_dilution"],
    }
    response = client.post("/api/v1/explain", json=body)
    assert response.status_code == 200
    answer = response.json()
    assert ExplainAnswer.model_validate(answer)
    document = printed(answer["command"], monkeypatch, capsys)
    assert {name: answer[name] for name in document} == document


def test_curves_hold_every_output_with_its_unit_in_order(client):
    answer = client.post("/api/v1/simulate", json=SIMULATE).json()
    for arm, curves in zip(answer["arms"], answer["curves"], strict=True):
        assert curves["time_d"] == arm["days"]["time_d"] == list(range(11))
        units = {name: curve["unit"] for name, curve in curves["outputs"].items()}
        assert units == {
            "platelets": "1e9/L",
            "igg": "g/L",
            "autoantibody": "nmol/L",
            "haemoglobin": "g/dL",
            "phagocytosis": "1/d",
        }
        for curve in curves["outputs"].values():
            percentiles = [curve[f"p{p}"] for p in ("05", "25", "50", "75", "95")]
            for at_a_time in zip(*percentiles, strict=True):
                assert list(at_a_time) == sorted(at_a_time)
        assert curves["outputs"]["platelets"]["p50"] == arm["days"]["platelets_1e9_per_l"]["p50"]


def test_shares_agree_with_the_outcomes_and_fall_with_the_count(client):
    answer = client.post("/api/v1/simulate", json=SIMULATE).json()
    treated = answer["curves"][0]["reached"]
    shares = {(share["count_1e9_per_l"], share["by_day"]): share for share in treated}
    assert sorted(shares) == [(count, day) for count in (30, 50, 100) for day in (1, 3, 7)]
    outcomes = {outcome["id"]: outcome for outcome in answer["arms"][0]["outcomes"]}
    for day in (1, 7):
        outcome = outcomes[f"responded_by_day_{day}"]
        found = shares[50, day]
        assert (found["share"], found["low"], found["high"]) == (
            outcome["value"],
            outcome["low"],
            outcome["high"],
        )
    for day in (1, 3, 7):
        assert shares[30, day]["share"] >= shares[50, day]["share"] >= shares[100, day]["share"]


def test_a_short_run_judges_no_later_day(client):
    answer = client.post(
        "/api/v1/simulate", json={"regimens": ["IVIG 1 g/kg"], "patients": 8, "days": 2}
    ).json()
    assert {share["by_day"] for share in answer["curves"][0]["reached"]} == {1}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("simulate", {"regimens": ["IVIG 1 g/kg", "anti-D 75 ug/kg"]}),
        ("explain", {"regimen": "anti-D 75 ug/kg"}),
    ],
)
def test_a_treatment_that_cannot_act_is_noted(client, path, body):
    body |= {"patients": 8, "days": 3, "covariates": {"rhd_positive": False}}
    response = client.post(f"/api/v1/{path}", json=body)
    assert response.json()["notes"] == ["anti-D cannot act: every patient is RhD-negative"]


def test_the_same_request_gets_the_same_answer(client):
    one, other = (client.post("/api/v1/simulate", json=SIMULATE) for _ in range(2))
    assert one.content == other.content


def test_lists_name_what_requests_take(client):
    populations = [each["name"] for each in client.get("/api/v1/populations").json()]
    assert "adult-chronic" in populations
    switches = {each["name"]: each["default"] for each in client.get("/api/v1/switches").json()}
    assert switches["fc_gamma_blockade"] is True
    covariates = {each["name"]: each for each in client.get("/api/v1/covariates").json()}
    assert (covariates["weight_kg"]["low"], covariates["weight_kg"]["high"]) == (2, 300)
    assert covariates["fcgr3a"]["levels"] == ["VV", "VF", "FF"]
    drugs = {each["name"]: each for each in client.get("/api/v1/treatments").json()}
    assert "g/kg" in drugs["IVIG"]["units"]
    assert drugs["splenectomy"]["procedure"]


def test_evidence_is_found_by_group_use_and_id(client):
    every = client.get("/api/v1/evidence").json()
    fitted = client.get("/api/v1/evidence", params={"use": "fit", "group": "onset"}).json()
    assert 0 < len(fitted) < len(every)
    assert {(row["use"], row["group"]) for row in fitted} == {("fit", "onset")}
    row = client.get("/api/v1/evidence/E019").json()
    assert (row["value"], row["unit"], row["n"]) == (80.7, "%", 57)
    assert row in every


def test_products_are_null_where_nothing_was_found(client):
    every = client.get("/api/v1/products").json()
    (privigen,) = client.get("/api/v1/products", params={"name": "privigen"}).json()
    assert privigen in every
    assert "ITP" in privigen["indications"]
    assert privigen["cells"]["vial_sizes_g"] == {"text": "5;10;20;40", "unverified": True}
    assert any(cell["text"] is None for product in every for cell in product["cells"].values())


def test_a_plan_is_what_the_command_it_names_prints(client, monkeypatch, capsys):
    body = {"product": "Privigen", "weight_kg": 100, "dose": "1 g/kg", "rounding": "up", "max_rate": 2}
    body |= {
        "dosing_weight": "adjusted",
        "height_cm": 175.5,
        "sex": "M",
        "step_minutes": 20,
        "start": "13:30",
    }
    plan = client.post("/api/v1/plan", json=body).json()
    document = printed(plan["command"], monkeypatch, capsys)
    assert plan == document | {"command": plan["command"]}
    assert plan["weight"]["dosing_kg"] == pytest.approx(82.55, abs=0.01)  # 70.92 + 0.4 x 29.08


def test_a_plan_adds_up(client):
    body = {"product": "Privigen", "weight_kg": 70, "dose": "1 g/kg daily x2"}
    plan = client.post("/api/v1/plan", json=body).json()
    assert plan["total_g"] == 140
    for infusion in plan["infusions"]:
        assert sum(vial["size_g"] * vial["number"] for vial in infusion["vials"]) == infusion["grams"] == 70
        assert sum(step["grams"] for step in infusion["steps"]) == pytest.approx(70)
        assert sum(step["minutes"] for step in infusion["steps"]) == pytest.approx(infusion["minutes"])
        assert max(step["rate_mg_per_kg_min"] for step in infusion["steps"]) <= plan["cap_mg_kg_min"]
    assert {"assumed", "label", "unknown"} <= {note["kind"] for note in plan["notes"]}


def test_the_document_holds_the_bounds(client):
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    fields = schemas["SimulateRequest"]["properties"]
    assert (fields["patients"]["minimum"], fields["patients"]["maximum"]) == (1, 10_000)
    assert (fields["days"]["minimum"], fields["days"]["maximum"]) == (1, 366)
    assert (fields["regimens"]["minItems"], fields["regimens"]["maxItems"]) == (1, 6)
    assert fields["covariates"]["properties"]["weight_kg"]["maximum"] == 300


def test_the_reference_page_needs_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    for words in ("<script", "src=", "@import", "url("):
        assert words not in page.text
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for path in paths:
        assert f"/api/v1{path}" in page.text
    assert "never for treatment decisions" in page.text
