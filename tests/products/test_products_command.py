"""`ivigsim products` and `ivigsim plan` as a user sees them."""

import json
from pathlib import Path

import polars as pl
import pytest

import ivigsim as package
from ivigsim.products import load_products

PLAN = ("plan", "--product", "Privigen", "--weight", 70, "--dose", "1 g/kg daily x2")


def test_the_list_holds_every_product_with_its_source(ivigsim):
    shown = ivigsim("products")
    assert shown.code == 0
    for name in load_products():
        assert name in shown.out
    assert shown.out.count("source: ") == 18
    assert "unknown" in shown.out


def test_filters_set_apart_what_is_unknown(ivigsim):
    asked = ("--indication", "ITP", "--sucrose-free", "--max-iga", 25, "--concentration", 10)
    shown = ivigsim("products", *asked)
    assert "2 of 18 products fit, 15 do not." in shown.out
    assert "Gammagard S/D (IgA <1): IgA is known at 5% only" in shown.out
    content = json.loads(ivigsim("products", *asked, "--json").out)
    assert [each["name"] for each in content["products"]] == ["Gammaplex 10%", "Privigen"]
    assert content["unknown"] == [{"name": "Gammagard S/D (IgA <1)", "why": ["IgA is known at 5% only"]}]
    assert content["asked"]["indications"] == ["ITP"]


def test_one_product_in_full(ivigsim):
    shown = ivigsim("products", "privigen")
    assert "5, 10, 20, 40 (unverified)" in shown.out
    assert "rate steps                 unknown" in shown.out
    assert all(source.split()[0] in shown.out for source in load_products()["Privigen"].sources)
    content = json.loads(ivigsim("products", "Alyglo", "--json").out)["product"]
    assert content["cells"]["sodium"] == {"text": None, "unverified": False}
    assert content["values"]["sodium"] is None
    assert content["sources"]


def test_the_matrix_says_that_no_product_has_all(ivigsim):
    shown = ivigsim("products", "--matrix")
    assert "No product is licensed for all 9 indications" in shown.out
    assert "* Alyglo: PI in >=17 y." in shown.out
    content = json.loads(ivigsim("products", "--matrix", "--json").out)
    assert content["licensed"]["Octagam 10%"] == {
        **dict.fromkeys(content["indications"], False),
        "ITP": True,
        "DM": True,
    }
    some = ivigsim("products", "--matrix", "--indication", "MMN")
    assert "1 of 18 products fits, 17 do not." in some.out
    assert "licensed for" not in ivigsim("products", "--matrix", "--indication", "PHIV").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("products", "Privgen"), "nearest: 'Privigen'"),
        (("products", "Privigen", "--matrix"), "does not go with"),
        (("products", "--indication", "XYZ"), "unknown indication"),
        ((*PLAN, "--max-rate", 5), "at most 4"),
        ((*PLAN, "--patients", 100), "together with --simulate"),
        ((*PLAN, "--overwrite"), "together with --out"),
        ((*PLAN, "--no-figure"), "together with --out"),
        ((*PLAN, "--events", "there.csv"), "exists"),
        (("plan", "--product", "Alyglo", "--weight", 70, "--dose", "1 g/kg"), "rate of Alyglo is unknown"),
        (("plan", "--product", "Privigen", "--weight", 70), "--dose"),
        ((*PLAN, "--simulate", "--population", "adults"), "unknown population"),
    ],
)
def test_wrong_input_ends_with_code_2_and_writes_nothing(ivigsim, arguments, says):
    Path("there.csv").write_text("")
    refused = ivigsim(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert says in refused.err
    assert refused.err.count("\n") == 1
    assert [path.name for path in Path.cwd().iterdir()] == ["there.csv"]


def test_a_plan_is_printed_with_what_it_rests_on(ivigsim):
    shown = ivigsim(*PLAN)
    assert shown.code == 0
    text = " ".join(shown.out.split())
    assert "Dose 70 g = 700 mL; vials: 1 x 40 g + 1 x 20 g + 1 x 10 g (sizes partly unverified)." in text
    assert "10:30 223.7 4 168.0 626.5 700.0 70" in text
    assert "Total time 5 h 14 min, from 09:00 to 14:14." in text
    assert "Sodium: at most 0.7 mmol (<=1 mmol/L). Sugar: none (the stabiliser is L-proline)." in text
    assert "Assumed: each step doubles the rate: how much a step raises it was not found" in text
    assert "never for treatment decisions" in text
    night = ivigsim(*PLAN, "--start", "22:00")
    assert "from 22:00 to 03:14 +1 d" in night.out


def test_the_document_of_a_plan(ivigsim):
    content = json.loads(ivigsim(*PLAN, "--json", "--round", "none").out)
    first = content["infusions"][0]
    assert [step["rate_ml_per_h"] for step in first["steps"]] == pytest.approx([21, 42, 84, 168])
    assert first["sodium"] == {"low": None, "high": 0.7, "unit": "mmol", "text": "<=1 mmol/L"}
    assert content["vial_sizes_unverified"] is True
    assert {note["kind"] for note in content["notes"]} == {"label", "asked", "assumed", "unknown"}


def test_events_and_folder_are_written_and_simulate_again(ivigsim):
    shown = ivigsim(*PLAN, "--events", "plan.csv", "--out", "kept", "--no-figure")
    assert "Event table: plan.csv; Tables, document and manifest: kept" in " ".join(shown.out.split())
    table = pl.read_csv("plan.csv")
    assert table["AMT"].sum() == 2000
    assert package.simulate("plan.csv", patients=5, days=7)["igg"].shape == (5, 8)
    names = {path.name for path in Path("kept").iterdir()}
    assert names == {
        "events.csv",
        "events.parquet",
        "steps.csv",
        "steps.parquet",
        "plan.json",
        "manifest.json",
    }
    assert pl.read_csv("kept/steps.csv").height == 8
    assert "not empty" in ivigsim(*PLAN, "--out", "kept").err
    assert ivigsim(*PLAN, "--out", "kept", "--overwrite").code == 0
    assert Path("kept/figure.png").exists()


def test_simulate_prints_the_response(ivigsim):
    shown = ivigsim(*PLAN, "--simulate", "--patients", 20, "--days", 14)
    assert "by day 7, %" in shown.out
    assert "Privigen 10%, IVIG 1 g/kg daily x2, in the steps of the plan" in shown.out
    content = json.loads(ivigsim(*PLAN, "--simulate", "--patients", 20, "--days", 14, "--json").out)
    assert content["simulation"]["arms"]
