"""What comes into a pool: chance per donation, size and titre, each sourced, given or assumed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from ivigsim.errors import InputError
from ivigsim.safety.pathogens.agents import Agent
from ivigsim.safety.pathogens.donors import SCREENINGS, Donors, Input, Plasma, Unknown
from ivigsim.safety.pathogens.facts import load_facts, number, numbers_in

DAYS_PER_YEAR = 365.25
INCIDENCE_ROWS: Mapping[str, str] = {"HIV": "rr_hiv_2008", "HCV": "rr_hcv_2008"}
NAT_YIELD_PLACE: Mapping[str, int] = {"HIV": 0, "HCV": 1}  # row nat_yield counts both in one cell
TITRE_LOG10 = (2.0, 7.0)
TITRE_AGENTS = ("HIV", "HCV", "HBV")
TITRE_WHY = (
    "from near the limit of a test to a high viraemia, each power of ten as likely; no row gives a number"
    " (ema_in_T_max names the input)"
)
MOST_PER_POOL = 1000.0  # undetected donations expected in a pool: assumed, beyond any use


def plasma(agent: Agent, donors: Donors) -> Plasma:
    """Return what goes into a pool, from what is given, the table, and what is assumed.

    Raises
    ------
    Unknown
        When a number is neither in the table nor given.

    Examples
    --------
    >>> from ivigsim.safety.pathogens import AGENTS
    >>> plasma(AGENTS["HCV"], Donors(pool=10_000)).inputs[0].value
    '4.3e-07: 5.1 per 100,000 person-years times 3.1 d (MP16-NAT)'
    """
    if agent.name == "prion":
        raise Unknown(
            "how many donations carry prions, and how much, is unknown, and no validated test screens them;"
            " accepted: a virus (nearest: 'HCV')"
        )
    copies = _copies(donors)
    given = donors.per_donation or donors.incidence_per_1e5
    if agent.name == "B19" and given is None:
        return _at_the_limit(donors, copies)
    (low, high), first = _chance(agent.name, donors)
    sizes, pool = _pool(donors)
    limits, titre = _titre(agent.name, donors)
    if high * sizes[1] > MOST_PER_POOL:
        raise InputError(
            f"a pool of {sizes[1]:,.0f} donations would hold {high * sizes[1]:,.0f} undetected ones;"
            f" accepted: up to {MOST_PER_POOL:,.0f} (nearest: a smaller pool or chance)"
        )
    per_infection = donors.copies_per_infection or 1.0
    return Plasma((low, high), sizes, limits, per_infection, (first, pool, titre, copies))


def _chance(name: str, donors: Donors) -> tuple[tuple[float, float], Input]:
    """Return the chance that a donation carries the agent undetected."""
    what = f"undetected {name} per donation"
    if donors.per_donation is not None:
        return (donors.per_donation,) * 2, Input(what, f"{donors.per_donation:g}", "given")
    if name == "HBV" and donors.incidence_per_1e5 is None:
        if donors.window_d is not None or donors.screening == "antibody":
            raise Unknown(_missing("incidence of HBV among donors", "--incidence or --per-donation"))
        low, high = _range("rr_hbv_range")
        why = "whole-blood donors; the range of a review over kinds of screening, so --screening is not used"
        return (low, high), Input(what, f"{low:g} to {high:g}", "sourced", ("rr_hbv_range",), why)
    if donors.screening == "antibody":
        return _antibody(name, donors, what)
    (incidence, rows_i), (days, rows_w, how) = _incidence(name, donors), _window(name, donors)
    chance = incidence * 1e-5 * days / DAYS_PER_YEAR
    text = f"{chance:.2g}: {incidence:g} per 100,000 person-years times {days:g} d ({how})"
    rows = (*rows_i, *rows_w, "rr_model")
    origin = "sourced" if rows_i and rows_w else "given"
    why = "incidence of US whole-blood donors; that of plasma donors may differ" if rows_i else ""
    return (chance, chance), Input(what, text, origin, rows, why)


def _antibody(name: str, donors: Donors, what: str) -> tuple[tuple[float, float], Input]:
    """Return the chance with antibody screening: what NAT found beyond it, and what NAT missed."""
    if name not in NAT_YIELD_PLACE:
        raise Unknown(_missing(f"window of antibody screening for {name}", "--window or --per-donation"))
    if donors.incidence_per_1e5 is not None:
        raise InputError(
            "an incidence goes with a window, and that of antibody screening is not in the table;"
            " accepted: --window in place of --screening antibody"
        )
    (missed, _), less = _chance(name, replace(donors, screening="MP16-NAT"))
    found = numbers_in("nat_yield", "value", r"(\d+) / (\d+)")[NAT_YIELD_PLACE[name]]
    (million,) = numbers_in("nat_yield", "setting", r"(\d+) million donations")
    chance = found / (million * 1e6) + missed
    text = (
        f"{chance:.2g}: {found:g} of {million:g} million antibody-negative donations were NAT-positive, and"
        f" {missed:.2g} that NAT misses"
    )
    why = "US whole-blood donors of 1999-2008; plasma donors of 1993 and their older test may differ"
    return (chance, chance), Input(what, text, "sourced", ("nat_yield", *less.rows), why)


def _incidence(name: str, donors: Donors) -> tuple[float, tuple[str, ...]]:
    if donors.incidence_per_1e5 is not None:
        return donors.incidence_per_1e5, ()
    if name not in INCIDENCE_ROWS:
        raise Unknown(
            _missing(f"incidence of {name} among donors", "--per-donation, or --incidence and --window")
        )
    row = INCIDENCE_ROWS[name]
    return numbers_in(row, "detail", r"incidence ([\d.]+) per 1e5 person-years")[0], (row,)


def _window(name: str, donors: Donors) -> tuple[float, tuple[str, ...], str]:
    if donors.window_d is not None:
        return donors.window_d, (), "given"
    screening = donors.screening or "MP16-NAT"
    row = f"wp_{SCREENINGS[screening]}_{name}"
    if row not in load_facts():
        raise Unknown(_missing(f"window of {name}", "--per-donation, or --incidence and --window"))
    return number(row), (row,), screening


def _pool(donors: Donors) -> tuple[tuple[float, float], Input]:
    what = "donations in a pool"
    if donors.pool is not None:
        return (donors.pool, donors.pool), Input(what, f"{donors.pool:,.0f}", "given")
    low, high = number("pool_min"), number("pool_max")
    why = "the least is a US rule; the most is recalled, not checked; each size as likely on a log scale"
    return (low, high), Input(what, f"{low:,.0f} to {high:,.0f}", "assumed", ("pool_min", "pool_max"), why)


def _titre(name: str, donors: Donors) -> tuple[tuple[float, float], Input]:
    what = "copies/mL of an undetected donation"
    if donors.titre_log10 is None and name not in TITRE_AGENTS:
        raise Unknown(_missing(f"titre of an undetected donation with {name}", "--titre"))
    low, high = donors.titre_log10 or TITRE_LOG10
    text = f"1e{low:g} to 1e{high:g}" if low < high else f"1e{low:g}"
    if donors.titre_log10 is not None:
        return (low, high), Input(what, text, "given")
    return (low, high), Input(what, text, "assumed", (), TITRE_WHY)


def _copies(donors: Donors) -> Input:
    what = "copies that infect"
    if donors.copies_per_infection is not None:
        return Input(what, f"{donors.copies_per_infection:g}", "given")
    return Input(what, "1", "assumed", (), "the worst case: every copy that reaches a patient infects")


def _at_the_limit(donors: Donors, copies: Input) -> Plasma:
    """Return a pool that holds as much B19 as its test lets pass."""
    if donors.titre_log10 is not None or donors.window_d is not None:
        raise Unknown(_missing("chance of an undetected donation with B19", "--per-donation"))
    limit = number("b19_limit")
    why = (
        "every pool at the limit that its test lets pass, whatever its size (recalled, not checked);"
        " antibody in the product, which neutralises, is left out"
    )
    level = Input("B19 in every pool", f"{limit:,.0f} IU/mL", "assumed", ("b19_limit",), why)
    titre = (math.log10(limit),) * 2
    per_infection = donors.copies_per_infection or 1.0
    return Plasma(None, (1.0, 1.0), titre, per_infection, (level, copies), bound=True)


def _range(row: str) -> tuple[float, float]:
    low, high = numbers_in(row, "value", r"(\S+) to (\S+)")
    return low, high


def _missing(what: str, option: str) -> str:
    return f"the {what} is not in the table, so no risk is computed; accepted: your own with {option}"
