"""The red-cell clearance test: by hand, in limits, beside what was published, and on the command line."""

import json
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

import ivigsim
from ivigsim import InputError, red_cell_clearance
from ivigsim.cli import main
from ivigsim.outcomes import RED_CELL_OUTPUTS
from ivigsim.outcomes.red_cells import SPLENIC_FLOW
from ivigsim.report.red_cell_files import TABLES

FIVE_DAYS = "IVIG 0.4 g/kg daily x5"


def simulate(treatment=FIVE_DAYS, **given):
    settings = {"patients": 100, "seed": 2, "days": 30, "outputs": RED_CELL_OUTPUTS}
    return ivigsim.simulate(treatment, **(settings | given))


@pytest.fixture(scope="module")
def treated():
    return simulate(covariates={"splenectomised": False})


def test_one_patient_by_hand():
    outputs = [*RED_CELL_OUTPUTS, "igg", "platelets_total", "k_spleen"]
    sim = simulate(patients=1, outputs=outputs, covariates={"splenectomised": False, "blood_group": "O"})
    values = sim.source.values(0)
    igg = 6.67 * sim["igg"][0, 7]
    assert sim["igg_at_receptor"][0, 7] == pytest.approx(igg)
    by_receptor = (
        values["k_max_red_cell"] * sim["activity"][0, 7] * 0.96 / (0.96 + igg + values["K_receptor"])
    )
    by_receptor /= np.sqrt(1 + 800 / 10)  # RES05
    eaten = sim["k_spleen"][0, 7] * sim["platelets_total"][0, 7]
    by_receptor /= 1 + eaten / values["K_busy_spleen"]
    k = 1 / (1 / by_receptor + 1 / SPLENIC_FLOW) + values["k_red_cell"]
    found = red_cell_clearance(sim, day=7)
    assert found.k[0] == pytest.approx(k, rel=1e-9)
    assert found.half_life_min[0] == pytest.approx(np.log(2) / k * 1440, rel=1e-9)
    before, after = found.survival([0, found.half_life_min[0]])
    np.testing.assert_allclose(after, [[1, 0.5]])
    assert before[0, 1] == pytest.approx(0.5 ** (found.half_life_min[0] / found.half_life_before_min[0]))


def test_before_treatment_is_day_0(treated):
    found = red_cell_clearance(treated, day=0)
    assert np.array_equal(found.k, found.k_before)


def test_ivig_slows_the_tracer_in_everyone_and_it_comes_back(treated):
    ratios = [
        np.median(test.half_life_min / test.half_life_before_min)
        for test in (red_cell_clearance(treated, day=day) for day in (0, 5, 14, 30))
    ]
    assert ratios[0] == 1
    assert ratios[1] > ratios[2] > ratios[3] > 1


def test_the_size_beside_the_published(treated):
    found = red_cell_clearance(treated, day=7)
    assert 60 < np.median(found.half_life_before_min) < 120  # 78.5 min (RES01)
    alone = red_cell_clearance(treated, day=7, carry_load=False)
    assert 1.3 < np.median(alone.half_life_min / alone.half_life_before_min) < 3  # 1.75 (RES01-02)


def test_blockade_is_what_slows_it():
    off = simulate(switches={"fc_gamma_blockade": False, "phagocyte_standdown": False})
    found = red_cell_clearance(off, day=7, carry_load=False)
    np.testing.assert_allclose(found.k, found.k_before, rtol=1e-6)


def test_more_igg_on_a_cell_clears_it_faster_up_to_the_blood_flow(treated):
    k = [red_cell_clearance(treated, day=0, igg_per_cell=coat).k for coat in (10, 100, 1000, 30_000)]
    assert (np.diff(k, axis=0) > 0).all()
    assert (k[-1] < SPLENIC_FLOW + 0.01).all()
    exponent = np.log(k[1] / k[0]) / np.log(10)
    assert (
        (exponent > 0.5) & (exponent <= 1)
    ).all()  # a square root was measured (RES05): the model is steeper


def test_without_a_spleen_the_tracer_lives_like_other_red_cells():
    found = red_cell_clearance(simulate(covariates={"splenectomised": True}), day=7)
    assert not found.spleen.any()
    np.testing.assert_allclose(found.half_life_min, np.log(2) / 0.00833 * 1440)


def test_a_spleen_lost_on_the_way(treated):
    spleen = treated["spleen_present"].copy()
    spleen[:, 3:] = 0
    found = red_cell_clearance(replace(treated, outputs={**treated.outputs, "spleen_present": spleen}), day=7)
    assert (found.half_life_before_min < 300).all()
    assert (found.half_life_min > 100_000).all()
    assert found.spleen_before.all()
    assert not found.spleen.any()


def test_a_splenectomy_between_the_tests(treated):
    sim = simulate("splenectomy on day 2", covariates={"splenectomised": False})
    before, on_the_day, after = (red_cell_clearance(sim, day=day) for day in (1, 2, 3))
    np.testing.assert_allclose(before.k, before.k_before, rtol=1e-4)
    np.testing.assert_allclose(on_the_day.k, before.k, rtol=1e-4)  # the value on a day of a dose is before it
    np.testing.assert_allclose(after.k, 0.00833)  # red cells die of age; the model has no part of the liver
    assert (after.spleen_before.all(), after.spleen.any()) == (True, False)
    np.testing.assert_allclose(before.k_before, red_cell_clearance(treated, day=0).k, rtol=1e-6)


def test_the_table(treated):
    table = red_cell_clearance(treated, day=7).to_polars()
    assert table.columns == [
        "patient",
        "spleen_before",
        "spleen",
        "half_life_before_min",
        "half_life_min",
        "ratio",
    ]
    assert table.height == 100
    assert table.null_count().to_numpy().sum() == 0


def test_a_part_is_the_part_of_the_whole():
    chunks = ivigsim.simulate_chunks(
        FIVE_DAYS, patients=100, seed=2, days=30, outputs=RED_CELL_OUTPUTS, chunk=40
    )
    parts = np.concatenate([red_cell_clearance(part, day=7).k for part in chunks])
    np.testing.assert_allclose(parts, red_cell_clearance(simulate(), day=7).k, rtol=1e-5)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"day": 7.5}, "day 7.5 is not an output time; accepted: a time of the simulation (nearest: 7)"),
        ({"day": 31}, "(nearest: 30)"),
        ({"day": -1}, "day is -1; accepted: a number from 0"),
        ({"day": float("nan")}, "day is nan"),
        ({"day": "7"}, "day is '7'"),
        ({"day": True}, "day is True"),
        ({"day": 7, "igg_per_cell": 0}, "igg_per_cell is 0; accepted: a number 1 to 30000"),
    ],
)
def test_wrong_numbers_are_refused(settings, says, treated):
    with pytest.raises(InputError) as error:
        red_cell_clearance(treated, **settings)
    assert says in str(error.value)


def test_what_was_not_kept_is_named():
    sim = ivigsim.simulate(FIVE_DAYS, patients=3, days=7)
    with pytest.raises(
        InputError, match=r"'igg_at_receptor' was not kept; accepted: simulate\(.*spleen_uptake"
    ):
        red_cell_clearance(sim, day=7)
    with pytest.raises(InputError, match="day 0 is not an output time"):
        red_cell_clearance(simulate(days=None, times=[1.0, 7.0], patients=3), day=7)


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ivigsim", "redcell", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        printed = capsys.readouterr()
        return SimpleNamespace(code=stop.value.code, out=printed.out, err=printed.err)

    return run


def test_the_command_prints_a_table_and_draws(command, tmp_path):
    ran = command(FIVE_DAYS, "--patients", 30)
    assert ran.code == 0
    assert all(
        each in ran.out for each in ("RES01", "RES02", "RES03", "RES04", "RES05", "RES06", "half-life")
    )
    assert "research and teaching" in ran.out
    assert (tmp_path / "redcell.png").stat().st_size > 10_000
    assert "minutes since the tracer" in (tmp_path / "redcell.svg").read_text("utf-8")


def test_the_command_speaks_json(command, tmp_path):
    ran = command("untreated", "--patients", 30, "--json", "--population", "healthy")
    found = json.loads(ran.out)
    assert found["with_spleen"] == 30
    assert found["rows"][2]["value"] == pytest.approx(1)
    assert not list(tmp_path.iterdir())


def test_nobody_with_a_spleen(command):
    ran = command(FIVE_DAYS, "--patients", 10, "--covariate", "splenectomised=yes")
    assert ran.code == 0
    assert "10 patients without a spleen left out" in " ".join(ran.out.split())


def test_a_splenectomy_on_the_way(command):
    ran = command("splenectomy on day 2", "--patients", 20, "--covariate", "splenectomised=no", "--json")
    found = json.loads(ran.out)
    assert (found["with_spleen"], found["lost_spleen"]) == (20, 20)
    rows = {row["label"]: row["value"] for row in found["rows"]}
    assert 40 < rows["half-life before"] < 150
    assert rows["half-life on day 7"] > 100_000
    ran = command("splenectomy on day 2", "--patients", 20, "--no-figure")
    assert "lost the spleen before day 7: there the tracer lives" in " ".join(ran.out.split())


def test_out_keeps_everything_with_the_command_and_is_replaced_only_when_told(command, tmp_path):
    arguments = (FIVE_DAYS, "--patients", 20, "--seed", 3, "--out", "kept")
    ran = command(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert "Figure, tables, patients and manifest: kept" in ran.out
    kept = tmp_path / "kept"
    manifest = json.loads((kept / "manifest.json").read_text())
    assert manifest["command"].startswith("ivigsim redcell 'IVIG")
    assert (manifest["seed"], manifest["patients"], manifest["igg_per_cell"]) == (3, 20, 800)
    names = {path.name for path in kept.iterdir()} - {"manifest.json"}
    assert set(manifest["files"]) == names == {"figure.png", "figure.svg", *TABLES}
    assert pl.read_csv(kept / "outcomes.csv")["label"][0] == "half-life before"
    survival = pl.read_parquet(kept / "survival.parquet")
    assert survival.row(0)[1:] == (100.0,) * 6
    assert (survival["before_p05"] <= survival["before_p50"]).all()
    assert pl.read_parquet(kept / "patients.parquet").height == 20
    refused = command(*arguments)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert command(*arguments, "--overwrite", "--no-figure").code == 0
    assert "figure.png" not in {path.name for path in kept.iterdir()}
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_out_with_nobody_to_show(command, tmp_path):
    ran = command(FIVE_DAYS, "--patients", 5, "--covariate", "splenectomised=yes", "--out", "kept")
    assert ran.code == 0
    assert pl.read_csv(tmp_path / "kept" / "survival.csv")["after_p50"].null_count() == 121


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--overwrite"], "--overwrite has nothing to replace; accepted: together with --out DIR"),
        (["--out", "/dev/null/kept"], "cannot write '/dev/null/kept'"),
        (["--day", 0], "--day is 0; accepted: a whole number from 1"),
        (["--igg-per-cell", 0], "igg_per_cell is 0"),
        (["--population", "no.toml"], "population file 'no.toml' cannot be read"),
    ],
)
def test_wrong_input_is_one_sentence(arguments, says, command):
    ran = command(FIVE_DAYS, "--patients", 5, *arguments)
    assert ran.code == 2
    assert says in ran.err
    assert ran.err.count("\n") == 1
