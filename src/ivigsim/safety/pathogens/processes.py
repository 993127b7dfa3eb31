"""The processes that have reduction factors in the table, and the product that a name means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ivigsim.errors import InputError, nearest
from ivigsim.safety.pathogens.facts import Fact, load_facts


@dataclass(frozen=True)
class Process:
    """How a product is made.

    Attributes
    ----------
    name : str
        That of the product, or of the process where the source names no product.
    settings : tuple of str
        What its rows have in the column `product_or_setting`.
    borrowed : tuple of str
        Ids of rows of other products, for a step whose own factor is not in the table.
    """

    name: str
    settings: tuple[str, ...]
    borrowed: tuple[str, ...] = ()

    def rows(self) -> Iterator[Fact]:
        """Yield its rows with a reduction."""
        for fact in load_facts().values():
            if fact.log10 is not None and (fact.setting in self.settings or fact.id in self.borrowed):
                yield fact


# The S/D step of Gammagard S/D has no factor in the table: a published risk model's stands in, since over 308
# studies class of product, temperature and protein made no material difference (row sd_ppta).
_SD = ("hb_sd_HIV", "hb_sd_HCV", "hb_sd_HBV", "hb_sd_HAV", "hb_sd_B19")

PROCESSES: Mapping[str, Process] = {
    process.name: process
    for process in (
        Process("Gammagard S/D", ("Gammagard S/D",), _SD),
        Process("Carimune NF", ("Carimune NF",)),
        Process("Gamunex-C", ("Gamunex-C",)),
        Process(
            "pasteurised IGIV (Chandra 1999)",
            ("IGIV (Gammar-P type process)", "IGIV (pasteurised process)"),
        ),
        Process("minipool IgG with caprylate", ("minipool IgG, 20 donations",)),
        Process("PEG IVIG", ("PEG IVIG",)),
        Process("SNBTS immunoglobulin", ("SNBTS immunoglobulin",)),
    )
}


def process_named(name: str) -> Process:
    """Return the process of a product, in any case; what stands in brackets may be left out.

    Raises
    ------
    InputError
        When the table holds no reduction factor of it, with the processes that have some.

    Examples
    --------
    >>> process_named("gammagard s/d (IgA <1)").name
    'Gammagard S/D'
    """
    wanted = _plain(name)
    for process in PROCESSES.values():
        if wanted in (_plain(process.name), _plain(process.name.split(" (")[0])):
            return process
    known = _product_steps()
    product = next((each for each in known if _plain(each) == wanted), None)
    if product is not None:
        bare = product.split(" (")[0]
        if bare in PROCESSES:
            return PROCESSES[bare]
        named = f" ({known[product]})" if known[product] else ""
        raise InputError(
            f"no reduction factor of the steps of {name!r}{named} is in the table, so no risk is computed;"
            f" accepted: {', '.join(PROCESSES)}"
        )
    close = nearest(name, [*PROCESSES, *known])
    hint = f" (nearest: '{close}')" if close else ""
    raise InputError(f"unknown product {name!r}; accepted: {', '.join(PROCESSES)}{hint}")


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _product_steps() -> dict[str, str]:
    """Return each product of the product table and the steps it names."""
    from ivigsim.products import load_products

    steps = {}
    for each in load_products().values():
        doubt = ", partly unverified" if "virus_steps" in each.unverified else ""
        steps[each.name] = ", ".join(each.virus_steps) + doubt
    return steps
