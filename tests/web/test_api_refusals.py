"""Wrong input: 4xx, one sentence, a request id, no traceback; and nothing is read from the disk."""

import asyncio
import json
import threading

import pytest

pytest.importorskip("fastapi", reason="the web extra is not installed: pip install 'ivigsim[web]'")
pytest.importorskip("httpx", reason="httpx is not installed: pip install 'ivigsim[dev]'")

from ivigsim.web import jobs, work  # only once the extra is there
from ivigsim.web.limits import Limits

DOSE = {"regimens": ["IVIG 1 g/kg"], "patients": 8, "days": 3}

CASES = {
    "drug": ({"regimens": ["IVGI 1 g/kg"]}, ["IVGI", "nearest: 'IVIG'"]),
    "unit": ({"regimens": ["IVIG 1 gkg"]}, ["'gkg'", "nearest: 'g/kg'"]),
    "absurd dose": ({"regimens": ["IVIG 10 g/kg"]}, ["10 g/kg", "allow_extreme"]),
    "no regimen": ({"regimens": []}, ["a list of 1 to 6"]),
    "too many": ({"regimens": ["untreated"] * 7}, ["a list of 1 to 6"]),
    "number": ({"regimens": [3]}, ["text in quotes"]),
    "misspelt": ({"regimen": ["IVIG 1 g/kg"]}, ["'regimen'", "nearest: 'regimens'"]),
    "population": ({**DOSE, "population": "adult-cronic"}, ["nearest: 'adult-chronic'"]),
    "no patients": ({**DOSE, "patients": 0}, ["a whole number from 1 to 10000 (nearest: 1)"]),
    "too many patients": ({**DOSE, "patients": 10**9}, ["(nearest: 10000)"]),
    "half a patient": ({**DOSE, "patients": 1.5}, ["a whole number"]),
    "text patients": ({**DOSE, "patients": "8"}, ["'8'", "a whole number"]),
    "days": ({**DOSE, "days": 367}, ["(nearest: 366)"]),
    "seed": ({**DOSE, "seed": -1}, ["(nearest: 0)"]),
    "covariate": ({**DOSE, "covariates": {"weigth_kg": 20}}, ["nearest: 'weight_kg'"]),
    "covariate range": ({**DOSE, "covariates": {"weight_kg": 2000}}, ["2 to 300", "nearest: 300"]),
    "covariate list": ({**DOSE, "covariates": {"weight_kg": [20]}}, ["covariate weight_kg is [20]"]),
    "switch": ({**DOSE, "switches": {"fcrn": False}}, ["'fcrn'", "fcrn_saturation"]),
    "switch value": ({**DOSE, "switches": {"fcrn_saturation": 1}}, ["fcrn_saturation is 1", "true or false"]),
    "list": ([], ["the body is no JSON object"]),
    "work": ({**DOSE, "patients": 10_000, "days": 366, "regimens": ["untreated"] * 6}, ["patient-days"]),
    "doses": ({"regimens": ["IVIG 1 mg every 1 h x9000"], "patients": 1000}, ["patient-days", "nearest"]),
}


def refused(response, status=422):
    """Return the sentence of a refusal, after checking its form."""
    assert response.status_code == status, response.text
    body = response.json()
    assert body.keys() == {"error", "request_id"}
    assert body["request_id"] == response.headers["x-request-id"]
    assert "Traceback" not in response.text
    assert "\n" not in body["error"]
    return body["error"]


@pytest.mark.parametrize("case", CASES)
def test_wrong_input_is_refused_in_a_sentence(client, case):
    body, words = CASES[case]
    sentence = refused(client.post("/api/v1/simulate", json=body))
    assert "accepted" in sentence
    for word in words:
        assert word in sentence


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"regimen": "untreated"}, "no rise to explain"),
        ({"regimen": "IVIG 1 g/kg", "mechanisms": ["fcrn"]}, "unknown mechanism 'fcrn'"),
        ({"regimen": "IVIG 1 g/kg", "mechanisms": []}, "a list of 1 to"),
        ({"regimen": "IVIG 1 g/kg", "permutations": 5}, "an even number"),
        ({"regimen": "IVIG 1 g/kg", "permutations": 0}, "from 4 to 100 (nearest: 4)"),
        ({"regimen": "IVIG 1 g/kg", "patients": 9_999}, "patient-days"),
    ],
)
def test_wrong_explanations_are_refused(client, body, words):
    assert words in refused(client.post("/api/v1/explain", json={"patients": 8, "days": 3, **body}))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"product": "Privgen"}, "nearest: 'Privigen'"),
        ({"dose": "1 gkg"}, "'gkg'"),
        ({"dose": "70 g x101"}, "x101 has no interval"),
        ({"dose": "0.01 g/kg daily x101"}, "at most 100"),
        ({"dose": "99999 g"}, "at most 5 g/kg"),
        ({"dose": "prednisolone 1 mg/kg"}, "is not IVIG"),
        ({"dosing_weight": "adjusted"}, "needs the height and sex"),
        ({"start": "25:00"}, "25:00"),
        ({"dosing_weight": "lean"}, "'actual', 'ideal' or 'adjusted'"),
        ({"weight_kg": 1}, "a number from 2 to 300 (nearest: 2"),
        ({"max_rate": 50}, "50"),
    ],
)
def test_wrong_plans_are_refused(client, body, words):
    body = {"product": "Privigen", "weight_kg": 70, "dose": "1 g/kg", **body}
    assert words in refused(client.post("/api/v1/plan", json=body))


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\xff\xfe{", 400),
        (b'{"seed": ' + b"9" * 5000 + b"}", 400),
        (b"[" * 60_000, 400),
        (b'{"regimens": ["IVIG 1 g/kg"], "covariates": {"weight_kg": NaN}}', 422),
        (b'{"regimens": ["IVIG 1 g/kg"], "covariates": {"weight_kg": 1e999}}', 422),
        (b'{"regimens": ["\\ud800"]}', 422),
        (b'{"regimens": ["IVIG 1 g/kg\\u0000"]}', 422),
        (b'{"a": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
def test_odd_bodies_are_refused(client, content, status):
    response = client.post("/api/v1/simulate", content=content, headers={"content-type": "application/json"})
    assert "accepted" in refused(response, status)


def test_a_body_that_hides_its_length_is_cut_off(client):
    async def endless():
        while True:
            yield b"x" * 10_000

    response = client.post(
        "/api/v1/simulate", content=endless(), headers={"content-type": "application/json"}
    )
    assert "too large" in refused(response, 413)


def test_a_form_is_no_json(client):
    refused(client.post("/api/v1/simulate", content=b"{}", headers={"content-type": "text/plain"}))


def test_no_path_is_opened(client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("TIME,AMT\n0,1000\n")
    (tmp_path / "mine.toml").write_text("title = 'Mine'\n")
    for path in ("table.csv", str(tmp_path / "table.csv"), "file:///etc/passwd.csv", "../table.CSV"):
        assert "unknown drug" in refused(client.post("/api/v1/simulate", json={**DOSE, "regimens": [path]}))
        assert "unknown drug" in refused(client.post("/api/v1/explain", json={"regimen": path}))
    for path in ("mine.toml", "../populations/healthy.toml", "healthy.TOML"):
        for name, body in (("simulate", DOSE), ("explain", {"regimen": "IVIG 1 g/kg"})):
            sentence = refused(client.post(f"/api/v1/{name}", json={**body, "population": path}))
            assert "unknown population" in sentence
            assert ".toml" not in sentence.partition("accepted")[2]
    for path in ("/api/v1/evidence/..%2f..%2fetc%2fpasswd", "/api/v1/../../etc/passwd"):
        refused(client.get(path), 404)


def test_unknown_places_and_methods(client):
    assert "'/api/v1/nope'" in refused(client.get("/api/v1/nope"), 404)
    assert "nearest: 'E" in refused(client.get("/api/v1/evidence/E999"), 404)
    response = client.get("/api/v1/simulate")
    assert "GET is not accepted" in refused(response, 405)
    assert response.headers["allow"] == "POST"
    assert "nearest: 'group'" in refused(client.get("/api/v1/evidence", params={"grop": "dose"}))
    assert "unknown use 'fits'" in refused(client.get("/api/v1/evidence", params={"use": "fits"}))


def test_a_request_over_its_time_is_stopped_and_the_server_goes_on(server):
    client = server(limits=Limits(seconds=1e-6))
    response = client.post("/api/v1/simulate", json=DOSE)
    assert "took longer" in refused(response, 503)
    assert int(response.headers["retry-after"]) > 0
    assert client.get("/healthz").json()["status"] == "ok"


def test_a_computation_stops_when_its_client_leaves(client, monkeypatch):
    began, stopped = threading.Event(), threading.Event()

    def endless(_, task):
        began.set()
        while not task.cancelled:
            pass
        stopped.set()

    monkeypatch.setattr(work, "simulate", endless)

    async def scenario():
        messages = [{"type": "http.request", "body": json.dumps(DOSE).encode()}]

        async def receive():
            if messages:
                return messages.pop()
            while not began.is_set():
                await asyncio.sleep(0.001)
            return {"type": "http.disconnect"}

        async def send(_message):
            pass

        headers = {b"host": b"localhost", b"content-type": b"application/json"}
        scope = {"type": "http", "method": "POST", "path": "/api/v1/simulate", "query_string": b""}
        await client.app(scope | {"headers": list(headers.items())}, receive, send)
        while not stopped.is_set():
            await asyncio.sleep(0.001)

    asyncio.run(asyncio.wait_for(scenario(), 30))
    assert client.log[-1]["status"] == 503


def test_a_failure_of_the_server_is_logged_and_not_shown(client, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(work, "simulate", broken)
    sentence = refused(client.post("/api/v1/simulate", json=DOSE), 500)
    assert "secret" not in sentence
    line = client.log[-1]
    assert (line["event"], line["level"], line["status"]) == ("request failed", "error", 500)
    assert "ZeroDivisionError: secret detail" in line["exception"]
    assert client.get("/healthz").status_code == 200


def test_all_failed_patients_are_no_failure_of_the_server(client, monkeypatch):
    def all_failed(*_):
        raise work.comparison.RunFailed("all 8 patients failed under 'IVIG 1 g/kg': no reason")

    monkeypatch.setattr(work, "simulate", all_failed)
    assert "all 8 patients failed" in refused(client.post("/api/v1/simulate", json=DOSE))


def test_a_full_queue_says_when_to_come_back(client, monkeypatch):
    release = threading.Event()
    pool = jobs.Pool(slots=1, waiting=1, waiting_each=1)
    monkeypatch.setattr(jobs, "_shared", pool)

    async def scenario():
        held = asyncio.create_task(pool.compute("someone", lambda _: release.wait(30)))
        while pool.running == 0:
            await asyncio.sleep(0.001)
        waiting = asyncio.create_task(client.ask("POST", "/api/v1/simulate", json=DOSE))
        while pool.waiting == 0:
            await asyncio.sleep(0.001)
        busy = await client.ask("GET", "/healthz")
        turned_away = await client.ask("POST", "/api/v1/simulate", json=DOSE)
        release.set()
        assert (await waiting).status_code == 200
        await held
        return busy.json(), turned_away

    busy, turned_away = asyncio.run(scenario())
    assert (busy["running"], busy["waiting"]) == (1, 1)
    assert "1 of your requests wait" in refused(turned_away, 429)
    assert int(turned_away.headers["retry-after"]) > 0
    pool.close()
