"""IVIG products as their labels describe them, and infusions planned within their rates."""

from ivigsim.products.definition import Product
from ivigsim.products.infusion import Infusion, InfusionPlan, RateStep
from ivigsim.products.library import indication_titles, load_products, product
from ivigsim.products.planning import infusion_plan
from ivigsim.products.selecting import Selection, Wish, select_products

__all__ = [
    "Infusion",
    "InfusionPlan",
    "Product",
    "RateStep",
    "Selection",
    "Wish",
    "indication_titles",
    "infusion_plan",
    "load_products",
    "product",
    "select_products",
]
