"""parameters.tsv: every number has a unit and a source, says why where it is assumed, and is used."""

import csv
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from ivigsim.model import parameters
from ivigsim.model.compile import compiled_model
from ivigsim.model.parameters import SPREAD_KINDS, load_parameters, parameters_text, switches
from ivigsim.model.units import SBML_UNITS
from ivigsim.patients import sampling
from ivigsim.patients.population import load_population

ROWS = list(csv.DictReader(parameters_text().splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
IN_MODEL = set(compiled_model().parameters)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_row_is_complete(row):
    assert None not in row, "more cells than columns"
    assert all(cell is not None and cell == cell.strip() for cell in row.values())
    assert row["unit"] in SBML_UNITS
    assert row["spread_kind"] in SPREAD_KINDS
    assert len(row["source"]) >= 2
    assert row["note"]
    if "assumed" in row["source"]:  # says why
        assert len((row["source"].split("assumed", 1)[1] + row["note"]).split()) >= 4, row["source"]


def test_ids_are_unique():
    assert len({row["id"] for row in ROWS}) == len(ROWS)


def test_every_parameter_of_the_model_is_a_row():
    assert {row["id"] for row in ROWS} >= IN_MODEL


def test_every_parameter_of_the_model_acts():
    import heyoka as hy

    model = compiled_model()
    seen = {str(p) for e in (*model.rhs, *model.variables.values()) for p in hy.get_params(e)}
    unused = [name for i, name in enumerate(model.parameters) if f"p{i}" not in seen]
    assert unused == []


def draw(table, monkeypatch):
    """Every value of 60 patients, covariates as in the population, when the file held this table."""
    monkeypatch.setattr(sampling, "load_parameters", lambda: MappingProxyType(table))
    return sampling.sample_patients(load_population("adult-chronic"), 0, 60, seed=1).values


DESCRIPTORS = [p.id for p in load_parameters().values() if p.id not in IN_MODEL]


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_descriptor_outside_the_equations_changes_some_patient(name, monkeypatch):
    table = dict(load_parameters())
    before = draw(table, monkeypatch)
    changed = replace(table[name], value=0.9 * table[name].value or 0.5)
    after = draw(table | {name: changed}, monkeypatch)
    states = set(compiled_model().states)
    assert any(not np.array_equal(before[key], after[key]) for key in (IN_MODEL | states) - {name})


def test_derived_rows_are_those_the_steady_state_solves(monkeypatch):
    values = draw(dict(load_parameters()), monkeypatch)
    drawn = {p.id for p in load_parameters().values() if p.value is not None}
    derived = {p.id for p in load_parameters().values() if p.spread_kind == "derived"}
    assert derived <= set(values) - drawn
    assert derived <= IN_MODEL


def test_switches_are_on_or_off():
    assert switches()
    assert all(p.value in (0.0, 1.0) for p in load_parameters().values() if p.is_switch)


GOOD = {
    "id": "x",
    "value": "1",
    "unit": "1/d",
    "spread": "",
    "spread_kind": "none",
    "source": "s",
    "note": "",
}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"unit": ""}, "a unit and a source are required"),
        ({"source": ""}, "a unit and a source are required"),
        ({"spread_kind": "lognormall"}, "spread_kind is 'lognormall'; accepted: none, lognormal"),
        ({"value": ""}, "a finite value is required"),
        ({"value": "nan"}, "a finite value is required"),
        ({"spread": "0.2"}, "spread and spread_kind disagree"),
        ({"spread_kind": "lognormal"}, "spread and spread_kind disagree"),
    ],
)
def test_a_wrong_row_is_refused(wrong, says, monkeypatch):
    row = GOOD | wrong
    text = "\t".join(row) + "\n" + "\t".join(row.values())
    monkeypatch.setattr(parameters, "parameters_text", lambda: text)
    with pytest.raises(ValueError, match=says):
        load_parameters.__wrapped__()


def test_an_id_named_twice_is_refused(monkeypatch):
    line = "\t".join(GOOD.values())
    monkeypatch.setattr(parameters, "parameters_text", lambda: "\t".join(GOOD) + f"\n{line}\n{line}")
    with pytest.raises(ValueError, match="names an id twice"):
        load_parameters.__wrapped__()
