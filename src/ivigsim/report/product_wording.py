"""Words on products that the terminal, JSON and pages share."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from ivigsim.products import Product, indication_titles
from ivigsim.products.cells import UNVERIFIED

LABELS = {  # column of the table -> its name and unit
    "manufacturer": "manufacturer",
    "concentration_percent": "strength, %",
    "form": "form",
    "stabiliser": "stabiliser",
    "sucrose": "sucrose",
    "sodium": "sodium",
    "osmolality_mOsm_kg": "osmolality, mOsm/kg",
    "pH": "pH",
    "IgA_ug_per_mL": "IgA, ug/mL",
    "initial_rate_mg_kg_min": "first rate, mg/kg/min",
    "max_rate_mg_kg_min": "highest rate, mg/kg/min",
    "initial_rate_mL_kg_h": "first rate, mL/kg/h",
    "max_rate_mL_kg_h": "highest rate, mL/kg/h",
    "rate_step": "rate steps",
    "ITP_max_rate_mg_kg_min": "highest in ITP, mg/kg/min",
    "ITP_dose_regimen": "dose in ITP",
    "vial_sizes_g": "vials, g",
    "virus_steps": "virus steps",
    "fda_indications": "licensed for (US)",
    "us_first_approval": "first US approval",
    "label_year_seen": "label seen",
    "notes": "notes",
}
UNVERIFIED_MEANS = "(unverified): the cell is marked as partly unverified where it was collected."


def cell_text(product: Product, column: str) -> str:
    """Return a cell as it is shown.

    Examples
    --------
    >>> from ivigsim.products import product
    >>> cell_text(product("Privigen"), "vial_sizes_g"), cell_text(product("Alyglo"), "sodium")
    ('5, 10, 20, 40 (unverified)', 'unknown')
    """
    text = product.text(column).replace(UNVERIFIED, "(unverified)")
    return text.replace(";", ", ") if column in ("vial_sizes_g", "fda_indications") else text


def hosts(product: Product) -> str:
    """Return the sites that a row was read from, each once.

    Examples
    --------
    >>> from ivigsim.products import product
    >>> hosts(product("Gammaked"))
    'gammaked.medmonk.com, studyres.com, drugs.com'
    """
    names = (urlsplit(source.split()[0]).netloc.lower().removeprefix("www.") for source in product.sources)
    return ", ".join(dict.fromkeys(names))


def coverage(products: Sequence[Product]) -> str:
    """Say in how many of the indications a product is licensed at most, from the data.

    Examples
    --------
    >>> from ivigsim.products import load_products
    >>> coverage(list(load_products().values())).partition(":")[0]
    'No product is licensed for all 9 indications'
    """
    codes = list(indication_titles())
    licensed = {product.name: [code for code in codes if code in product.indications] for product in products}
    most = max(map(len, licensed.values()))
    names = [name for name, found in licensed.items() if len(found) == most]
    whole = "No product is" if most < len(codes) else f"{' and '.join(names)} {_be(names)}"
    sentence = f"{whole} licensed for all {len(codes)} indications: the most is {most} ({', '.join(names)})."
    without = [code for code in codes if not any(code in found for found in licensed.values())]
    if without:
        sentence += f" No product shown is licensed for {' or '.join(without)}."
    return sentence


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
