"""Doses next to the end, to each other and to output times, seen from the results."""

import numpy as np
import polars as pl
import pytest

from ivigsim.engine.simulation import OUTPUTS

LINEAR = {"fcrn_saturation": False}  # IgG then obeys linear kinetics, so courses add up


def volume(sim):
    """Plasma volume of each patient, mL/kg."""
    found = sim.source.parameters(["V_c", "volume_factor"])
    return found["V_c"] * found["volume_factor"]


def same(sim, other):
    # an untreated run leaves out the drug's compartments, so its steps are others
    return all(np.allclose(sim[name], other[name], rtol=1e-6, atol=0) for name in OUTPUTS)


def assert_close(sim, other, rtol=1e-6, keep=slice(None)):
    for name in OUTPUTS:
        np.testing.assert_allclose(sim[name][:, keep], other[name], rtol=rtol)


@pytest.mark.filterwarnings("ignore:no dose is given within the run")
@pytest.mark.parametrize("duration", [0.0, 0.5])
@pytest.mark.parametrize("time", [14.0, 14.0 - 1e-10, 14.0 + 1e-10, 20.0])
def test_dose_at_the_last_output_time_changes_nothing(run, event_table, time, duration):
    assert same(run(event_table((time, 1000, duration))), run(None))


@pytest.mark.parametrize("gap", [1e-10, -1e-10])
def test_dose_within_a_moment_of_another_edge(run, event_table, gap):
    early, late = sorted([(1.5, 500.0, 0.25), (1.5 + gap, 300.0, 0.0)])
    beside = event_table((1.0, 200.0, 0.5), early, late)
    at = event_table((1.0, 200.0, 0.5), (1.5, 500.0, 0.25), (1.5, 300.0, 0.0))
    assert_close(run(beside), run(at))


def test_dose_within_a_moment_of_an_output_time_comes_after_it(run, event_table):
    for time in (3.0 - 1e-10, 3.0, 3.0 + 1e-10):
        sim, untreated = run(event_table((time, 1000, 0))), run(None)
        np.testing.assert_allclose(sim["igg"][:, :4], untreated["igg"][:, :4], rtol=1e-9)
        assert (sim["igg"][:, 4] > untreated["igg"][:, 4] + 5).all()


def test_infusion_across_the_end_is_cut(run, event_table):
    long = event_table((1.0, 3000, 20.0))
    assert_close(run(long, days=30), run(long), keep=slice(15))


def test_infusion_from_before_to_the_very_end(run, event_table):
    assert_close(
        run(event_table((12.0, 1000, 2.0)), days=20), run(event_table((12.0, 1000, 2.0))), keep=slice(15)
    )


def test_bolus_and_infusion_at_once_add_up(run, event_table):
    bolus, infusion = (2.0, 400.0, 0.0), (2.0, 900.0, 1.5)
    both, one, other = (
        run(event_table(*rows), switches=LINEAR, outputs=["igg_infused"])["igg_infused"]
        for rows in ([bolus, infusion], [bolus], [infusion])
    )
    np.testing.assert_allclose(both, one + other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("more", [13, 14, 100])
def test_additional_doses_beyond_the_horizon(run, more):
    columns = {"TIME": [0.0], "AMT": [100.0], "DUR": [0.1], "II": [1.0]}
    # the dose of day 14 is at the end: 14 doses (day 0 and 13 more) are given either way
    assert same(run(pl.DataFrame(columns | {"ADDL": [more]})), run(pl.DataFrame(columns | {"ADDL": [13]})))


@pytest.mark.parametrize("time", [0.0, 2.0])
def test_output_at_a_bolus_is_the_value_before_it(run, event_table, time):
    sim = run(event_table((time, 1000, 0)), times=[0.0, 2.0, 2.0 + 1e-6, 5.0])
    untreated = run(None, times=[0.0, 2.0, 2.0 + 1e-6, 5.0])
    at = 0 if time == 0 else 1
    np.testing.assert_allclose(sim["igg"][:, : at + 1], untreated["igg"][:, : at + 1], rtol=1e-7)
    if time == 2:
        np.testing.assert_allclose(sim["igg"][:, 2] - untreated["igg"][:, 2], 1000 / volume(sim), rtol=1e-4)


def test_bolus_is_an_infusion_without_length(run, event_table):
    bolus, brief = (run(event_table((1.0, 800, length)), times=[0, 1, 2, 14]) for length in (0, 2e-5))
    assert_close(brief, bolus, rtol=1e-4)


def test_all_that_was_infused_is_in_plasma_at_once(run, event_table):
    sim = run(event_table((0.0, 1000, 1e-4)), times=[1e-4, 1.0])
    baseline = run(None, times=[1e-4, 1.0])["igg"]
    np.testing.assert_allclose((sim["igg"] - baseline)[:, 0], 1000 / volume(sim), rtol=1e-4)


@pytest.mark.filterwarnings("ignore:no dose is given within the run")
def test_no_dose_before_the_end_is_an_untreated_course(run):
    assert same(run("IVIG 1 g/kg from day 14"), run(None))


def test_output_times_do_not_change_the_course(run):
    daily = run("IVIG 1 g/kg daily x2")
    few = run("IVIG 1 g/kg daily x2", times=[0, 0.07, 1, 1.1, 7.3, 14])
    for name in OUTPUTS:
        assert np.array_equal(few[name][:, [0, 2, 5]], daily[name][:, [0, 1, 14]])


def test_first_output_later_than_zero(run):
    late = run("IVIG 1 g/kg daily x2", times=[3.0, 14.0])
    daily = run("IVIG 1 g/kg daily x2")
    for name in OUTPUTS:
        assert np.array_equal(late[name], daily[name][:, [3, 14]])


def test_output_at_the_end_of_an_infusion(run, event_table):
    sim = run(event_table((0.0, 1000, 0.25)), times=[0.125, 0.25, 0.375], switches=LINEAR)
    rise = np.diff(np.hstack([run(None, times=[1.0])["igg"], sim["igg"]]), axis=1)
    assert (rise[:, :2] > 5).all()
    assert (rise[:, 2] < 0).all()


@pytest.mark.filterwarnings("ignore:no dose is given within the run")
def test_dense_and_sparse_doses_in_one_table(run):
    patients = 3
    table = pl.DataFrame(
        {
            "ID": [1, 2, 2, 2, 3],
            "TIME": [0.0, 0.0, 1, 2, 20],
            "AMT": [900.0, 300, 300, 300, 900],
            "DUR": [0.2] * 5,
        }
    )
    sim = run(table, patients=patients)
    for patient, rows in enumerate(table.partition_by("ID", maintain_order=True)):
        alone = run(rows.drop("ID"), patients=patients)
        for name in OUTPUTS:
            assert np.array_equal(sim[name][patient], alone[name][patient])
