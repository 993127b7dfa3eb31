"""An infusion plan: per infusion the dose, the vials, the rate steps with their times, and the loads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivigsim.products.body_weight import DosedWeight
from ivigsim.products.definition import Product
from ivigsim.products.ladder import Cap, Note
from ivigsim.products.loads import Load
from ivigsim.products.vials import Vials

if TYPE_CHECKING:
    import polars

MINUTES_PER_DAY = 1440.0


@dataclass(frozen=True)
class RateStep:
    """One rate of an infusion.

    Attributes
    ----------
    start_min, minutes : float
        When it begins, from the start of the infusion, and how long it runs (min).
    rate_mg_kg_min : float
        Per kg of dosing weight.
    rate_ml_h : float
    grams, volume_ml : float
        Given in this step.
    total_g, total_ml : float
        Given at its end, with all before.
    """

    start_min: float
    minutes: float
    rate_mg_kg_min: float
    rate_ml_h: float
    grams: float
    volume_ml: float
    total_g: float
    total_ml: float


@dataclass(frozen=True)
class Infusion:
    """One infusion.

    Attributes
    ----------
    number : int
        From 1.
    day : float
        When it begins (d, from 0).
    asked_g, grams : float
        Dose as asked for, and as given, in whole vials unless the rounding is "none".
    vials : Vials or None
        None when the sizes are unknown.
    volume_ml : float
    steps : tuple of RateStep
    sodium, sugar : Load
    """

    number: int
    day: float
    asked_g: float
    grams: float
    vials: Vials | None
    volume_ml: float
    steps: tuple[RateStep, ...]
    sodium: Load
    sugar: Load

    @property
    def minutes(self) -> float:
        """Total time (min)."""
        return self.steps[-1].start_min + self.steps[-1].minutes

    @property
    def rounded_by_percent(self) -> float:
        """How much rounding changes the dose (% of the dose asked for)."""
        return (self.grams / self.asked_g - 1.0) * 100.0


@dataclass(frozen=True, eq=False)
class InfusionPlan:
    """Infusions of a product for one patient; make it with `infusion_plan`.

    Attributes
    ----------
    product : Product
    percent : float
        Strength (%).
    indication : str
        Whose rates are taken.
    dose : str
        Canonical phrase.
    weight : DosedWeight
    start : int
        Clock time at which infusions of a whole day begin (min after midnight).
    rounding : str
        "nearest", "up", "down" or "none".
    label_max_mg_kg_min : float
        Highest rate of the label.
    cap : Cap
        Highest rate of this plan.
    infusions : tuple of Infusion
    notes : tuple of Note
        What the plan rests on: the label, what was assumed, what was asked for, what is unknown.
    """

    product: Product
    percent: float
    indication: str
    dose: str
    weight: DosedWeight
    start: int
    rounding: str
    label_max_mg_kg_min: float
    cap: Cap
    infusions: tuple[Infusion, ...]
    notes: tuple[Note, ...]

    @property
    def name(self) -> str:
        """Product with its strength, once.

        Examples
        --------
        >>> from ivigsim.products import infusion_plan
        >>> [infusion_plan(name, 70, "1 g/kg").name for name in ("Privigen", "Octagam 10%")]
        ['Privigen 10%', 'Octagam 10%']
        """
        strength = f"{self.percent:g}%"
        return self.product.name if strength in self.product.name else f"{self.product.name} {strength}"

    @property
    def grams(self) -> float:
        """Total given (g)."""
        return sum(each.grams for each in self.infusions)

    def clock(self, infusion: Infusion, minute: float) -> str:
        """Return the clock time of a minute of an infusion; "+1 d" is the next calendar day.

        Examples
        --------
        >>> from ivigsim.products import infusion_plan
        >>> plan = infusion_plan("Privigen", 70, "1 g/kg", start="22:00")
        >>> plan.clock(plan.infusions[0], 30), plan.clock(plan.infusions[0], 150)
        ('22:30', '00:30 +1 d')
        """
        begun = self.start + (infusion.day % 1.0) * MINUTES_PER_DAY
        days, of_day = divmod(round(begun + minute), int(MINUTES_PER_DAY))
        later = f" +{days} d" if days else ""
        return f"{of_day // 60:02d}:{of_day % 60:02d}{later}"

    def event_table(self) -> polars.DataFrame:
        """Return the plan as an event table, one row per rate step, for `ivigsim.simulate`.

        Returns
        -------
        polars.DataFrame
            NONMEM columns ID, TIME (d), AMT (mg per kg of actual weight), RATE (mg/kg per d), DUR (d), CMT.

        Examples
        --------
        >>> from ivigsim.products import infusion_plan
        >>> table = infusion_plan("Privigen", 70, "1 g/kg").event_table()
        >>> table.columns, float(table["AMT"].sum())
        (['ID', 'TIME', 'AMT', 'RATE', 'DUR', 'CMT'], 1000.0)
        """
        import polars as pl

        kg = self.weight.actual_kg
        rows = []
        for infusion in self.infusions:
            for step in infusion.steps:
                amount, days = step.grams * 1000.0 / kg, step.minutes / MINUTES_PER_DAY
                start = infusion.day + step.start_min / MINUTES_PER_DAY
                row = {"ID": 1, "TIME": start, "AMT": amount, "RATE": amount / days, "DUR": days}
                rows.append({**row, "CMT": "IVIG"})
        return pl.DataFrame(rows)
