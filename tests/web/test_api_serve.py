"""`ivigsim serve` in a process of its own."""

import json
import signal
import socket
import subprocess
import sys
import threading

import pytest

pytest.importorskip("fastapi", reason="the web extra is not installed: pip install 'ivigsim[web]'")
httpx = pytest.importorskip("httpx", reason="httpx is not installed: pip install 'ivigsim[dev]'")

COMMAND = [sys.executable, "-W", "error", "-m", "ivigsim.cli", "serve", "--no-page"]
LONG = 60  # s; only a broken server takes so long


def run(*options):
    return subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=LONG, check=False)


@pytest.fixture
def serving():
    """A server on a free port: its address and its process."""
    with subprocess.Popen([*COMMAND, "--port", "0"], stderr=subprocess.PIPE, text=True) as process:
        yield process.stderr.readline().split()[3], process
        process.kill()


def test_it_serves_until_ctrl_c(serving):
    address, process = serving
    assert address.startswith("http://127.0.0.1:")
    with httpx.Client(base_url=address) as client:
        assert client.get("/healthz").json()["status"] == "ok"
        body = {"regimens": ["IVIG 1 g/kg daily x2"], "patients": 8, "days": 3}
        answer = client.post("/api/v1/simulate", json=body)
        assert answer.status_code == 200
        assert "server" not in answer.headers
        assert client.post("/api/v1/simulate", json={}).status_code == 422
        assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400
    process.send_signal(signal.SIGINT)
    *log, last = process.communicate(timeout=LONG)[1].splitlines()
    assert process.returncode == 0
    assert last == "Stopped."
    assert [json.loads(line)["status"] for line in log] == [200, 200, 422, 400]


def test_ctrl_c_does_not_wait_for_a_long_computation(serving):
    address, process = serving
    body = {"regimens": ["untreated"] * 6, "patients": 2000, "days": 366}
    ended = []

    def ask():
        try:
            ended.append(httpx.post(f"{address}/api/v1/simulate", json=body, timeout=LONG).status_code)
        except httpx.HTTPError:
            ended.append("cut off")

    asking = threading.Thread(target=ask)
    asking.start()
    while not ended and httpx.get(f"{address}/healthz").json()["running"] == 0:
        pass
    process.send_signal(signal.SIGINT)
    assert "Traceback" not in process.communicate(timeout=LONG)[1]
    assert process.returncode == 0
    asking.join(LONG)
    assert ended == [503]


def test_a_port_in_use_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run("--port", str(taken.getsockname()[1]))
    assert ended.returncode == 2
    assert ended.stderr.startswith("Error: cannot listen on 127.0.0.1")
    assert "accepted" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "80000"], "--port is 80000"),
        (["--host", "no such host"], "--host is 'no such host'"),
        (["--seconds", "0"], "--seconds is 0"),
        (["--seconds", "nan"], "--seconds is nan"),
        (["--patient-days", "0"], "--patient-days is 0"),
    ],
)
def test_wrong_options_are_one_sentence(options, words):
    ended = run(*options)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "accepted" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_other_machines_are_let_in_only_when_asked_and_with_a_note():
    command = [*COMMAND, "--port", "0", "--host", "0.0.0.0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        note, address = process.stderr.readline(), process.stderr.readline()
        port = address.split()[3].rpartition(":")[2]
        found = httpx.get(f"http://127.0.0.1:{port}/healthz", headers={"host": "lab.example"})
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LONG)
    assert found.status_code == 200
    assert "without a password" in note
