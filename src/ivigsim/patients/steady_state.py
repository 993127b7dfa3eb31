"""The steady state before treatment: from what a clinic sees to parameters and initial states.

Every balance of `ivig_itp.ant` is solved exactly, so an untreated patient does not drift.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ivigsim.model.rest import AT_REST

Floats = NDArray[np.float64]
Values = dict[str, Floats]

_COMPARTMENTS = 4
_NEWTON_STEPS = (
    8  # the same for all, so that a patient does not depend on its chunk; five reach rounding error
)


def steady_state(given: Mapping[str, Floats]) -> Values:
    """Solve the derived parameters and initial states of patients.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (n,) or ()
        Parameters and patient descriptors of `parameters.tsv` in their units, and `baseline_platelets`
        (1e9/L), `spleen` and `anti_gpib` (1 or 0), `K_receptor` (umol/L).

    Returns
    -------
    dict of str to ndarray
        `given`, the derived parameters and the initial value of every state, by their id in the model.
    """
    v: Values = dict(given)
    _igg(v)
    _platelets(v)
    _coat(v)
    _clearance(v)
    _marrow(v)
    for name, value in AT_REST.items():
        v[name] = np.full_like(v["production"], value)
    v["haemoglobin"] = v["haemoglobin_baseline"]
    return v


def _igg(v: Values) -> None:
    v["k_cat"] = v["k_int"] - v["J_max"] / (v["V_c"] * (v["K_m"] + v["igg_baseline"]))
    v["igg_synthesis"] = v["k_cat"] * v["igg_baseline"]
    v["igg_endogenous"] = v["igg_baseline"]
    v["igg_endogenous_tissue"] = v["k_12"] / v["k_21"] * v["igg_baseline"]


def _platelets(v: Values) -> None:
    """Immune loss that keeps the baseline count, given the production; none without excess production."""
    total = v["baseline_platelets"] / (1.0 - v["spleen"] * v["pool_share"])
    k_use = v["haemostatic_use"] / (total + v["K_use"])
    # production: what the count needs with no immune loss, and an excess that immune loss takes
    need = 1.0 / _residence(k_use, v["k_age"])[0] * total / v["turnover_normal"]
    v["production"] = need + v["production_excess"]
    flux = v["turnover_normal"] * v["production"]
    k_loss = _total_loss(total / flux, k_use, v["k_age"])
    v["platelets_total_baseline"] = total
    # no excess, no immune loss: exactly, not to rounding
    v["immune_loss"] = np.where(v["production_excess"] > 0, k_loss - k_use, 0.0)
    v["flux"] = flux
    stage = flux / (v["k_age"] + k_loss)
    for i in range(1, _COMPARTMENTS + 1):
        v[f"platelets_{i}"] = stage
        stage = stage * v["k_age"] / (v["k_age"] + k_loss)


def _residence(k_loss: Floats, k_age: Floats) -> tuple[Floats, Floats]:
    """Mean stay (d) in a chain of ageing compartments with a loss at any age, and its derivative."""
    survive = k_age / (k_age + k_loss)
    stay = np.zeros_like(survive)
    slope = np.zeros_like(survive)
    for i in range(1, _COMPARTMENTS + 1):
        term = survive ** (i - 1) / (k_age + k_loss)
        stay = stay + term
        slope = slope - i * term / (k_age + k_loss)
    return stay, slope


def _total_loss(stay: Floats, lowest: Floats, k_age: Floats) -> Floats:
    """Loss constant (1/d) that gives a mean stay (d): Newton on 1/stay, nearly linear in the constant."""
    k = np.maximum(1.0 / stay - k_age, lowest)
    for _ in range(_NEWTON_STEPS):
        now, slope = _residence(k, k_age)
        k = k + (1.0 / stay - 1.0 / now) * now * now / -slope
    return k


def _coat(v: Values) -> None:
    """Antibody on platelets, in plasma and in tissue, and the synthesis that keeps them."""
    for antigen, present in (("gpiibiiia", np.ones_like(v["flux"])), ("gpib", v["anti_gpib"])):
        occupied = v[f"occupancy_{antigen}"] * present
        coat = v[f"copies_{antigen}"] * occupied
        free = v[f"Kd_{antigen}"] * occupied / (1.0 - occupied)
        blood, tissue = (
            ("anti_gpiibiiia",) * 2 if antigen == "gpiibiiia" else ("anti_gpib_antibody", "anti_gpib")
        )
        v[f"coat_{antigen}"] = coat
        v[blood] = free + coat * v["nmol_per_giga"] * v["platelets_total_baseline"]
        v[f"{tissue}_tissue"] = v["k_12"] / v["k_21"] * free
        v[f"synthesis_{antigen}"] = v["k_cat"] * free + v["flux"] * coat * v["nmol_per_giga"]


def _clearance(v: Values) -> None:
    """Share the immune loss among spleen, liver and Fc-independent routes."""
    total = v["platelets_total_baseline"]
    coat = v["coat_gpiibiiia"] + v["coat_gpib"]
    gpib_factor = 1.0 - v["anti_gpib"] * (1.0 - v["fc_share_gpib"])
    through_fc = v["fc_share"] * gpib_factor * v["immune_loss"]
    by_spleen = v["spleen_share"] * v["spleen"]
    on_coat = v["shell_molar"] * coat
    rho = on_coat / (on_coat + v["molar_igg"] * v["igg_baseline"] + v["K_receptor"])
    v["rho50_spleen"] = v["rho50_ratio"] * rho
    v["liver_relative"] = v["rho50_liver_ratio"] ** -v["steepness"]
    eaten = (rho / v["rho50_spleen"]) ** v["steepness"]
    eaten_liver = eaten * v["liver_relative"]
    v["k_max_spleen"] = by_spleen * through_fc * (1 + eaten) / eaten * (1 + total / v["K_load_spleen"])
    v["k_max_liver"] = (
        (1 - by_spleen) * through_fc * (1 + eaten_liver) / eaten_liver * (1 + total / v["K_load_liver"])
    )
    v["k_other"] = (1.0 - v["fc_share"]) * v["immune_loss"]
    desialylated = v["fc_share"] * (1.0 - gpib_factor) * v["immune_loss"]
    v["k_desialylation"] = np.divide(
        desialylated, v["coat_gpib"], out=np.zeros_like(desialylated), where=v["coat_gpib"] > 0
    )
    # nothing eaten before treatment: any scale leaves nothing
    v["uptake_baseline"] = np.where(through_fc > 0, through_fc * total, 1.0)


def _marrow(v: Values) -> None:
    """Production capacity behind the suppressed, thrombopoietin-driven production."""
    for i in range(1, _COMPARTMENTS + 1):
        v[f"megakaryocytes_{i}"] = v["production"]
    tpo = 1.0 / (v["tpo_other"] + (v["tpo_by_megakaryocytes"] + v["tpo_by_platelets"]) * v["production"])
    stimulation = v["stimulation_max"] * tpo / (v["stimulation_max"] - 1.0 + tpo)
    v["suppression"] = v["baseline_suppression"] / (1.0 - v["baseline_suppression"])
    v["production_capacity"] = v["production"] * (1.0 + v["suppression"]) / stimulation
    v["marrow_coat_baseline"] = v["coat_gpiibiiia"] + v["gpib_weight"] * v["coat_gpib"]
