"""What is said beside an attribution: how to read it, and the one published share."""

from __future__ import annotations

from dataclasses import dataclass

from ivigsim.mechanisms import Attribution
from ivigsim.mechanisms.attribution import LEAST_RISE
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY, count

LABELS = {
    "fc_gamma_blockade": "Fc-gamma blockade",
    "fcrn_saturation": "FcRn saturation",
    "phagocyte_standdown": "phagocyte stand-down",
    "anti_idiotype": "anti-idiotype",
    "regulatory_t_cells": "regulatory T cells",
    "megakaryocyte_suppression": "less suppression of megakaryocytes",
    "coat_dilution": "coat dilution",
    "antigen_presentation": "antigen presentation",
    "red_cell_load": "red-cell load",
    "dimer_blockade": "dimer blockade",
}
"""Short names of the switches for a figure."""

COVERAGE = (
    "Intervals and spread cover the differences between virtual patients, not whether the model's structure"
    " or its calibrated numbers are right."
)
CLOSE_TO_NOTHING = 1e-3  # 1e9/L: a thousandth of the smallest change a blood count shows


@dataclass(frozen=True)
class PublishedShare:
    """A published share of the effect of IVIG (%), with its limits as published."""

    id: str
    mechanism: str
    value: float
    low: float
    high: float
    citation: str
    link: str
    difference: str


MOUSE = PublishedShare(
    id="IGG19",
    mechanism="fcrn_saturation",
    value=43.0,
    low=38.0,
    high=48.0,
    citation="Hansen & Balthasar 2007 J Pharm Sci",
    link="https://metajournal.com/articles/journal/1969/j-pharm-sci/2007/6",
    difference=(
        "mice given an antibody from outside, in excess of the platelets; the share comes from a model of"
        " that passive antibody, not from a split that sums to the whole"
    ),
)
"""The one published split of the effect of IVIG (MWReg30 mouse model)."""


def beside(found: Attribution) -> PublishedShare | None:
    """Return the published share that an attribution can stand beside, if any."""
    return MOUSE if "IVIG" in found.regimen and MOUSE.mechanism in found.mechanisms else None


def method(found: Attribution) -> str:
    """Say how the rise was split.

    Examples
    --------
    >>> import ivigsim
    >>> method(ivigsim.explain("IVIG 1 g/kg", mechanisms=["fcrn_saturation"], patients=5, days=1))
    'exact over 2 simulations per patient'
    """
    if not found.permutations:
        return f"exact over {count(found.runs, 'simulation')} per patient"
    return f"{found.permutations} orders sampled per patient, {count(found.runs, 'simulation')} each"


def notes(found: Attribution) -> list[str]:
    """Return what a reader of the shares must know, a sentence or more each."""
    names = ", ".join(found.mechanisms)
    how = (
        f"Shapley values over the switches {names}: {method(found)}. A contribution is the mean effect on the"
        " count over all orders of turning the mechanisms on; a negative one lowers the count."
    )
    reading = (
        "Share: mean contribution / mean attributed rise, with 95% bootstrap limits. Patients: percentiles of"
        f" their own shares, over those with at least {LEAST_RISE:g}e9/L attributed; '-' below that."
    )
    texts = [
        how,
        reading,
        "Other: the rise with all these mechanisms off.",
        COVERAGE,
    ]
    errors = [share.sampling_error for share in found.shares if share.sampling_error is not None]
    if errors:
        texts.append(
            f"Sampling orders adds a standard error of at most {max(errors):.2g} percentage points to a share"
            " (in the limits)."
        )
    published = beside(found)
    if published:
        texts.append(
            f"{published.id}: {published.value:g}% ({published.low:g}–{published.high:g}) by faster antibody"
            f" clearance, to set beside {published.mechanism}; {published.citation}. Not like with like:"
            f" {published.difference}."
        )
    return texts


def no_rise(found: Attribution) -> str:
    """Return a sentence when the treatment leaves the count as it was, else nothing."""
    if abs(found.rise).max() >= CLOSE_TO_NOTHING:
        return ""
    return f"{found.regimen!r} does not change the count in these patients: there is nothing to explain."


def warnings(found: Attribution) -> list[str]:
    """Return what must stand beside the numbers wherever they go."""
    failed = len(found.failures)
    lost = [f"{failed} of {found.patients} patients failed and are in no number."] if failed else []
    nothing = no_rise(found)
    return [RESEARCH_ONLY, CALIBRATED, COVERAGE, *([nothing] if nothing else []), *lost]
