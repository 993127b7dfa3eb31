"""The products of `products.tsv`, every cell read strictly."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from ivigsim.errors import unknown
from ivigsim.products import cells, composition, rates
from ivigsim.products.definition import Product

T = TypeVar("T")

COLUMNS = (
    *("product", "manufacturer", "concentration_percent", "form", "stabiliser", "sucrose", "sodium"),
    *("osmolality_mOsm_kg", "pH", "IgA_ug_per_mL", "initial_rate_mL_kg_h", "max_rate_mL_kg_h"),
    *("initial_rate_mg_kg_min", "max_rate_mg_kg_min", "rate_step", "ITP_dose_regimen"),
    *("ITP_max_rate_mg_kg_min", "vial_sizes_g", "virus_steps", "fda_indications", "us_first_approval"),
    *("label_year_seen", "source_url", "notes"),
)
_FORMS = ("liquid", "lyophilised")


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of this package, column to text.

    Examples
    --------
    >>> read_table("indications.tsv")[0]["code"]
    'PI'
    """
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    if any(None in row or None in row.values() for row in rows):
        raise ValueError(f"{name} has a row with too many or too few cells")
    return rows


@cache
def indication_titles() -> Mapping[str, str]:
    """Return the code and the name of every indication that a product can be licensed for.

    Examples
    --------
    >>> indication_titles()["KD"]
    'Kawasaki disease'
    """
    return MappingProxyType({row["code"]: row["indication"] for row in read_table("indications.tsv")})


@cache
def load_products() -> Mapping[str, Product]:
    """Return all products by name, in the order of the table.

    Returns
    -------
    mapping of str to Product

    Raises
    ------
    ValueError
        When a cell cannot be read: the message names product and column.

    Examples
    --------
    >>> load_products()["Privigen"].indications
    ('PI', 'ITP', 'CIDP')
    """
    rows = read_table("products.tsv")
    if tuple(rows[0]) != COLUMNS:
        raise ValueError(f"products.tsv has the columns {tuple(rows[0])}; expected {COLUMNS}")
    return MappingProxyType({row["product"]: read_product(row) for row in rows})


def product(name: str) -> Product:
    """Return one product by its name, in any case; what stands in brackets may be left out.

    Parameters
    ----------
    name : str

    Raises
    ------
    InputError
        When there is none of that name, with the nearest.

    Examples
    --------
    >>> product("carimune nf").name
    'Carimune NF (historical)'
    """
    wanted = " ".join(str(name).lower().split())
    for each in load_products().values():
        if wanted in (alias.lower() for alias in each.aliases):
            return each
    raise unknown("product", str(name), load_products())


def read_product(row: Mapping[str, str]) -> Product:
    """Read one row of the table.

    Raises
    ------
    ValueError
        When a cell cannot be read.
    """
    texts = {column: cells.read_doubt(row[column]) for column in COLUMNS}
    plain = {column: text for column, (text, _) in texts.items()}

    def read(column: str, how: Callable[[str], T]) -> T | None:
        try:
            return how(plain[column]) if plain[column] else None
        except cells.CellError as error:
            raise ValueError(f"products.tsv, {row['product']}, {column}: {error}") from None

    def each_rate(column: str) -> tuple[rates.Rate, ...]:
        return read(column, rates.read_rates) or ()

    def measure(column: str, unit: str) -> cells.Measure | None:
        return read(column, lambda text: cells.read_measure(text, unit))

    licences = read("fda_indications", lambda text: cells.read_indications(text, tuple(indication_titles())))
    sucrose, per_g = read("sucrose", composition.read_sucrose) or (None, None)
    return Product(
        name=plain["product"],
        manufacturer=plain["manufacturer"],
        form=_form(plain["form"]),
        concentrations_percent=read("concentration_percent", cells.read_strengths) or (),
        stabiliser=read("stabiliser", composition.read_stabiliser) or (),
        sucrose=sucrose,
        sucrose_g_per_g=per_g,
        sodium=read("sodium", composition.read_sodium),
        osmolality_mosm_kg=measure("osmolality_mOsm_kg", "mOsm/kg"),
        ph=measure("pH", "pH"),
        iga_ug_per_ml=measure("IgA_ug_per_mL", "ug/mL"),
        initial_rate_ml_kg_h=each_rate("initial_rate_mL_kg_h"),
        max_rate_ml_kg_h=each_rate("max_rate_mL_kg_h"),
        initial_rate_mg_kg_min=each_rate("initial_rate_mg_kg_min"),
        max_rate_mg_kg_min=each_rate("max_rate_mg_kg_min"),
        rate_step=read("rate_step", rates.read_step_rule),
        itp_doses=read("ITP_dose_regimen", rates.read_itp_doses) or (),
        itp_max_rate_mg_kg_min=read("ITP_max_rate_mg_kg_min", _number),
        vial_sizes_g=read("vial_sizes_g", cells.read_sizes) or (),
        virus_steps=read("virus_steps", cells.read_steps) or (),
        indications=tuple(licences or ()),
        indication_limits=MappingProxyType(licences or {}),
        us_first_approval=read("us_first_approval", cells.read_year),
        label_year_seen=plain["label_year_seen"],
        sources=read("source_url", cells.read_sources) or (),
        notes=plain["notes"],
        risk_cap=read("notes", rates.read_risk_cap),
        cells=MappingProxyType({column: row[column] for column in COLUMNS}),
        unverified=frozenset(column for column, (_, doubtful) in texts.items() if doubtful),
    )


def _form(text: str) -> str:
    if text not in _FORMS:
        raise ValueError(f"products.tsv: the form {text!r} is none of {', '.join(_FORMS)}")
    return text


def _number(text: str) -> float:
    found = cells.read_measure(text, "mg/kg/min").value
    if found is None:
        raise cells.CellError(text, "a rate")
    return found
