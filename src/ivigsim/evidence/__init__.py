"""Published results as data, found by regimen and linked to the simulated outcomes."""

from ivigsim.evidence.published import Endpoint, Published, Window, load_published, published_for

__all__ = ["Endpoint", "Published", "Window", "load_published", "published_for"]
