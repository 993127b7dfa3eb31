"""A plan drives the simulation exactly: nothing is lost, and each step runs at the plan's rate."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ivigsim
from ivigsim.engine.schedule import schedules
from ivigsim.products import infusion_plan
from ivigsim.report.plan_simulation import simulate_plan
from ivigsim.treatment import doses_from_event_table

PLANS = st.builds(
    infusion_plan,
    st.sampled_from(["Privigen", "Octagam 10%", "Gammaplex 5%", "Bivigam", "Flebogamma 5% DIF"]),
    st.floats(20, 150),
    st.sampled_from(["1 g/kg daily x2", "0.4 g/kg daily x5", "0.8 g/kg", "1 g/kg + 0.5 g/kg from day 21"]),
)


@settings(max_examples=40, deadline=None)
@given(PLANS)
def test_the_event_table_holds_the_whole_dose(plan):
    table = plan.event_table()
    assert table.columns == ["ID", "TIME", "AMT", "RATE", "DUR", "CMT"]
    assert table["AMT"].sum() == pytest.approx(plan.grams * 1000 / plan.weight.actual_kg, rel=1e-9)
    np.testing.assert_allclose(table["RATE"] * table["DUR"], table["AMT"], rtol=1e-12)
    doses = doses_from_event_table(table, 1)
    assert doses.amount.sum() == pytest.approx(table["AMT"].sum(), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(PLANS)
def test_the_solver_is_given_the_rate_of_each_step(plan):
    sim_doses = ivigsim.request.prepare(plan.event_table(), patients=1, days=60).doses(0, 1)
    (schedule,) = schedules(sim_doses, 1, 60.0)
    starts, rates, boluses = schedule.edges[0, :-1], schedule.rates[0, :, 0], schedule.boluses
    assert not boluses.any()
    steps = [
        (infusion.day + step.start_min / 1440, step.rate_mg_kg_min * plan.weight.kg / plan.weight.actual_kg)
        for infusion in plan.infusions
        for step in infusion.steps
    ]
    running = rates > 0
    np.testing.assert_allclose(starts[running], [start for start, _ in steps], atol=1e-9)
    np.testing.assert_allclose(rates[running] / 1440, [rate for _, rate in steps], rtol=1e-6)
    given = (rates * np.diff(schedule.edges[0])).sum()
    assert given == pytest.approx(plan.grams * 1000 / plan.weight.actual_kg, rel=1e-9)


def test_igg_rises_as_fast_as_the_plan_infuses():
    """Early in each step the slope of infused IgG in plasma jumps by the change of the rate."""
    plan = infusion_plan("Octagam 10%", 70, "1 g/kg")
    starts = [step.start_min / 1440 for step in plan.infusions[0].steps]
    near = 1e-5  # d
    times = np.array([near, 2 * near, *(t + k * near for t in starts[1:] for k in (-2, -1, 1, 2))])
    sim = ivigsim.simulate(
        plan.event_table(), patients=4, times=times, outputs=["igg_infused"], tolerance=1e-12
    )
    size = sim.source.parameters(["V_c", "volume_factor"])
    amount = sim["igg_infused"] * (size["V_c"] * size["volume_factor"])[:, None]  # mg/kg
    slopes = (amount[:, 1::2] - amount[:, ::2]) / near / 1440  # mg/kg/min
    np.testing.assert_allclose(slopes[:, 0], 1.0, rtol=1e-3)
    jumps = slopes[:, 2::2] - slopes[:, 1::2]  # after less before each edge
    np.testing.assert_allclose(jumps, np.tile([1.0, 2.0, 4.0, 4.0], (4, 1)), rtol=2e-3)


def test_a_simulated_plan_is_near_one_infusion_at_a_constant_rate():
    plan = infusion_plan("Privigen", 70, "1 g/kg daily x2")
    kept = {"patients": 20, "days": 14, "covariates": {"weight_kg": 70.0}, "outputs": ["igg", "platelets"]}
    stepped = ivigsim.simulate(plan.event_table(), **kept)
    constant = ivigsim.simulate("IVIG 1 g/kg daily x2", **kept)
    np.testing.assert_allclose(stepped["igg"][:, 7], constant["igg"][:, 7], rtol=0.02)
    arm = simulate_plan(plan, patients=20, days=14).arms[0]
    assert arm.regimen == "Privigen 10%, IVIG 1 g/kg daily x2, in the steps of the plan"
    assert arm.platelets.n == 20


def test_every_row_of_the_table_is_in_the_order_of_time():
    plan = infusion_plan("Privigen", 70, "0.5 g/kg from day 7 + 1 g/kg")
    times = plan.event_table()["TIME"]
    assert times.is_sorted()
    assert [each.day for each in plan.infusions] == [0, 7]
    assert pl.Series([each.number for each in plan.infusions]).to_list() == [1, 2]
