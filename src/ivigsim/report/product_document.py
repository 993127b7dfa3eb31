"""Products as one JSON document; what is unknown is null."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from ivigsim._version import __version__
from ivigsim.products import Product, Selection, Wish, indication_titles
from ivigsim.products.cells import UNVERIFIED
from ivigsim.report.product_wording import coverage
from ivigsim.report.wording import RESEARCH_ONLY

_TYPED = (
    *("concentrations_percent", "stabiliser", "sucrose", "sucrose_g_per_g", "sodium", "osmolality_mosm_kg"),
    *("ph", "iga_ug_per_ml", "initial_rate_ml_kg_h", "max_rate_ml_kg_h", "initial_rate_mg_kg_min"),
    *("max_rate_mg_kg_min", "rate_step", "itp_doses", "itp_max_rate_mg_kg_min", "vial_sizes_g"),
    *("virus_steps", "us_first_approval", "risk_cap"),
)


def product_part(product: Product) -> dict[str, Any]:
    """Return a product: each cell with its text and whether it is verified, the typed values, the sources.

    Examples
    --------
    >>> from ivigsim.products import product
    >>> part = product_part(product("Privigen"))
    >>> part["cells"]["vial_sizes_g"], part["values"]["vial_sizes_g"]
    ({'text': '5;10;20;40', 'unverified': True}, (5.0, 10.0, 20.0, 40.0))
    """
    cells = {
        column: {"text": _text(text), "unverified": column in product.unverified}
        for column, text in product.cells.items()
        if column not in ("product", "source_url")
    }
    values = {name: _plain(getattr(product, name)) for name in _TYPED}
    return {
        "name": product.name,
        "indications": list(product.indications),
        "indication_limits": {code: limit for code, limit in product.indication_limits.items() if limit},
        "cells": cells,
        "values": values,
        "sources": list(product.sources),
    }


def products_document(found: Selection, wish: Wish) -> str:
    """Return a list of products, what was asked for, and those that cannot be judged."""
    asked = {name: value for name, value in asdict(wish).items() if value not in (None, False, (), [])}
    return _json(
        {
            "asked": asked,
            "products": [product_part(product) for product in found.fits],
            "unknown": [{"name": product.name, "why": list(why)} for product, why in found.unknown],
            "not_fitting": found.not_fitting,
        }
    )


def product_document(product: Product) -> str:
    """Return one product."""
    return _json({"product": product_part(product)})


def matrix_document(found: Selection) -> str:
    """Return who is licensed for what in the US; null where it is unknown."""
    matrix = {
        product.name: {
            code: code in product.indications if product.known("fda_indications") else None
            for code in indication_titles()
        }
        for product in found.fits
    }
    return _json(
        {
            "indications": dict(indication_titles()),
            "licensed": matrix,
            "limits": {
                product.name: {code: limit for code, limit in product.indication_limits.items() if limit}
                for product in found.fits
                if any(product.indication_limits.values())
            },
            "coverage": coverage(found.fits) if found.fits else None,
            "unknown": [{"name": product.name, "why": list(why)} for product, why in found.unknown],
        }
    )


def _text(text: str) -> str | None:
    return text.removesuffix(UNVERIFIED).rstrip() or None


def _plain(value: Any) -> Any:
    """Return dataclasses as mappings, and an empty tuple, which is unknown, as None."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value)) or None
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value


def _json(content: dict[str, Any]) -> str:
    whole = {"ivigsim": __version__, **content, "disclaimer": RESEARCH_ONLY}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
