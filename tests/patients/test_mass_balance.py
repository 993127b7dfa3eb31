"""Whatever is infused is in the body or broken down; nothing is ever negative; more IVIG blocks more."""

from itertools import pairwise

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

import ivigsim
from ivigsim.engine.integrator import SolverOptions
from ivigsim.engine.kernel import STATE_SCALES
from ivigsim.model.compile import compiled_model

DAYS = 12.0
DOSES = st.lists(
    st.tuples(
        st.integers(0, 40).map(lambda k: k / 4),  # day
        st.floats(1, 2500),  # mg/kg
        st.sampled_from([0.0, 0.125, 0.5, 3.0]),  # d
    ),
    min_size=1,
    max_size=4,
)
COVARIATES = st.sampled_from(
    [{}, {"splenectomised": True}, {"anti_gpib": True}, {"baseline_platelets": 1}, {"baseline_igg": 60}]
)
AFTER = 2e-8  # d; an output this long after a bolus is the value after it


def table(doses):
    return pl.DataFrame(sorted(doses), schema=["TIME", "AMT", "DUR"], orient="row")


def simulate(doses, **given):
    fixed = {"patients": 8, "allow_extreme": True, "threads": 1}
    return ivigsim.simulate(table(doses) if doses else None, **(fixed | given))


def simpson(values, times):
    """Integral over one smooth stretch of evenly spaced times."""
    weights = np.ones(len(times))
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    return values @ weights * (times[-1] - times[0]) / (3 * (len(times) - 1))


@settings(max_examples=25, deadline=None)
@given(DOSES, st.integers(0, 10**6), st.booleans())
def test_infused_igg_is_in_the_body_or_broken_down(doses, seed, saturation):
    edges = sorted({0.0, DAYS, *(t for t, _, _ in doses), *(min(t + d, DAYS) for t, _, d in doses)})
    stretches = [np.linspace(a, b, 2 * int(20 * (b - a) + 4) + 1) for a, b in pairwise(edges)]
    for times in stretches:  # values at an edge are those before a dose
        times[0] += AFTER
    outputs = ["igg_infused", "igg_infused_tissue", "igg_catabolism"]
    sim = simulate(
        doses,
        seed=seed,
        times=np.concatenate(stretches),
        outputs=outputs,
        switches={"fcrn_saturation": saturation},
    )
    places = np.split(np.arange(len(sim.time)), np.cumsum([len(t) for t in stretches])[:-1])
    loss = sim["igg_catabolism"] * sim["igg_infused"]
    size = sim.source.parameters(["V_c", "volume_factor"])
    volume = size["V_c"] * size["volume_factor"]  # mL/kg
    lost = volume * sum(simpson(loss[:, place], t) for place, t in zip(places, stretches, strict=True))
    kept = volume * (sim["igg_infused"] + sim["igg_infused_tissue"])[:, -1]
    infused = sum(amount * (min(1, (DAYS - t) / d) if d else 1) for t, amount, d in doses)
    np.testing.assert_allclose(kept + lost, infused, rtol=1e-5)


@settings(max_examples=25, deadline=None)
@given(DOSES, st.integers(0, 10**6), COVARIATES)
def test_nothing_is_ever_negative(doses, seed, covariates):
    model, outputs = compiled_model(), ("platelets", "igg", "autoantibody", "haemoglobin", "phagocytosis")
    names = (*outputs, *model.states)
    sim = simulate(doses, seed=seed, times=np.linspace(0, 40, 161), covariates=covariates, outputs=names)
    assert sim.failures == {}
    for name in outputs:
        assert (sim[name] > 0).all(), name
    for name in model.states:  # what is nearly nothing may be below nothing by the error of the solver
        error = SolverOptions().tolerance * STATE_SCALES.get(model.units[name], 1.0)
        assert (sim[name] > -2 * error).all(), name


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(20, 1500), min_size=2, max_size=4),
    st.sampled_from([0.0, 0.2, 1.0]),
    st.integers(0, 10**6),
)
def test_more_ivig_blocks_more_receptors(steps, duration, seed):
    ends = [duration + AFTER, 1.5]  # end of the infusion, and later
    shares, catabolism = [], []
    for amount in [0.0, *np.cumsum(steps)]:
        doses = [(0.0, amount, duration)] if amount else []
        sim = simulate(doses, seed=seed, times=ends, outputs=["receptors_on_coat", "igg_catabolism"])
        shares.append(sim["receptors_on_coat"])
        catabolism.append(sim["igg_catabolism"])
    assert (np.diff(shares, axis=0) < 0).all()
    assert (np.diff(catabolism, axis=0) > 0).all()
