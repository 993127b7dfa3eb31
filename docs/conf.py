"""How Sphinx builds the documentation; it needs no network."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from ivigsim._version import __version__

project = "ivigsim"
author = "The ivigsim authors"
project_copyright = "The ivigsim authors, Apache-2.0"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "ivigsim_docs"]
exclude_patterns = ["_build", "generated"]
html_theme = "furo"
html_title = f"ivigsim {release}"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["wide.css"]

myst_heading_anchors = 3
autodoc_member_order = "bysource"
# The docstrings give types, shapes and units together.
autodoc_typehints = "none"
numpydoc_show_class_members = False
