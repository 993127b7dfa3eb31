"""A small calibration from end to end on real rows: repeatable, resumed, reported, written."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import ivigsim
from ivigsim import InputError
from ivigsim.evidence import load_rows
from ivigsim.fit.calibrate import Settings, calibrate
from ivigsim.fit.commit import SOURCE, commit
from ivigsim.fit.draws import Posterior, read_posterior, write_posterior
from ivigsim.fit.free import load_free
from ivigsim.fit.summary import summary
from ivigsim.patients.population import load_population

SMALL = Settings(members=16, steps=2, patients=24, draws=8, rounds=1, chain=120, seed=3)
ROWS = tuple(row for row in load_rows() if row.id in ("E019", "E020", "E061", "E026"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("calibration") / "small"


@pytest.fixture(scope="module")
def found(folder):
    return calibrate(folder, SMALL, rows=ROWS, workers=1)


def test_held_out_rows_are_shown_and_not_fitted(found):
    ids = [row.id for row in found.rows]
    assert [name for name, use in zip(ids, found.fitted, strict=True) if not use] == ["E026"]
    assert np.isfinite(found.posterior.shown).all()
    assert found.posterior.points.shape == (8, len(load_free()) + 1)


def test_it_moves_towards_the_rows(found):
    published = ROWS[0].value / 100
    first, last = (np.median(step.shown[:, 0, 0]) for step in (found.steps[0], found.steps[-1]))
    assert abs(last - published) <= abs(first - published) + 0.05


def test_it_resumes_with_the_same_bytes(found, folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "round-0.npz").unlink()
    (copy / "step-2.npz").unlink()
    again = calibrate(copy, SMALL, rows=ROWS, workers=1)
    np.testing.assert_array_equal(again.posterior.points, found.posterior.points)
    np.testing.assert_array_equal(again.posterior.shown, found.posterior.shown)


@pytest.mark.usefixtures("found")
def test_another_calibration_is_not_mixed_in(folder):
    with pytest.raises(InputError, match="holds a calibration of other settings"):
        calibrate(folder, replace(SMALL, seed=4), rows=ROWS, workers=1)


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        calibrate(tmp_path, SMALL, rows=ROWS, workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_report_says_what_is_known_and_what_is_not(found):
    text = summary(found)
    for part in (
        "3 rows fitted, 1 held out",
        "What the evidence does not fix",
        "Trials left out",
        "PSIS-LOO",
    ):
        assert part in text
    assert all(free.id in text for free in load_free())
    assert " nan " not in text


def test_what_is_written_is_what_is_read(found, tmp_path):
    package = tmp_path / "ivigsim"
    shutil.copytree(Path(ivigsim.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    posterior = Posterior(tuple(free.id for free in load_free()), found.posterior.points)
    written = commit(posterior, package)
    assert {path.name for path in written} >= {"parameters.tsv", "posterior.tsv", "child-new.toml"}
    steepness = next(i for i, free in enumerate(load_free()) if free.id == "steepness")
    value = load_free()[steepness].values(float(posterior.middle[steepness]))[0]
    line = next(
        line
        for line in (package / "model" / "parameters.tsv").read_text().splitlines()
        if line.startswith("steepness\t")
    )
    assert float(line.split("\t")[1]) == pytest.approx(value, rel=1e-3)
    assert SOURCE in line
    children = load_population(package / "patients" / "populations" / "child-new.toml")
    assert children.parameters["rho50_ratio"].source == SOURCE
    again = commit(posterior, package)  # a second time changes nothing
    assert again == written
    assert line in (package / "model" / "parameters.tsv").read_text()


def test_draws_survive_writing(found):
    posterior = Posterior(tuple(free.id for free in load_free()), found.posterior.points)
    read = read_posterior(write_posterior(posterior), load_free())
    np.testing.assert_allclose(read.points, posterior.points, atol=5e-5)
    with pytest.raises(ValueError, match="needed: receptor_excess"):
        read_posterior("a\tb\n1\t2\n", load_free())
