"""Sphinx extension: pages that follow the code are written from it at each build."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from antimony_lexer import AntimonyLexer
from cli_page import cli_page
from evidence_page import evidence_page
from ivigsim.evidence import load_rows
from ivigsim.model.parameters import load_parameters
from ivigsim.patients.population import load_population, population_names
from model_page import model_page
from populations_page import populations_page


def write_pages(app: Sphinx) -> None:
    """Write the pages that other pages include into `generated/`, those that changed."""
    antimony = files("ivigsim.model").joinpath("ivig_itp.ant").read_text(encoding="utf-8")
    folder = Path(app.srcdir) / "generated"
    folder.mkdir(exist_ok=True)
    pages = {
        "model": model_page(antimony, load_parameters()),
        "cli": cli_page(),
        "evidence": evidence_page(load_rows()),
        "populations": populations_page(map(load_population, population_names())),
    }
    for name, text in pages.items():
        page = folder / f"{name}.md"
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the lexer and the page writer."""
    app.add_lexer("antimony", AntimonyLexer)
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
