"""What of a product matters for the risks: its name and its sucrose."""

from __future__ import annotations

from dataclasses import dataclass

from ivigsim.errors import unknown


@dataclass(frozen=True)
class ProductFacts:
    """A product; `sucrose` is None when it is not known, and `text` is what its row says."""

    name: str
    sucrose: bool | None
    text: str


def read_product(name: str) -> ProductFacts:
    """Look a product up by its name, whatever its case.

    Raises
    ------
    InputError
        When no product has this name.
    """
    from ivigsim.products import load_products

    products = load_products()
    by_lower = {each.lower(): each for each in products}
    if name.lower() not in by_lower:
        raise unknown("product", name, products)
    known = by_lower[name.lower()]
    sucrose = products[known].sucrose
    return ProductFacts(known, has_sucrose(sucrose), str(sucrose or "unknown"))


def has_sucrose(cell: object) -> bool | None:
    """Read the sucrose of a product's row; a blank or a partly unverified cell is unknown.

    Examples
    --------
    >>> has_sucrose("yes (1.67 g per g IgG)"), has_sucrose("no"), has_sucrose(""), has_sucrose(None)
    (True, False, None, None)
    """
    if isinstance(cell, bool):
        return cell
    text = "" if cell is None else str(cell).strip().lower()
    if "unverified" in text:
        return None
    return {"yes": True, "no": False}.get(text.partition(" ")[0])
