"""A run is stored whole: read back, checked, gone on with, and never mixed with another."""

import json

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ivigsim import InputError
from ivigsim.trials import store_versions
from ivigsim.trials.executor_work import do
from ivigsim.trials.jobs import jobs_of
from ivigsim.trials.store import BrokenChunk, RunStore
from ivigsim.trials.store_fill import fill
from ivigsim.trials.store_parquet import pack


def test_patients_come_back_in_the_order_of_the_jobs(begin, store_work):
    store = begin()
    assert not store.complete
    assert fill(store, store_work.JOBS, store_work.count) == len(store_work.JOBS) == 12
    expected = pl.concat([store_work.count(job)["patients"] for job in store_work.JOBS])
    assert_frame_equal(store.patients().collect(), expected)
    assert store.scan("courses").select(pl.len()).collect().item() == 3 * 240
    assert store.complete
    assert fill(store, store_work.JOBS, None) == 0
    assert not list(store.path.rglob("*.tmp"))
    assert not (store.path / ".lock").exists()


def test_the_order_in_which_chunks_end_leaves_no_trace(begin, store_work, serial, bytes_of_run):
    store = begin()
    with store.writing() as writer:
        for job in reversed(store_work.JOBS):
            writer.write(job, do(store_work.count, job).tables, seconds=1.0)
        writer.finish(store_work.JOBS)
    assert bytes_of_run(store) == serial


def test_the_manifest_is_what_sha256sum_says(begin, store_work):
    import hashlib

    store = begin()
    fill(store, store_work.JOBS, store_work.count)
    manifest = json.loads((store.path / "manifest.json").read_text())
    names = ["scenario.yaml", *(f["path"] for files in manifest["chunks"].values() for f in files)]
    lines = [f"{hashlib.sha256((store.path / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    assert manifest["sha256"] == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert manifest["rows"] == {"courses": 720, "patients": 240}
    assert len(names) == 1 + 2 * 12


def damage(store, how):
    path = store.path / "patients" / "arm-1_rep-0000_000000025.parquet"
    content = path.read_bytes()
    if how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif how == "altered":
        path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    elif how == "gone":
        path.unlink()
    return path.name


@pytest.mark.parametrize("how", ["truncated", "altered", "gone"])
@pytest.mark.parametrize("complete", [True, False])
def test_a_broken_chunk_is_told_of_and_computed_again(begin, store_work, serial, bytes_of_run, how, complete):
    store = begin()
    fill(store, store_work.JOBS, store_work.count)
    if not complete:
        (store.path / "manifest.json").unlink()
    name = damage(store, how)
    with pytest.warns(BrokenChunk, match=f"{name}' is (gone|not as it was).*computed again"):
        assert fill(store, store_work.JOBS, store_work.count) == 1
    assert bytes_of_run(store) == serial


def test_other_bytes_in_the_second_computing_are_told_of(begin, store_work):
    store = begin()
    fill(store, store_work.JOBS, store_work.count)
    damage(store, "gone")
    with pytest.warns(BrokenChunk) as said:
        fill(store, store_work.JOBS, lambda job: {k: t.reverse() for k, t in store_work.count(job).items()})
    assert "have other bytes than at first" in str(said[-1].message)
    assert fill(store, store_work.JOBS, None) == 0


def test_half_a_line_of_the_log_is_a_chunk_to_do(begin, store_work, serial, bytes_of_run):
    store = begin()
    fill(store, store_work.JOBS, store_work.count)
    (store.path / "manifest.json").unlink()
    lines = [line for line in store.log.path.read_bytes().splitlines(True) if b'"chunk"' in line]
    store.log.path.write_bytes(b"".join(lines)[:-20])
    assert [job.name for job in store.pending(store_work.JOBS)] == [store_work.JOBS[-1].name]
    (store.path / "patients" / "left.parquet.tmp").write_bytes(b"half")
    assert fill(store, store_work.JOBS, store_work.count) == 1
    assert bytes_of_run(store) == serial
    assert all(json.loads(line) for line in store.log.path.read_text().splitlines())


def test_another_trial_in_the_folder_is_refused(begin, store_work, tmp_path):
    begin()
    other = store_work.SCENARIO.replace("60", "80").replace("name: B", "name: C")
    with pytest.raises(
        InputError, match=r"size is 60 there and 80 here; arms\[1\]\.name is B there and C here"
    ):
        RunStore.create(tmp_path / "run", other, store_work.JOBS)
    with pytest.raises(InputError, match=r"nearest: '.*run-2'"):
        RunStore.create(tmp_path / "run", other, store_work.JOBS)
    with pytest.raises(InputError, match="12 chunks there and 8 here"):
        RunStore.create(tmp_path / "run", store_work.SCENARIO, jobs_of(2, 2, 60, per_job=30))
    with pytest.raises(InputError, match=r"the file 'own\.toml' is not the same"):
        RunStore.create(tmp_path / "run", store_work.SCENARIO, store_work.JOBS, inputs={"own.toml": b"x"})
    same = store_work.SCENARIO.replace("size: 60", "size:  60  # per arm")
    assert RunStore.create(tmp_path / "run", same, store_work.JOBS).scenario == store_work.SCENARIO


def test_other_versions_are_refused_to_write_but_may_read(begin, store_work, monkeypatch):
    store = begin()
    fill(store, store_work.JOBS, store_work.count)
    here = store_versions.versions()
    monkeypatch.setattr(store_versions, "versions", lambda: {**here, "ivigsim": "99.0"})
    assert fill(begin(), store_work.JOBS, None) == 0
    assert store.patients().collect().height == 240
    damage(store, "gone")
    with (
        pytest.warns(BrokenChunk),
        pytest.raises(InputError, match=rf"\(ivigsim {here['ivigsim']} there and 99\.0 here\)"),
    ):
        fill(begin(), store_work.JOBS, store_work.count)


def test_folders_that_are_no_run_are_refused(tmp_path, store_work):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file"):
        RunStore.create(tmp_path / "file", store_work.SCENARIO, store_work.JOBS)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.doc").touch()
    with pytest.raises(InputError, match=r"holds 'thesis\.doc' and is no run"):
        RunStore.create(tmp_path / "full", store_work.SCENARIO, store_work.JOBS)
    with pytest.raises(InputError, match="is no stored run"):
        RunStore.open(tmp_path / "full")
    (tmp_path / "full" / "run.json").write_text('{"format": 2}')
    with pytest.raises(InputError, match="format 2; accepted: format 1"):
        RunStore.open(tmp_path / "full")
    (tmp_path / "full" / "run.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        RunStore.open(tmp_path / "full")


def test_what_is_not_there_cannot_be_read(begin, store_work):
    store = begin()
    with pytest.raises(InputError, match=r"not complete \(0 of 12 chunks\)"):
        store.patients()
    fill(store, store_work.JOBS, store_work.count)
    with pytest.raises(InputError, match="unknown table 'course'; accepted: courses, patients"):
        store.scan("course")
    name = damage(store, "gone")
    with pytest.raises(InputError, match=f"{name}' is gone"):
        store.patients()


def test_an_altered_manifest_is_refused(begin, store_work):
    store = begin()
    fill(store, store_work.JOBS, store_work.count)
    path = store.path / "manifest.json"
    path.write_text(path.read_text().replace("_000000025.parquet", "_000000026.parquet", 1))
    with pytest.raises(InputError, match="was altered"):
        store.patients()
    path.unlink()
    assert fill(store, store_work.JOBS, None) == 0
    assert store.complete


def test_one_writer_at_a_time_and_a_dead_one_is_no_obstacle(begin):
    store = begin()
    (store.path / ".lock").write_text("4194303\n")  # left by a process that is no more
    with (
        store.writing(),
        pytest.raises(InputError, match=r"another process \(\d+\) writes into"),
        store.writing(),
    ):
        pass
    with store.writing():
        pass


def test_packing_does_not_depend_on_how_a_table_was_put_together(store_work):
    parts = [store_work.count(job)["patients"] for job in store_work.JOBS]
    assert pack(pl.concat(parts, rechunk=False)) == pack(pl.concat(parts, rechunk=True))
