"""The documentation builds without a warning, and its generated pages hold the whole model."""

from __future__ import annotations

import importlib
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest

from ivigsim.model.parameters import Parameter, load_parameters
from ivigsim.patients.population import load_population, population_names

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    return importlib.import_module("model_page")


ANTIMONY = """// A model.
// Of two lines.
model small
  // ---- Units ----
  unit per_day = 1 / (86400 second);
  // ---- 1. First ----
  // loss, k_unused only here
  x' = -k * x * on;
  // ---- 2. Second ----
  y := k * x + c;
end
"""


def parameter(name: str, value: float | None, unit: str = "1/d", kind: str = "none") -> Parameter:
    return Parameter(name, value, unit, 0.5, kind, f"source of {name}", f"what {name}_is")


def test_a_parameter_stands_once_beside_its_first_use(pages: ModuleType) -> None:
    rows = [parameter("k", 0.1, kind="lognormal"), parameter("c", None, kind="derived"),
            parameter("k_unused", 2.0), parameter("on", 1.0, unit="switch")]  # fmt: skip
    page = pages.model_page(ANTIMONY, {row.id: row for row in rows})
    order = ["A model.", "## 1. First", "x' = -k", "* - `k`\n  - 0.1", "0.5 (lognormal)", "what k\\_is",
             "## 2. Second", "* - `c`\n  - solved", "## Mechanism switches", "* - `on`",
             "## What describes a patient", "* - `k_unused`\n  - 2", "## Units"]  # fmt: skip
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert all(page.count(f"* - `{row.id}`\n") == 1 for row in rows)


def test_a_model_without_sections_is_refused(pages: ModuleType) -> None:
    with pytest.raises(ValueError, match="no section heading"):
        pages.model_page("model x\nend\n", {})


def test_the_page_holds_every_equation_and_every_parameter(pages: ModuleType) -> None:
    antimony = files("ivigsim.model").joinpath("ivig_itp.ant").read_text(encoding="utf-8")
    page = pages.model_page(antimony, load_parameters())
    equations = [line.strip() for line in antimony.splitlines() if ":=" in line or "' =" in line]
    assert len(equations) > 20
    assert not [line for line in equations if line not in page]
    assert not [name for name in load_parameters() if page.count(f"* - `{name}`\n") != 1]


def test_the_populations_page_holds_every_value_with_its_source(pages: ModuleType) -> None:
    populations_page = importlib.import_module("populations_page").populations_page
    for name in population_names():
        people = load_population(name)
        page = populations_page([people])
        assert page.startswith(f"## `{name}`")
        for key, entry in {**people.covariates, **people.parameters}.items():
            assert page.count(f"* - `{key}`\n") == 1
            assert pages.escape(entry.source) in page
    page = populations_page([load_population("child-new")])
    assert "median kg by age in years: 4 at 0, 10 at 1, 18 at 5" in page
    assert "median 5 year, SD of logit 0.9 between 0.5 and 16" in page
    assert "* - `splenectomised`\n  - yes 0%" in page


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    options = ["-W", "--keep-going", "-n", "-q", "-b", "html"]
    command = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "mg/kg/d" in (tmp_path / "model.html").read_text(encoding="utf-8")
    assert "simulate" in (tmp_path / "cli.html").read_text(encoding="utf-8")
