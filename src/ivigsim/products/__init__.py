"""IVIG products as their labels describe them."""

from ivigsim.products.definition import Product
from ivigsim.products.library import indication_titles, load_products, product

__all__ = ["Product", "indication_titles", "load_products", "product"]
