"""Every cell of the table of products is read, in full, and agrees with the other facts."""

import csv
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from ivigsim.errors import InputError
from ivigsim.products import cells, composition, indication_titles, load_products, product, rates
from ivigsim.products.definition import UNKNOWN
from ivigsim.products.ladder import read_ramp
from ivigsim.products.library import COLUMNS, read_product, read_table
from ivigsim.products.practice import load_practice
from ivigsim.products.weights import ADJUSTED, AT_60_IN_KG, PER_INCH_KG

SHARED = Path(__file__).parents[3] / "shared" / "facts"
TABLES = ("products.tsv", "dosing_practice.tsv", "indications.tsv")
READ_AS = {  # column -> attribute that holds something when the cell does
    "product": "name",
    "manufacturer": "manufacturer",
    "concentration_percent": "concentrations_percent",
    "form": "form",
    "stabiliser": "stabiliser",
    "sodium": "sodium",
    "osmolality_mOsm_kg": "osmolality_mosm_kg",
    "pH": "ph",
    "IgA_ug_per_mL": "iga_ug_per_ml",
    "initial_rate_mL_kg_h": "initial_rate_ml_kg_h",
    "max_rate_mL_kg_h": "max_rate_ml_kg_h",
    "initial_rate_mg_kg_min": "initial_rate_mg_kg_min",
    "max_rate_mg_kg_min": "max_rate_mg_kg_min",
    "rate_step": "rate_step",
    "ITP_max_rate_mg_kg_min": "itp_max_rate_mg_kg_min",
    "vial_sizes_g": "vial_sizes_g",
    "virus_steps": "virus_steps",
    "fda_indications": "indications",
    "us_first_approval": "us_first_approval",
    "label_year_seen": "label_year_seen",
    "source_url": "sources",
    "notes": "notes",
}


@pytest.mark.skipif(not SHARED.exists(), reason="the facts are not beside the project")
@pytest.mark.parametrize("table", TABLES)
def test_the_tables_are_those_of_the_facts(table):
    assert files("ivigsim.products").joinpath(table).read_bytes() == (SHARED / table).read_bytes()


@pytest.mark.parametrize("column", READ_AS)
def test_a_cell_that_holds_something_is_read_and_a_blank_one_is_unknown(column):
    for each in load_products().values():
        value = getattr(each, READ_AS[column])
        assert bool(each.cells[column]) == (value not in (None, (), "")), each.name
        assert each.text(column) == (each.cells[column] or UNKNOWN)


def test_the_remaining_columns_are_read_too():
    assert set(COLUMNS) - set(READ_AS) == {"sucrose", "ITP_dose_regimen"}
    for each in load_products().values():
        assert (each.sucrose is None) == (each.cells["sucrose"] == "")
        text = each.cells["ITP_dose_regimen"]
        assert bool(each.itp_doses) == bool(text and not text.startswith("not labelled")), each.name
        assert ("mg/kg/min" in each.notes and "risk" in each.notes) == (each.risk_cap is not None)


def test_typed_values_of_some_products_as_read_by_eye():
    privigen = product("privigen")
    assert privigen.concentrations_percent == (10.0,)
    assert [(each.name, each.amount.value) for each in privigen.stabiliser] == [("L-proline", 250.0)]
    assert (privigen.sucrose, privigen.sodium.high, privigen.iga_ug_per_ml.high) == (False, 1.0, 25.0)
    assert [(rate.value, rate.indications) for rate in privigen.max_rate_mg_kg_min] == [
        (4.0, ("ITP",)),
        (8.0, ("PI", "CIDP")),
    ]
    assert privigen.vial_sizes_g == (5.0, 10.0, 20.0, 40.0)
    assert privigen.unverified == {"vial_sizes_g"}
    carimune = product("Carimune NF")
    assert carimune.concentrations_percent == (3.0, 6.0, 9.0, 12.0)
    assert (carimune.sucrose, carimune.sucrose_g_per_g) == (True, 1.67)
    assert (carimune.iga_ug_per_ml.low, carimune.iga_ug_per_ml.at_percent) == (1000.0, 6.0)
    assert carimune.itp_doses == (rates.LabelDose(0.4, 1, 2, 5),)
    dry = product("Gammagard S/D")
    assert dry.sodium.value == pytest.approx(8.5 / 58.44 * 1000)
    assert [each.name for each in dry.sugars] == ["glucose"]
    assert dry.itp_doses == (rates.LabelDose(1.0, 2, 1, 3),)
    assert product("Gammaplex 10%").osmolality_mosm_kg.low == 240
    assert product("Qivigy").indication_limits == {"PI": "adults"}
    assert product("Qivigy").sucrose is None


WRONG = {
    "concentration_percent": ["ten", "10 or so", "5/10"],
    "stabiliser": ["trehalose", "glycine some", "maltose 90 g/L", "glycine (perhaps)"],
    "sucrose": ["maybe", "yes", "yes (a lot)"],
    "sodium": ["30", "low", "<30 mg", "NaCl 8.5 mg/mL"],
    "osmolality_mOsm_kg": ["240 to 300", ">=240-300", "300 (guess)"],
    "IgA_ug_per_mL": ["low", "<=", "25 (max of EU)"],
    "max_rate_mg_kg_min": ["8 PI", "4 (ITP), 8", "fast", "8 (itp)"],
    "rate_step": ["30", "every 30 min", "30 min; 1-2-4 mL/h"],
    "ITP_dose_regimen": ["1 g/kg", "2 g/kg total", "as needed"],
    "ITP_max_rate_mg_kg_min": ["<8", "8-12"],
    "vial_sizes_g": ["5,10", "10;5", "0;5", "5;5"],
    "virus_steps": ["S/D;;low pH", "S/D (TNBP"],
    "fda_indications": ["PID", "PI,ITP", "PI;PI"],
    "us_first_approval": ["07", "c. 2007"],
    "source_url": ["label", "https://a.org https://b.org"],
    "notes": ["at high risk go no faster than 2 mg/kg/min"],
    "form": ["gel"],
}


@pytest.mark.parametrize(("column", "text"), [(column, text) for column in WRONG for text in WRONG[column]])
def test_a_cell_that_cannot_be_read_raises(column, text):
    row = {**read_table("products.tsv")[13], column: text}
    with pytest.raises(ValueError, match=re.escape(text)):
        read_product(row)


def test_a_label_gives_the_same_rate_per_mass_and_per_volume():
    apart = set()
    for each in load_products().values():
        for name in ("initial", "max"):
            by_mass = getattr(each, f"{name}_rate_mg_kg_min")
            by_volume = getattr(each, f"{name}_rate_ml_kg_h")
            strength = each.concentrations_percent[0]
            # "1 (2 in CIDP)" has one figure per volume; a strength in brackets is that of the figure
            for mass, volume in zip(by_mass, by_volume, strict=False):
                at = volume.at_percent or strength
                if mass.value * 6 / at != pytest.approx(volume.value, rel=0.005):
                    apart.add(each.name)
    assert apart == {"Gammagard Liquid"}  # 0.8 and 8 mg/kg/min are 0.48 and 4.8 mL/kg/h, the label rounds up


def test_licences_are_those_of_the_table_of_indications():
    table = {row["code"]: row["label_products_seen"] for row in read_table("indications.tsv")}
    licensed = {
        code: {each.name for each in load_products().values() if code in each.indications} for code in table
    }
    assert set(table) == set(indication_titles())
    assert set(load_products()) - licensed["PI"] == {"Octagam 10%"}  # "all except Octagam 10%"
    for code in ("KD", "CLL", "MMN", "DM"):
        assert len(licensed[code]) == 1
        assert next(iter(licensed[code])).startswith(table[code])
    assert not licensed["PHIV"]
    assert not licensed["HSCT"]
    assert len(licensed["CIDP"]) == len(table["CIDP"].split(", "))
    assert len(licensed["ITP"]) == len(table["ITP"].split(", ")) + 1  # "Gammaplex 5/10%" is two


def test_ramps_of_practice_are_the_step_rules_of_the_products():
    ramps = load_practice()
    octagam, gammaplex = product("Octagam 10%").rate_step, product("Gammaplex 10%").rate_step
    assert read_ramp(ramps["ramp_octagam10"]) == octagam.levels
    by_mass = [level * 100 for level in gammaplex.levels]  # mL/kg/min of 100 mg/mL
    assert list(read_ramp(ramps["ramp_gammaplex10"])) == pytest.approx(by_mass)
    assert ramps["ramp_bivigam"].statement == "0.5 for 10 min, +0.8 every 20 min to 6"
    bivigam = product("Bivigam").rate_step
    assert (bivigam.first_min, bivigam.add_mg_kg_min, bivigam.every_min) == (10.0, 0.8, (20.0, 20.0))
    assert read_ramp(ramps["ramp_panzyga"]) == (1.0, 4.0, 8.0)
    assert product("Carimune NF").rate_step.levels == read_ramp(ramps["ramp_carimune"])[:2]


def test_caps_at_risk_are_those_of_practice():
    at, below = load_practice()["rate_risk_cap"], load_practice()["rate_risk_cap2"]
    for name in ("Octagam 10%", "Panzyga"):
        assert name in at.setting + at.statement
        assert (product(name).risk_cap.value, product(name).risk_cap.below) == (float(at.value), False)
    for name in ("Carimune NF", "Bivigam"):
        assert name in below.statement
        assert f"<{product(name).risk_cap.value:g}" == below.value
    assert (product("Gamunex-C").risk_cap.value, product("Gamunex-C").risk_cap.below) == (8.0, True)


def test_the_weights_are_those_of_practice():
    practice = load_practice()
    for sex in "MF":
        formula = f"{AT_60_IN_KG[sex]:g} + {PER_INCH_KG:g}*(in-60)"
        assert practice[f"ibw_{sex.lower()}"].value.replace(" ", "") == formula.replace(" ", "")
    assert float(practice["ddw"].value) == ADJUSTED


def test_what_plans_compute_with_is_verified_but_for_vials_and_stabilisers():
    doubtful = {column for each in load_products().values() for column in each.unverified}
    assert doubtful == {
        "stabiliser",
        "vial_sizes_g",
        "virus_steps",
        "ITP_dose_regimen",
        "us_first_approval",
    }
    marked = sum(row[column].endswith("verified]") for row in read_table("products.tsv") for column in row)
    assert marked == sum(len(each.unverified) for each in load_products().values())


def test_every_product_has_a_source():
    assert len(load_products()) == 18
    for each in load_products().values():
        assert all(re.match(r"https?://", source, re.I) for source in each.sources), each.name


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("Privgen", "Privigen"), ("Octagam", "Octagam"), ("", "Alyglo"), ("Kiovig", "accepted")],
)
def test_an_unknown_product_is_refused(wrong, near):
    with pytest.raises(InputError, match=near):
        product(wrong)


def test_no_row_of_the_table_is_short_or_long():
    text = files("ivigsim.products").joinpath("products.tsv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines(), delimiter="\t"))
    assert {len(row) for row in rows} == {len(COLUMNS)}


def test_a_measure_says_no_more_than_its_figure():
    assert cells.read_measure("46 (mean)", "ug/mL").at_most(100) is None
    assert cells.read_measure(">=240", "mOsm/kg").at_most(300) is None
    assert cells.read_measure(">=240", "mOsm/kg").at_most(200) is False
    assert cells.read_measure("<20", "ug/mL").at_most(20) is True
    assert composition.read_sodium("depends on diluent").at_most(1000) is None
    limit = replace(cells.read_measure("<=30", "mmol/L"), at_percent=5.0)
    assert limit.holds_at(5)
    assert limit.holds_at(None)
    assert not limit.holds_at(10)
