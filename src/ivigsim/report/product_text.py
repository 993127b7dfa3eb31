"""Products as a terminal shows them: the list, one in full, the matrix of indications."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

from ivigsim.products import Product, Selection, indication_titles
from ivigsim.products.definition import UNKNOWN
from ivigsim.report.product_wording import LABELS, UNVERIFIED_MEANS, cell_text, coverage, hosts
from ivigsim.report.wording import RESEARCH_ONLY, count

if TYPE_CHECKING:
    from rich.console import Console

_LINES = (  # what stands on a line of the list
    ("fda_indications", "ITP_dose_regimen"),
    ("stabiliser", "sucrose", "sodium", "IgA_ug_per_mL"),
    ("initial_rate_mg_kg_min", "max_rate_mg_kg_min", "ITP_max_rate_mg_kg_min"),
    ("vial_sizes_g",),
    ("virus_steps",),
)
_IN_ITP = ("ITP_dose_regimen", "ITP_max_rate_mg_kg_min")


def print_products(found: Selection, *, filtered: bool) -> None:
    """Print products with the sites they were read from, and those of which it is not known whether they fit.

    Parameters
    ----------
    found : Selection
    filtered : bool
        Whether anything was asked for.
    """
    console, say = console_and_say()
    for product in found.fits:
        strengths = ", ".join(f"{percent:g}" for percent in product.concentrations_percent)
        say(f"{product.name}: {strengths}% {product.form}, {product.manufacturer}", "bold")
        for columns in _LINES:
            shown = [name for name in columns if name not in _IN_ITP or "ITP" in product.indications]
            say(" | ".join(f"{LABELS[name]}: {cell_text(product, name)}" for name in shown), indent=2)
        say(f"source: {hosts(product)}", "dim", indent=2)
    if filtered:
        _print_selection(found, say)
    console.print()
    say(
        "`ivigsim products NAME` shows one in full, with its sources; --matrix who is licensed for what."
        f" {UNVERIFIED_MEANS}"
    )
    say(RESEARCH_ONLY, "bold")


def print_product(product: Product) -> None:
    """Print one product in full, every cell and every source."""
    _, say = console_and_say()
    say(product.name, "bold")
    width = max(map(len, LABELS.values())) + 2
    for column, label in LABELS.items():
        say(cell_text(product, column), head=f"  {label:<{width}}")
    for number, source in enumerate(product.sources):
        say(source, head=f"  {'' if number else 'source':<{width}}")
    say(f"The sources are those of the whole row. {UNVERIFIED_MEANS}")
    say(RESEARCH_ONLY, "bold")


def print_matrix(found: Selection, *, filtered: bool) -> None:
    """Print who is licensed for what in the US, and that no product has all."""
    from rich import box
    from rich.table import Table

    console, say = console_and_say()
    codes = indication_titles()
    if found.fits:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        table.add_column("Product")
        for code in codes:
            table.add_column(code, justify="center")
        for product in found.fits:
            table.add_row(product.name, *(_mark(product, code) for code in codes))
        totals = (sum(code in product.indications for product in found.fits) for code in codes)
        table.add_row("products", *map(str, totals), style="bold")
        console.print(table)
        console.print()
        say(coverage(found.fits))
    for product in found.fits:
        for code, limit in product.indication_limits.items():
            if limit:
                say(f"* {product.name}: {code} in {limit}.")
    if filtered:
        _print_selection(found, say)
    say("; ".join(f"{code} {title}" for code, title in codes.items()) + ".", "dim")
    say("Licences are those of the US labels read; `ivigsim products NAME` gives the sources.", "dim")
    say(RESEARCH_ONLY, "bold")


def _mark(product: Product, code: str) -> str:
    if not product.known("fda_indications"):
        return UNKNOWN
    if code not in product.indications:
        return "-"
    return "yes*" if product.indication_limits[code] else "yes"


def _print_selection(found: Selection, say: Callable[..., None]) -> None:
    """Say how many fit, and which cannot be judged."""
    total = len(found.fits) + len(found.unknown) + found.not_fitting
    fit = "fits" if len(found.fits) == 1 else "fit"
    say(f"{len(found.fits)} of {count(total, 'product')} {fit}, {found.not_fitting} do not.", "bold")
    if found.unknown:
        say("Not known whether they fit:", "bold")
    for product, reasons in found.unknown:
        say(f"{product.name}: {'; '.join(reasons)}", indent=2)


def console_and_say() -> tuple[Console, Callable[..., None]]:
    """Return a console and a function that prints wrapped text."""
    from rich.console import Console

    console = Console(highlight=False)

    def say(text: str, style: str = "", indent: int = 0, head: str = "") -> None:
        lines = textwrap.wrap(
            text,
            console.width,
            initial_indent=head or " " * indent,
            subsequent_indent=" " * (len(head) or indent + 2),
            break_on_hyphens=False,
            break_long_words=False,
        )
        console.print("\n".join(lines), style=style, markup=False, soft_wrap=True)

    return console, say
