"""Runs for tests of the store: their work, and what a run came to."""

import importlib
from pathlib import Path

import pytest

from ivigsim.trials.store import RunStore
from ivigsim.trials.store_fill import fill


@pytest.fixture
def store_work(monkeypatch):
    """The module with the work, importable in worker processes as well."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    return importlib.import_module("store_work")


@pytest.fixture
def begin(tmp_path, store_work):
    """Begin a run of the made-up trial."""

    def begun(name="run"):
        return RunStore.create(tmp_path / name, store_work.SCENARIO, store_work.JOBS, title="A small trial")

    return begun


@pytest.fixture
def serial(begin, store_work):
    """Bytes of the made-up trial, computed in this process."""
    store = begin("serial")
    fill(store, store_work.JOBS, store_work.count)
    return bytes_of(store)


@pytest.fixture
def bytes_of_run():
    return bytes_of


def bytes_of(store):
    """Every file but those that say when it was."""
    kept = [
        path
        for path in store.path.rglob("*")
        if path.is_file() and path.name not in ("run.json", "log.jsonl")
    ]
    return {path.relative_to(store.path).as_posix(): path.read_bytes() for path in sorted(kept)}
