"""The registry: every number has a unit and a source, and a new drug is only new rows."""

from importlib.resources import files

import numpy as np
import pytest

from ivigsim.errors import InputError
from ivigsim.treatment import Regimen, course, drugs, phrase, regimen
from ivigsim.treatment.doses import largest_total
from ivigsim.treatment.units import convert

TABLETS = """
[[drug]]
name = "tablet"
aliases = ["the pill"]
input = "TAB"
model_unit = "mg/kg"
units = ["mg", "ug/kg"]
extreme = {value = 10.0, unit = "mg/kg", source = "test"}
extreme_window = {value = 1.0, unit = "d", source = "test"}
"""


def test_every_number_has_a_unit_and_a_source():
    for drug in drugs.drugs():
        for number in (drug.default_rate, drug.default_duration, drug.extreme, drug.extreme_window):
            assert number is None or (number.value > 0 and number.unit and len(number.source) > 20)
        assert drug.is_procedure or convert(drug.extreme.value, drug.extreme.unit, drug.model_unit) > 0


def test_names_and_inputs_belong_to_one_drug():
    names = [name.lower() for name in drugs.all_names()]
    assert len(names) == len(set(names))
    assert len(drugs.inputs()) == len(drugs.drugs())


def test_ivig_default_rate_is_the_label_maximum():
    rate = drugs.drugs()[0].default_rate
    assert (rate.value, rate.unit) == (4.0, "mg/kg/min")
    assert "SAF11" in rate.source


def test_a_new_drug_needs_only_rows(monkeypatch):
    """A second drug, given at once and in other units, goes through every step."""
    shipped = (files("ivigsim.treatment") / "drugs.toml").read_text(encoding="utf-8")
    both = drugs.read_drugs(shipped + TABLETS)
    for module in (drugs, phrase):
        monkeypatch.setattr(module, "drugs", lambda: both)
    from ivigsim.treatment import doses

    monkeypatch.setattr(doses, "drugs", lambda: both)
    found = Regimen.parse("IVIG 1 g/kg + the pill 75 µg/kg daily x2 + tablet 35 mg from day 5")
    assert str(found) == "IVIG 1 g/kg + tablet 75 ug/kg daily x2 + tablet 35 mg from day 5"
    table = found.doses([70.0, 35.0])
    assert (table.inputs[0], table.inputs[-1]) == ("IVIG", "TAB")
    last = len(table.inputs) - 1
    np.testing.assert_array_equal(table.target, [[0, last, last, last]] * 2)
    np.testing.assert_allclose(table.amount, [[1000, 0.075, 0.075, 0.5], [1000, 0.075, 0.075, 1.0]])
    np.testing.assert_array_equal(table.duration_d[:, 1:], 0.0)
    with pytest.raises(InputError, match="15 mg/kg of tablet within 1 d"):
        Regimen.parse("tablet 525 mg").doses([35.0])
    assert course.drug_named("tablet") is not None
    assert regimen.inputs() == table.inputs


def test_largest_total_equals_brute_force():
    rng = np.random.default_rng(1)
    time = np.sort(rng.integers(0, 60, (20, 15)).astype(float), axis=1)
    amount = rng.random((20, 15))
    brute = [
        max(row[(start <= when) & (when < start + 28)].sum() for start in when)
        for when, row in zip(time, amount, strict=True)
    ]
    np.testing.assert_allclose(largest_total(time, amount, 28.0), brute, rtol=1e-12)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (0.4, "g/kg", "mg/kg", 400.0),
        (24, "h", "d", 1.0),
        (250, "min", "d", 250 / 1440),
        (4, "week", "d", 28.0),
        (75, "ug/kg", "mg/kg", 0.075),
        (4, "mg/kg/min", "mg/kg/d", 5760.0),
    ],
)
def test_conversions_are_exact(value, unit, to, expected):
    assert convert(value, unit, to) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e308])
def test_conversion_refuses_what_no_float_holds(value):
    with pytest.raises(InputError, match="accepted"):
        convert(value, "g/kg", "mg/kg")
