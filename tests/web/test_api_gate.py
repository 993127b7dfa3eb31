"""The gate: names, origins, headers, ids and log lines."""

import asyncio
from base64 import b64encode
from functools import partial
from hashlib import sha256

import pytest

pytest.importorskip("fastapi", reason="the web extra is not installed: pip install 'ivigsim[web]'")
pytest.importorskip("httpx", reason="httpx is not installed: pip install 'ivigsim[dev]'")

from ivigsim.web.gate import Gate
from ivigsim.web.headers import inline_scripts

ASK = {"regimens": ["untreated"], "patients": 1, "days": 1}


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "[::1", "127.0.0.1.nip.io:8000"]
)
def test_another_name_is_refused(client, host):
    response = client.get("/healthz", headers={"host": host})
    assert response.status_code == 400
    assert "--allow-host" in response.json()["error"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:9", "[::1]:8000"])
def test_the_names_of_this_machine_are_taken(client, host):
    assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_a_server_for_others_takes_any_name(server):
    assert server(hosts=None).get("/healthz", headers={"host": "lab.example"}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9", "http://["])
def test_a_page_of_another_origin_may_not_compute(client, origin):
    response = client.post("/api/v1/simulate", json=ASK, headers={"origin": origin})
    assert response.status_code == 403
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_page_of_this_server_may_compute(client):
    response = client.post("/api/v1/simulate", json=ASK, headers={"origin": "http://localhost"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/healthz", "/api/v1/docs", "/api/v1/openapi.json", "/api/v1/nope", "/nope"]
)
def test_every_answer_has_the_headers(client, path):
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


@pytest.mark.parametrize(
    ("given", "kept"), [("my-id.7", True), ("a" * 65, False), ("x\\ny", False), ("é", False)]
)
def test_an_id_is_kept_when_it_is_well_formed(client, given, kept):
    response = client.get("/healthz", headers={"x-request-id": given.encode()})
    assert (response.headers["x-request-id"] == given) is kept
    assert client.log[-1]["request_id"] == response.headers["x-request-id"]


def test_a_line_of_the_log_says_who_what_and_how_long(client):
    client.post("/api/v1/simulate", json={"regimens": ["secret words"]}, headers={"x-request-id": "one"})
    (line,) = client.log
    assert line["milliseconds"] >= 0
    assert {name: line[name] for name in ("event", "request_id", "method", "path", "status", "client")} == {
        "event": "request",
        "request_id": "one",
        "method": "POST",
        "path": "/api/v1/simulate",
        "status": 422,
        "client": "127.0.0.1",
    }
    assert "secret" not in str(line)


def socket(gate, **headers):
    """Ask for a web socket and return what was sent."""
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/websocket/",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(gate(scope, receive, send))
    return sent


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"host": "localhost:8000", "origin": "http://localhost:8000"}, True),
        ({"host": "localhost:8000"}, True),
        ({"host": "localhost:8000", "origin": "http://evil.example"}, False),
        ({"host": "evil.example", "origin": "http://evil.example"}, False),
    ],
)
def test_a_page_of_another_origin_gets_no_socket(server, headers, taken):
    async def accepts(_scope, _receive, send):
        await send({"type": "websocket.accept"})

    log = server().app._log
    (answer,) = socket(Gate(accepts, log, 1000, {"localhost"}), **headers)
    assert answer["type"] == ("websocket.accept" if taken else "websocket.close")


def test_a_failure_below_is_answered_and_logged(server):
    client = server()

    async def broken(_scope, _receive, _send):
        raise RuntimeError("secret detail")

    client.app._app = broken
    response = client.get("/")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "RuntimeError: secret detail" in client.log[-1]["exception"]


def test_only_scripts_of_the_page_itself_may_run(server, monkeypatch):
    page = pytest.importorskip("ivigsim.web.page", reason="the web extra is not installed")
    monkeypatch.setattr(page, "create_page", partial(page.create_page, warm=False))
    client = server(page=True)
    response = client.get("/")
    assert response.status_code == 200
    allowed = response.headers["content-security-policy"].partition("script-src ")[2].partition(";")[0]
    expected = {"'self'", *(f"'sha256-{digest(script)}'" for script in inline_scripts(response.text))}
    assert set(allowed.split()) == expected
    assert client.get("/api/v1/nope").json().keys() == {"error", "request_id"}


def digest(script):
    return b64encode(sha256(script.encode()).digest()).decode()
