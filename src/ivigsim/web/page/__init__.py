"""The explorer page: choose patients and treatments on the left, see what comes out on the right."""

from ivigsim.web.page.app import create_page

__all__ = ["create_page"]
