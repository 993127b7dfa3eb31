"""What of a product matters for the risks: its name and its sucrose."""

from __future__ import annotations

from dataclasses import dataclass

from ivigsim.errors import unknown


@dataclass(frozen=True)
class ProductFacts:
    """A product; `sucrose` is None when it is not known."""

    name: str
    sucrose: bool | None
    text: str


def read_product(name: str) -> ProductFacts:
    """Look a product up by its name, whatever its case.

    Raises
    ------
    InputError
        When no product has this name.

    Examples
    --------
    >>> read_product("privigen").name
    'Privigen'
    """
    from ivigsim.products import load_products

    products = load_products()
    by_lower = {each.lower(): each for each in products}
    if name.lower() not in by_lower:
        raise unknown("product", name, products)
    found = products[by_lower[name.lower()]]
    sucrose = str(found.sucrose or "").strip()
    known = {"y": True, "n": False}.get(sucrose[:1].lower())
    return ProductFacts(found.name, known, sucrose or "unknown")
