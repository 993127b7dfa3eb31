"""IgG and FcRn after Kim 2007, typed from the paper's equations and solved with Runge-Kutta here.

Kim, Hayton, Robinson & Anderson, Clin Immunol 2007; 122:146-155: FcRn recycles IgG by Michaelis-Menten
kinetics, and what is not recycled is broken down. One plasma pool; ours adds a tissue pool, checked below.
"""

import numpy as np
import pytest

from ivigsim.engine.integrator import Integrator, SolverOptions
from ivigsim.engine.schedule import Doses
from ivigsim.patients.population import load_population
from ivigsim.patients.sampling import sample_patients
from ivigsim.patients.steady_state import steady_state

J_MAX = 147.0  # mg/kg/d, Table 1 (IGG01)
K_M = 21.0  # g/L (IGG02)
K_INT = 0.18  # 1/d (IGG03)
V_C = 42.0  # mL/kg (IGG04)
C_SS = 12.1  # g/L (IGG05)
K_12, K_21 = 0.35, 0.29  # 1/d; not Kim's: any exchange with tissue will do here
DOSE = 1000.0  # mg/kg, at once


def fractional_catabolism(igg):
    """Kim's equations 1 to 3: intrinsic catabolism less recycling (1/d) at a plasma concentration (g/L)."""
    return K_INT - J_MAX / (V_C * (K_M + igg))


def runge_kutta(slope, start, days, steps_per_day=200):
    state, h = np.array(start, dtype=float), 1.0 / steps_per_day
    course = [state]
    for _ in range(days):
        for _ in range(steps_per_day):
            k1 = slope(state)
            k2 = slope(state + h / 2 * k1)
            k3 = slope(state + h / 2 * k2)
            k4 = slope(state + h * k3)
            state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        course.append(state)
    return np.array(course)


def ours(dose, k_12, days):
    """Total plasma IgG of one of our patients who has Kim's numbers."""
    kim = {"J_max": J_MAX, "K_m": K_M, "k_int": K_INT, "V_c": V_C, "igg_baseline": C_SS}
    given = kim | {"k_12": k_12, "k_21": K_21, "volume_factor": 1.0}
    values = sample_patients(load_population("adult-chronic"), 0, 1, seed=1).values
    values = steady_state(values | {name: np.array([value]) for name, value in given.items()})
    doses = Doses(
        np.zeros((1, 1), dtype=int), np.zeros((1, 1)), np.full((1, 1), dose), np.zeros((1, 1)), ("IVIG",)
    )
    integrator = Integrator(("igg",), SolverOptions(tolerance=1e-9), ("IVIG",))
    return integrator.solve(values, doses, np.arange(days + 1.0)).outputs["igg"][0], values


def test_endogenous_steady_state():
    igg, values = ours(0.0, K_12, 60)
    production = fractional_catabolism(C_SS) * V_C * C_SS
    assert values["igg_synthesis"][0] * V_C == pytest.approx(production, rel=1e-12)
    np.testing.assert_allclose(igg, C_SS, rtol=1e-9)


def test_decay_after_a_dose_in_kims_one_pool():
    synthesis = fractional_catabolism(C_SS) * C_SS

    def slope(igg):
        return synthesis - fractional_catabolism(igg) * igg

    expected = runge_kutta(slope, C_SS + DOSE / V_C, 60)
    igg, _ = ours(DOSE, 0.0, 60)
    np.testing.assert_allclose(igg[1:], expected[1:], rtol=1e-7)


def test_decay_after_a_dose_with_a_tissue_pool():
    synthesis = fractional_catabolism(C_SS) * C_SS

    def slope(pools):
        plasma, tissue = pools
        exchange = K_12 * plasma - K_21 * tissue
        return np.array([synthesis - fractional_catabolism(plasma) * plasma - exchange, exchange])

    expected = runge_kutta(slope, [C_SS + DOSE / V_C, C_SS * K_12 / K_21], 60)[:, 0]
    igg, _ = ours(DOSE, K_12, 60)
    np.testing.assert_allclose(igg[1:], expected[1:], rtol=1e-7)
