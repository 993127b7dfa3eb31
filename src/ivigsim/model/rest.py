"""What is the same in every patient before treatment: drugs absent, the immune system in balance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

DOSE_INPUTS: Mapping[str, str] = {
    "IVIG": "ivig_rate",
    "anti-D": "anti_d_rate",
    "prednisolone": "prednisolone_rate",
    "methylprednisolone": "methylprednisolone_rate",
    "dexamethasone": "dexamethasone_rate",
    "platelets": "platelets_rate",
    "splenectomy": "splenectomy_rate",
    "rituximab": "rituximab_rate",
    "romiplostim": "romiplostim_rate",
    "eltrombopag": "eltrombopag_rate",
    "avatrombopag": "avatrombopag_rate",
    "efgartigimod": "efgartigimod_rate",
    "rozanolixizumab": "rozanolixizumab_rate",
    "fostamatinib": "fostamatinib_rate",
    "rilzabrutinib": "rilzabrutinib_rate",
}
"""Dose input -> the model parameter that holds its rate (amount per d, in the unit of that parameter)."""

AT_REST: Mapping[str, float] = {
    **dict.fromkeys(("t_cell_help", "plasmablasts", "plasma_cells", "reticulocytes"), 1.0),
    **dict.fromkeys(("regulatory_cells", "b_cells"), 1.0),
    **dict.fromkeys(("igg_infused", "igg_infused_tissue", "igg_dimer", "isoagglutinin", "standdown"), 0.0),
    **dict.fromkeys(("transfused_1", "transfused_2", "transfused_3", "transfused_4"), 0.0),
    **dict.fromkeys(("prednisolone", "methylprednisolone", "dexamethasone", "steroid_effect"), 0.0),
    **dict.fromkeys(("anti_d", "spleen_removed", "rituximab", "remission"), 0.0),
    **dict.fromkeys(("romiplostim", "eltrombopag", "avatrombopag"), 0.0),
    **dict.fromkeys(("efgartigimod", "rozanolixizumab", "fostamatinib", "rilzabrutinib"), 0.0),
}
"""Initial value of the states that are the same in every patient."""


def resting(inputs: Iterable[str]) -> frozenset[tuple[str, float]]:
    """Return what may rest when only these dose inputs are given: other rates, and the states above.

    Examples
    --------
    >>> ("prednisolone_rate", 0.0) in resting(["IVIG"]), ("ivig_rate", 0.0) in resting(["IVIG"])
    (True, False)
    """
    given = set(inputs)
    rates = {(rate, 0.0) for name, rate in DOSE_INPUTS.items() if name not in given}
    return frozenset(rates | set(AT_REST.items()))
