"""What a spleen and each switch change, and what they must leave alone."""

import numpy as np
import pytest

import ivigsim
from ivigsim.engine.simulation import OUTPUTS
from ivigsim.model.parameters import switches

TREATMENT = "IVIG 1 g/kg daily x2"


def simulate(treatment=TREATMENT, **given):
    return ivigsim.simulate(treatment, **({"patients": 60, "seed": 12, "days": 30} | given))


@pytest.fixture(scope="module")
def treated():
    return simulate()


def largest_change(sim, other):
    return max(np.abs(sim[name] / other[name] - 1).max() for name in OUTPUTS)


@pytest.mark.parametrize("name", switches())
def test_a_switch_changes_the_treated_course(name, treated):
    other = simulate(switches={name: not switches()[name]})
    assert largest_change(other, treated) > 1e-3


@pytest.mark.parametrize("name", switches())
def test_a_switch_leaves_the_patient_before_treatment_alone(name):
    sim = simulate(None, switches={name: not switches()[name]})
    untreated = simulate(None, days=1)
    for output in OUTPUTS:
        np.testing.assert_allclose(sim[output], untreated[output][:, :1].repeat(31, axis=1), rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "output", "higher"),
    [
        ("fc_gamma_blockade", "phagocytosis", True),  # with the mechanism off, the output is higher
        ("phagocyte_standdown", "phagocytosis", True),
        ("fcrn_saturation", "igg", True),
        ("anti_idiotype", "autoantibody", False),
        ("regulatory_t_cells", "autoantibody", True),
        ("megakaryocyte_suppression", "platelets", False),
    ],
)
def test_a_switch_turned_off_changes_its_own_part(name, output, higher, treated):
    off = simulate(switches={name: False})
    difference = (off[output] - treated[output])[:, 1:8].mean()
    assert (difference > 0) == higher


def test_all_mechanisms_off_leaves_nothing_but_igg():
    off = dict.fromkeys(switches(), False)
    sim, treated = simulate(switches=off), simulate()
    assert (sim["igg"][:, 2] > sim["igg"][:, 0] + 10).all()
    rise, usual = ((s["platelets"] / s["platelets"][:, :1])[:, 7] for s in (sim, treated))
    assert np.median(rise) < 0.2 * np.median(usual) + 1


def test_unknown_switch_gives_the_nearest():
    with pytest.raises(ivigsim.InputError, match=r"'fcrn_saturatoin'.*nearest: 'fcrn_saturation'"):
        simulate(switches={"fcrn_saturatoin": False})


@pytest.mark.parametrize("value", [1, 0, "off", None])
def test_a_switch_is_on_or_off(value):
    with pytest.raises(ivigsim.InputError, match=r"fcrn_saturation is .*; accepted: True \(on\) or False"):
        simulate(switches={"fcrn_saturation": value})


def test_without_a_spleen():
    outputs = ["platelets", "platelets_total", "k_spleen", "k_liver", "phagocytosis"]
    without, with_ = (
        simulate(covariates={"splenectomised": gone}, outputs=outputs) for gone in (True, False)
    )
    assert (without["k_spleen"] == 0).all()
    assert (with_["k_spleen"] > 0).all()
    assert np.array_equal(without["platelets"], without["platelets_total"])  # no pool to hide in
    assert (with_["platelets"] < with_["platelets_total"]).all()
    np.testing.assert_allclose(without["platelets"][:, 0], with_["platelets"][:, 0], rtol=1e-12)
    assert (without["k_liver"] > 0).all()


def test_anti_gpib_limits_what_blockade_can_do():
    outputs = ["k_independent", "phagocytosis"]
    positive, negative = (
        simulate(covariates={"anti_gpib": present}, outputs=outputs) for present in (True, False)
    )
    share = [np.median((s["k_independent"] / s["phagocytosis"])[:, 0]) for s in (positive, negative)]
    assert share[0] > share[1]


def test_red_cells_are_spared_in_group_o():
    group_o, group_a = (
        simulate(covariates={"blood_group": g, "splenectomised": False}, outputs=["haemoglobin"])[
            "haemoglobin"
        ]
        for g in "OA"
    )
    np.testing.assert_allclose(group_o, group_o[:, :1].repeat(31, axis=1), rtol=1e-6)
    assert ((group_a[:, 0] - group_a.min(axis=1)) > 0).all()


def test_genotype_acts_through_the_receptor():
    outputs = ["platelets", "receptors_on_coat"]
    vv, ff = (simulate(covariates={"fcgr3a": genotype}, outputs=outputs) for genotype in ("VV", "FF"))
    assert (vv["receptors_on_coat"][:, 0] != ff["receptors_on_coat"][:, 0]).all()
    np.testing.assert_allclose(vv["platelets"][:, 0], ff["platelets"][:, 0], rtol=1e-12)
