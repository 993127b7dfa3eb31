"""Published results as data: read, found by regimen, and simulated as the trials they come from."""

from ivigsim.evidence.published import published_for
from ivigsim.evidence.rows import Endpoint, Entry, Row, Window, load_rows

__all__ = ["Endpoint", "Entry", "Row", "Window", "load_rows", "published_for"]
