"""A product: what its labels say, each cell typed, and the text it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivigsim.products.cells import Measure
from ivigsim.products.composition import Ingredient
from ivigsim.products.rates import LabelDose, Rate, RiskCap, StepRule

UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Product:
    """An IVIG product; None, or an empty tuple, is what was not found in the sources read.

    Attributes
    ----------
    name, manufacturer, form : str
        `form` is "liquid" or "lyophilised".
    concentrations_percent : tuple of float
        Strengths (g of protein per 100 mL).
    stabiliser : tuple of Ingredient
    sucrose : bool or None
    sucrose_g_per_g : float or None
        Sucrose per g of IgG.
    sodium : Measure or None
        mmol/L.
    osmolality_mosm_kg, ph : Measure or None
    iga_ug_per_ml : Measure or None
    initial_rate_ml_kg_h, max_rate_ml_kg_h : tuple of Rate
    initial_rate_mg_kg_min, max_rate_mg_kg_min : tuple of Rate
    rate_step : StepRule or None
    itp_doses : tuple of LabelDose
        Empty when not labelled for ITP, or unknown.
    itp_max_rate_mg_kg_min : float or None
    vial_sizes_g : tuple of float
    virus_steps : tuple of str
    indications : tuple of str
        Codes licensed in the US, as "ITP".
    indication_limits : mapping of str to str
        Code to whom the licence is limited to; empty for no limit in the source.
    us_first_approval : int or None
        Year.
    label_year_seen : str
        Of the label that the row was read from.
    sources : tuple of str
        Addresses that the row was read from.
    notes : str
    risk_cap : RiskCap or None
        Highest rate in patients at risk of renal failure or thrombosis.
    cells : mapping of str to str
        Column of `products.tsv` to its text, word by word.
    unverified : frozenset of str
        Columns whose text is marked as partly unverified.
    """

    name: str
    manufacturer: str
    form: str
    concentrations_percent: tuple[float, ...]
    stabiliser: tuple[Ingredient, ...]
    sucrose: bool | None
    sucrose_g_per_g: float | None
    sodium: Measure | None
    osmolality_mosm_kg: Measure | None
    ph: Measure | None
    iga_ug_per_ml: Measure | None
    initial_rate_ml_kg_h: tuple[Rate, ...]
    max_rate_ml_kg_h: tuple[Rate, ...]
    initial_rate_mg_kg_min: tuple[Rate, ...]
    max_rate_mg_kg_min: tuple[Rate, ...]
    rate_step: StepRule | None
    itp_doses: tuple[LabelDose, ...]
    itp_max_rate_mg_kg_min: float | None
    vial_sizes_g: tuple[float, ...]
    virus_steps: tuple[str, ...]
    indications: tuple[str, ...]
    indication_limits: Mapping[str, str]
    us_first_approval: int | None
    label_year_seen: str
    sources: tuple[str, ...]
    notes: str
    risk_cap: RiskCap | None
    cells: Mapping[str, str]
    unverified: frozenset[str]

    @property
    def sugars(self) -> tuple[Ingredient, ...]:
        """Stabilisers that are sugars or sugar alcohols."""
        return tuple(each for each in self.stabiliser if each.is_sugar)

    @property
    def aliases(self) -> tuple[str, ...]:
        """Names it can be asked for by: its own, and that without what stands in brackets."""
        return tuple(dict.fromkeys((self.name, self.name.partition(" (")[0])))

    def text(self, column: str) -> str:
        """Return a cell as it is shown: its text, marked when partly unverified, or "unknown".

        Parameters
        ----------
        column : str
            As in `cells`.

        Examples
        --------
        >>> from ivigsim.products import product
        >>> product("Privigen").text("vial_sizes_g"), product("Alyglo").text("sodium")
        ('5;10;20;40 [partly unverified]', 'unknown')
        """
        return self.cells[column] or UNKNOWN

    def known(self, column: str) -> bool:
        """Tell whether a cell holds something and was not marked as partly unverified.

        Examples
        --------
        >>> from ivigsim.products import product
        >>> [product("Privigen").known(name) for name in ("sodium", "vial_sizes_g")]
        [True, False]
        """
        return bool(self.cells[column]) and column not in self.unverified
