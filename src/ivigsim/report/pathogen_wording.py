"""What pathogen safety says in words."""

from __future__ import annotations

from ivigsim.safety.pathogens.donors import Input
from ivigsim.safety.pathogens.factors import Part, Reduction, counted
from ivigsim.safety.pathogens.facts import Fact
from ivigsim.safety.pathogens.residual import Residual

UPPER = (
    "A factor that is a lower bound makes the risk an upper bound (at most), often by far. 'Given such a"
    " pool' is the risk of all that comes from one pool with the agent; the rest is over all pools. 5% and"
    " 95% are over pools, titres and what else is not known; antibody in the product is left out."
)
PRION = (
    "Factors against prions are from spiked plasma or albumin; whether they hold for what circulates in blood"
    " is unknown. No validated test screens donations."
)
KINDS = {True: "enveloped", False: "not enveloped", None: "no virus"}


def chance_text(value: float) -> str:
    """Return a chance with two digits.

    Examples
    --------
    >>> chance_text(0.25), chance_text(3.21e-9), chance_text(0.0)
    ('0.25', '3.2e-09', 'below 1e-300')
    """
    return "below 1e-300" if value == 0 else f"{value:.2g}"


def one_in(value: float) -> str:
    """Return a chance as one in how many.

    Examples
    --------
    >>> one_in(0.00038), one_in(3.2e-9), one_in(1.0), one_in(0.0)
    ('1 in 2,600', '1 in 3.1e+08', '1 in 1', 'below 1e-300')
    >>> one_in(0.4)
    '1 in 2.5'
    """
    if value == 0:
        return "below 1e-300"
    many = 1 / value
    if many < 10:
        return f"1 in {many:.2g}"
    return f"1 in {float(f'{many:.2g}'):,.0f}" if many < 1e6 else f"1 in {many:.2g}"


def sum_text(found: Reduction) -> str:
    """Return the sum of a reduction (log10), with its bound and doubt; "-" when nothing counts.

    Examples
    --------
    >>> from ivigsim.safety.pathogens import reduction
    >>> sum_text(reduction("Gammagard S/D", "HCV")), sum_text(reduction("Gammagard S/D", "prion"))
    ('>=7.3', '-')
    """
    if not found.parts:
        return "-"
    return f"{'>=' if found.at_least else ''}{found.log10:.1f}{'?' if found.doubtful else ''}"


def part_notes(part: Part) -> str:
    """Return what to know about a part of a reduction.

    Examples
    --------
    >>> from ivigsim.safety.pathogens import reduction
    >>> part_notes(reduction("Gammagard S/D", "HIV").parts[0])
    'not added: 4.9 of a step alike (gsd_step2_HIV-1)'
    """
    fact, notes = part.fact, []
    if part.borrowed:
        notes.append(f"taken from another product ({fact.setting})")
    if fact.steps > 1:
        published = f"{fact.log10:g} published as the sum of {fact.steps} steps alike"
        notes.append(f"{published}: at least {counted(fact):.3g} in one")
    notes += [f"not added: {counted(other):.3g} of a step alike ({other.id})" for other in part.alike]
    notes += [f"not taken: {counted(other):.3g} with {other.agent} ({other.id})" for other in part.further]
    if fact.doubt:
        notes.append(fact.doubt)
    return "; ".join(notes)


def left_out(found: Reduction) -> list[str]:
    """Return a sentence for rows that the source does not count, and one for unverified ones."""
    lines = []
    if found.not_counted:
        lines.append(
            f"Not counted by its source (within the limit of the assay): {_rows(found.not_counted)}."
        )
    if found.unverified:
        lines.append(f"Not counted, unverified (--unverified counts them): {_rows(found.unverified)}.")
    if found.without:
        lines.append(f"Left out on request: {', '.join(found.without)}.")
    return lines


def _rows(facts: tuple[Fact, ...]) -> str:
    return ", ".join(f"{fact.id} {'>=' if fact.at_least else ''}{counted(fact):.3g}" for fact in facts)


def input_text(each: Input) -> str:
    """Return a number that a risk rests on, and where it is from.

    Examples
    --------
    >>> input_text(Input("donations in a pool", "10,000", "given"))
    'donations in a pool: 10,000 [given]'
    """
    rows = f", {', '.join(each.rows)}" if each.rows else ""
    return f"{each.what}: {each.value} [{each.origin}{rows}]{f'; {each.why}' if each.why else ''}"


def fact_value(fact: Fact) -> str:
    """Return the number of a row as published.

    Examples
    --------
    >>> from ivigsim.safety.pathogens.facts import load_facts
    >>> fact_value(load_facts()["car_pH_HIV"]), fact_value(load_facts()["ema_in_LRF"])
    ('>6.1 log10', 'unknown')
    """
    sign = "" if fact.operator == "=" else fact.operator
    return f"{sign}{fact.value} {fact.unit}".strip() if fact.value else "unknown"


def risk_rows(risk: Residual) -> list[tuple[str, float, float, float, float]]:
    """Return the chances of a risk: name, median, 5%, 95%, mean; "at most" where it is an upper bound."""
    bound = ", at most" if risk.at_most else ""
    named = (
        ("pool with the agent", risk.contaminated),
        (f"given such a pool{bound}", risk.given_such_a_pool),
        (f"per gram{bound}", risk.per_gram),
        (f"per dose{bound}", risk.per_dose),
        (f"per course{bound}", risk.per_course),
        ("per course, no steps", risk.without_steps),
    )
    return [(name, each.median, each.low, each.high, each.mean) for name, each in named]
